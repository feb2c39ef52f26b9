"""Reading on many machines by Dask, in chunks; what a cluster cannot read is read by the workers of this machine.

A file that kills or hangs its decoder takes down the worker of a cluster with it. Dask starts another one and tries the
chunk again, and gives up after a few: then each of its files is read here, in a process that may die.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pictured
from pictured.disk.naming import Naming
from pictured.errors import FileError, UsageError
from pictured.flow import Fingerprint, Stamp
from pictured.indexing.in_bulk import Wanted
from pictured.service.on_cluster import installed, mounts_of, on_worker, packed_order, unpacked_answer
from pictured.service.workers import Unread, Workers

if TYPE_CHECKING:
    from distributed import Client

_CHUNK = 50
_PAUSE = 0.1
_JOIN_SECONDS = 30.0

Read = Fingerprint | bytes | FileError

_Answers = asyncio.Future[Sequence[Read] | None]
"""What came of some files, in their order; None where the cluster failed."""


class Spread:
    """Reads files as `Workers` does, on a cluster.

    Args:
        client: connected to the scheduler, asynchronous.
        threads: how many files the cluster reads at a time.
        workers: those of this machine, which say how much is kept of a picture, and read what the cluster cannot.
        naming: what files are called on the cluster.
    """

    def __init__(self, client: "Client", threads: int, workers: Workers, naming: Naming) -> None:
        self.depth = workers.depth
        # The caller keeps twice as many batches of 32 files under way: two chunks a thread.
        self.count = 2 * threads
        self._client = client
        self._workers = workers
        self._naming = naming
        self._waiting: list[tuple[list[Wanted], _Answers]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._chunks: set[asyncio.Task[None]] = set()
        self._failures: list[str] = []
        self._told = False

    async def recognised_all(self, files: Sequence[Unread]) -> list[Read]:
        """Do as `Workers.recognised_all`. Fewer than 50 files wait a tenth of a second for others to go with them."""
        loop = asyncio.get_running_loop()
        answers: _Answers = loop.create_future()
        self._waiting.append(([self._wanted(*each) for each in files], answers))
        if self._timer is not None:
            self._timer.cancel()
        if sum(len(wanted) for wanted, _ in self._waiting) >= _CHUNK:
            self._send()
        else:
            self._timer = loop.call_later(_PAUSE, self._send)
        found = await answers
        if found is None:
            return await self._workers.recognised_all(files)
        failed = [number for number, read in enumerate(found) if isinstance(read, FileError)]
        again = await self._workers.recognised_all([files[number] for number in failed])
        here = dict(zip(failed, again, strict=True))
        return [here.get(number, read) for number, read in enumerate(found)]

    def _wanted(self, path: Path, stamp: Stamp, known: Sequence[bytes]) -> Wanted:
        return Wanted(self._naming.key(path), stamp.size, stamp.mtime_ns, tuple(known))

    def _send(self) -> None:
        chunk, self._waiting, self._timer = self._waiting, [], None
        task = asyncio.create_task(self._read(chunk))
        self._chunks.add(task)
        task.add_done_callback(self._chunks.discard)

    async def _read(self, chunk: Sequence[tuple[Sequence[Wanted], _Answers]]) -> None:
        found: Sequence[Read] | None = None
        try:
            found = await self._read_there([each for wanted, _ in chunk for each in wanted])
        except Exception as error:  # noqa: BLE001  what a worker raises comes through as it is
            self._failures.append(f"{type(error).__name__}: {error}")
        finally:
            begin = 0
            for wanted, answers in chunk:
                end = begin + len(wanted)
                if not answers.done():
                    answers.set_result(None if found is None else found[begin:end])
                begin = end

    async def _read_there(self, wanted: Sequence[Wanted]) -> Sequence[Read]:
        order = packed_order(wanted, self._workers.decoding, self.depth, marr=self._workers.marr)
        work = self._client.submit(on_worker, order, pure=False)
        try:
            async with asyncio.timeout(self._workers.seconds * len(wanted)):
                return unpacked_answer(await work)
        except Exception:
            # A scheduler that is gone never answers.
            cancelling = asyncio.ensure_future(work.cancel())
            cancelling.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise

    def trouble(self) -> str | None:
        """Say, once, that the cluster failed to read files, of which none was at fault."""
        if not self._failures or self._told:
            return None
        self._told = True
        reason = " ".join(self._failures[0].split())[:200]
        return f"the cluster failed at some files ({reason}); what it cannot read is read by this machine, more slowly"


@asynccontextmanager
async def readers(address: str, mounts: Sequence[str], workers: Workers) -> AsyncIterator[Spread | Workers]:
    """Join the cluster whose scheduler is at an address; without one, the workers of this machine do.

    Raises:
        UsageError: if Dask is not installed, nobody answers there, or its workers have no pictured or another one.
    """
    if not address:
        yield workers
        return
    try:
        from distributed import Client  # noqa: PLC0415  an extra
    except ImportError:
        raise UsageError("--cluster needs Dask; install it with: pip install 'pictured[cluster]'") from None
    try:
        client = await Client(address, asynchronous=True, timeout=_JOIN_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}; start one with `dask scheduler`") from error
    async with client:
        yield Spread(client, await _threads(client, address), workers, Naming("", mounts_of(mounts)))


async def _threads(client: "Client", address: str) -> int:
    """Check that every worker has this very version, and count their threads."""
    try:
        await client.wait_for_workers(1, timeout=_JOIN_SECONDS)
    except TimeoutError:
        raise UsageError(
            f"the scheduler at {address} has no workers; start some with `dask worker {address}`"
        ) from None
    versions: Mapping[str, object] = await client.run(installed, on_error="return")
    for worker, version in versions.items():
        if version != pictured.__version__:
            theirs = version if isinstance(version, str) else "no version that can be asked"
            raise UsageError(
                f"the worker at {worker} has {theirs} of pictured installed, and this machine has "
                f"{pictured.__version__}; install the same on both"
            )
    return sum((await client.nthreads()).values())
