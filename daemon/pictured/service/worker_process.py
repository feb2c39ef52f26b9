"""What runs inside a worker process: one file after the other, within limits, until the pipe closes.

Imports are kept light on purpose: neither configuration, nor store, nor log are loaded into a worker.
"""

import gc
import os
import pkgutil
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pictured.disk.paths import shown
from pictured.errors import Crashed, FileError, TooLarge
from pictured.imaging.limits import DecodingLimits

Work = Callable[..., object]

SLICE = 0.1
"""Seconds after which a worker that does a batch begins no other task of it."""

_ALARM_GRACE = 2.0
_NICE = 10


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What a worker may take.

    seconds    wall time for one file
    memory     bytes of address space above the worker's own size at start (Linux only)
    decoding   what a picture may declare
    tasks      files after which a worker is replaced by a fresh one, so that leaks of the decoders stay small
    idle       whether it reads disks only while nobody else does (Linux only), and takes what is left of the processors
    """

    seconds: float
    memory: int
    decoding: DecodingLimits
    tasks: int = 500
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done by a worker.

    path        the file it is about, named where something goes wrong
    work        `module:function`, called with the arguments and with `limits`, a DecodingLimits; raises FileError
    arguments   by name
    """

    path: Path
    work: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks that are small, most likely, done one after the other: as many of the first as begin within `SLICE`."""

    tasks: Sequence[Task]

    @property
    def path(self) -> Path:
        """The first file."""
        return self.tasks[0].path


def serve(connection: Connection, parents_end: Connection | None, limits: WorkerLimits, preloaded: str) -> None:
    """Answer each `Task` with what its work gives, or with the FileError that it raises; a `Batch` with a list of both.

    Args:
        connection: the worker's end of the pipe.
        parents_end: the other end where a fork has copied it into this process; held open, it would hide that the
            parent is gone.
        limits: set on this process before the first file.
        preloaded: `module:function` of the work to load before the limits are set, which the parent never loads.
    """
    if parents_end is not None:
        parents_end.close()
    _silence()
    _answer_signals()
    if limits.idle:
        _give_way()
    pkgutil.resolve_name(preloaded)
    # What is loaded stays: to look for garbage in it takes time, and a copy of each page that is shared till then.
    gc.freeze()
    _confine(limits.memory)
    while True:
        try:
            asked = connection.recv()
        except (EOFError, OSError):
            return
        answer = _limited(asked, limits)
        try:
            connection.send(answer)
        except OSError:
            return


def _limited(asked: Task | Batch, limits: WorkerLimits) -> object:
    seconds = limits.seconds + (SLICE if isinstance(asked, Batch) else 0.0) + _ALARM_GRACE
    # The parent stops a worker that takes too long; the alarm does where the parent was killed meanwhile. Once for a
    # batch, as the parent counts, too: for each small file, this would take a tenth of its time.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _grant(seconds)
    answer = _all_done(asked.tasks, limits) if isinstance(asked, Batch) else _done(asked, limits)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def _all_done(tasks: Sequence[Task], limits: WorkerLimits) -> list[object]:
    ends, answers = time.monotonic() + SLICE, [_done(tasks[0], limits)]
    for task in tasks[1:]:
        if time.monotonic() > ends:
            break
        answers.append(_done(task, limits))
    return answers


def _done(task: Task, limits: WorkerLimits) -> object:
    try:
        work: Work = pkgutil.resolve_name(task.work)
        return work(**task.arguments, limits=limits.decoding)
    except FileError as error:
        return error
    except MemoryError:
        return TooLarge(f"{shown(task.path)} needs more memory than limits.memory allows.")
    except Exception as error:  # noqa: BLE001  a fault of ours costs one file, and its name must reach the log
        return Crashed(f"{shown(task.path)} made the worker fail: {type(error).__name__}: {error}.")


def _silence() -> None:
    """Keep the chatter of C libraries out of the daemon's log and out of the JSON on standard output."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _answer_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)


def _give_way() -> None:
    # Where neither is allowed, as by a hardened unit, the unit says by itself how much everything gives way.
    with suppress(OSError):
        os.nice(max(0, _NICE - os.nice(0)))
    if sys.platform == "linux":
        import psutil  # noqa: PLC0415  the parent, which imports this module too, can do without

        with suppress(psutil.Error, OSError):
            psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)


def _grant(seconds: float) -> None:
    """Let all processors be used for so long; the system kills who goes on."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    allowed = ceil(spent + seconds * (os.cpu_count() or 1))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        # macOS accepts RLIMIT_AS and does not enforce it.
        return
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = own + memory if hard == resource.RLIM_INFINITY else min(own + memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
