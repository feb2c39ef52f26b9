"""The start of a worker process, by any of multiprocessing's ways."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext, SpawnContext
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Final

from pictured.service.worker_process import WorkerLimits, serve

Context = ForkContext | ForkServerContext | SpawnContext
CONTEXTS: Final[dict[str, type[Context]]] = {
    "fork": ForkContext,
    "forkserver": ForkServerContext,
    "spawn": SpawnContext,
}

FINGERPRINT: Final = "pictured.indexing.fingerprinting:fingerprint"
"""What workers do; a name, because the daemon itself never loads a decoder."""

RENDER: Final = "pictured.rules.rendering:render"
"""What the process does that carries out rules."""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "VIPS_CONCURRENCY": "1"}
_KEPT_HEAP = {"MALLOC_MMAP_THRESHOLD_": str(2**20), "MALLOC_TRIM_THRESHOLD_": str(2**24)}
"""Let glibc keep what one picture took for the next one, up to 16 MB: else each asks the system for 8 MB anew."""


@dataclass(slots=True, eq=False)
class Worker:
    """A process, the parent's end of its pipe, and how many files it has done."""

    process: BaseProcess
    connection: Connection
    done: int = 0


def launched(context: Context, limits: WorkerLimits, work: str) -> Worker:
    """Start a process that runs `serve`. Blocks until it runs: with a fork server's first one, until it has loaded.

    Must not run twice at the same time. Raises OSError or EOFError where the system, or the fork server, refuses.
    """
    ours, theirs = context.Pipe()
    copied = ours if isinstance(context, ForkContext) else None
    try:
        if isinstance(context, ForkServerContext):
            context.set_forkserver_preload(_preloaded(work))
        heap = _KEPT_HEAP if isinstance(context, ForkServerContext) else {}
        with theirs, _surroundings(_ONE_THREAD | heap):
            process = context.Process(target=serve, args=(theirs, copied, limits, work), daemon=True)
            process.start()
    except BaseException:
        ours.close()
        raise
    return Worker(process, ours)


def prepare(work: str = FINGERPRINT) -> None:
    """Let the fork server begin to load what workers need, while the caller loads what it needs itself.

    Not needed, only sooner. Nothing happens where workers are not forked.
    """
    if sys.platform == "linux":
        ForkServerContext().set_forkserver_preload(_preloaded(work))
        with _surroundings(_ONE_THREAD | _KEPT_HEAP):
            ensure_running()


def _preloaded(work: str) -> list[str]:
    return [
        work.partition(":")[0],
        "pictured.indexing.probing",
        "pictured.indexing.detail",
        "pictured.indexing.confirming",
        serve.__module__,
        "psutil",
    ]


@contextmanager
def _surroundings(added: Mapping[str, str]) -> Iterator[None]:
    """Start a process that neither imports our command line nor makes threads of its own.

    multiprocessing imports the parent's `__main__` into every child, here all of typer and pydantic; it does not
    where `__main__` has no file. The numeric libraries read the number of threads when they are loaded.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in added}
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(added)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
