"""Reading on many machines by Dask, in chunks; what a cluster cannot read is read by the workers of this machine.

A file that kills or hangs its decoder takes down the worker of a cluster with it. Dask starts another one and tries the
chunk again, and gives up after a few: then each of its files is read here, in a process that may die.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pictured
from pictured.disk.naming import Naming
from pictured.errors import FileError, UsageError
from pictured.flow import Fingerprint, Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.in_bulk import Wanted, read_all
from pictured.looks import Depth
from pictured.service.workers import Unread, Workers

if TYPE_CHECKING:
    from distributed import Client

_CHUNK = 50
_PAUSE = 0.1
_JOIN_SECONDS = 30.0

Read = Fingerprint | bytes


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
        self._waiting: list[tuple[Wanted, asyncio.Future[Read | FileError | None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._chunks: set[asyncio.Task[None]] = set()
        self._failures: list[str] = []
        self._told = False

    async def recognised(self, path: Path, stamp: Stamp, known: Sequence[bytes]) -> Read:
        """Do as `Workers.recognised`."""
        answer: asyncio.Future[Read | FileError | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Wanted(self._naming.key(path), stamp.size, stamp.mtime_ns, tuple(known)), answer))
        if self._timer is not None:
            self._timer.cancel()
        if len(self._waiting) >= _CHUNK:
            self._send()
        else:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._send)
        read = await answer
        if read is None or isinstance(read, FileError):
            return await self._workers.recognised(path, stamp, known)
        return read

    async def recognised_all(self, files: Sequence[Unread]) -> list[Read | FileError]:
        """Do as `Workers.recognised_all`."""
        return await asyncio.gather(*(self._one(*each) for each in files))

    async def _one(self, path: Path, stamp: Stamp, known: Sequence[bytes]) -> Read | FileError:
        try:
            return await self.recognised(path, stamp, known)
        except FileError as error:
            return error

    def _send(self) -> None:
        chunk, self._waiting, self._timer = self._waiting, [], None
        if chunk:
            task = asyncio.create_task(self._read(chunk))
            self._chunks.add(task)
            task.add_done_callback(self._chunks.discard)

    async def _read(self, chunk: list[tuple[Wanted, asyncio.Future[Read | FileError | None]]]) -> None:
        wanted = [each for each, _ in chunk]
        found: Sequence[Read | FileError | None] = [None] * len(chunk)
        work = self._client.submit(
            on_worker, wanted, self._workers.decoding, self.depth, marr=self._workers.marr, pure=False
        )
        try:
            async with asyncio.timeout(self._workers.seconds * len(chunk)):
                found = await work
        except Exception as error:  # noqa: BLE001  what a worker raises comes through as it is
            self._failures.append(f"{type(error).__name__}: {error}")
            # A scheduler that is gone never answers.
            cancelling = asyncio.ensure_future(work.cancel())
            cancelling.add_done_callback(lambda done: done.cancelled() or done.exception())
        finally:
            for (_, answer), read in zip(chunk, found, strict=True):
                if not answer.done():
                    answer.set_result(read)

    def trouble(self) -> str | None:
        """Say, once, that the cluster failed to read files, of which none was at fault."""
        if not self._failures or self._told:
            return None
        self._told = True
        reason = " ".join(self._failures[0].split())[:200]
        return f"the cluster failed at some files ({reason}); what it cannot read is read by this machine, more slowly"


def on_worker(
    wanted: Sequence[Wanted], limits: DecodingLimits, depth: Depth, *, marr: bool
) -> list[Fingerprint | bytes | FileError]:
    """Read a chunk on a worker of a cluster.

    Its environment says where it has the shares: `PICTURED_MOUNTS=photos=/mnt/photos:scans=/mnt/scans`.
    """
    return read_all(
        wanted, Naming("", mounts_of(os.environ.get("PICTURED_MOUNTS", "").split(":"))), limits, depth, marr=marr
    )


def mounts_of(mounts: Iterable[str]) -> tuple[tuple[str, Path], ...]:
    """Give the shares and their folders of `photos=/mnt/photos`."""
    pairs = (each.partition("=") for each in mounts if each)
    return tuple((share, Path(folder)) for share, _, folder in pairs)


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


def installed() -> str:
    """Give the version of the machine that this runs on."""
    return pictured.__version__
