"""Brings the index up to date with folders, once: `scan`, and the first half of every `--in FOLDER`."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from pictured.errors import FileError, Vanished
from pictured.flow import Failure, Fingerprint, Settled, Stamp
from pictured.looks import PARTS, Depth
from pictured.service.comparing import Compared, compared
from pictured.service.headway import Headway
from pictured.service.library import Library
from pictured.service.recognising import away
from pictured.service.reports import FileFailed, Progress, Report, ScanFinished
from pictured.service.striking import struck
from pictured.store.database import transaction
from pictured.store.listings import Known

_BATCH = 200
_TOGETHER = 32
_AHEAD = 2
_PACE = 0.1


Answer = Fingerprint | bytes | FileError


class Reader(Protocol):
    """What reads files: the workers of this machine, or those of a cluster."""

    depth: Depth
    count: int

    async def recognised_all(self, files: Sequence[tuple[Path, Stamp, Sequence[bytes]]]) -> list[Answer]:
        """Read some files; give the digest alone of one where that is among those that are known."""
        ...


Reading = asyncio.Task[list[Answer]]


@dataclass(slots=True)
class _Tally:
    """The counts of a scan, what waits to be read, what is being read, and what that gave that is not in the index yet.

    A file's content is read, or its digest is known, or it failed. `fresh` has the digests of those that are read by
    the sizes of their files.
    """

    seen: int = 0
    hashed: int = 0
    unchanged: int = 0
    moved: int = 0
    failed: int = 0
    waiting: list[Settled] = field(default_factory=list)
    reading: dict[Reading, list[Settled]] = field(default_factory=dict)
    read: list[tuple[Settled, Fingerprint | Failure | bytes]] = field(default_factory=list)
    fresh: defaultdict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    headway: Headway = field(default_factory=Headway)

    @property
    def progress(self) -> Progress:
        done = self.hashed + self.unchanged + self.moved + self.failed
        self.headway.seen = self.seen
        return Progress(done, self.headway.total, "reading pictures")


async def scan(
    library: Library,
    workers: Reader,
    folders: Sequence[Path],
    *,
    ignore: Mapping[Path, Sequence[str]] | None = None,
    exclude: Sequence[Path] = (),
    again: bool = False,
) -> AsyncGenerator[Report]:
    """Index what is new or changed at or below some folders; ends with `ScanFinished`. `again` reads the rest too.

    Files that failed before are tried again, except those in quarantine. A watched folder in whose place another
    volume is mounted is told as one that failed, and left alone.
    """
    began, told, tally, globs = time.monotonic(), 0.0, _Tally(), ignore or {}
    try:
        absent = await away(library, folders)
        for path, reason in absent.items():
            tally.failed += 1
            yield FileFailed(path, reason)
        exclude = (*exclude, *absent)
        for folder in folders:
            async for found in compared(library.catalogue, folder, globs.get(folder, ()), (*exclude, library.home)):
                for failed in _noted(found, tally, again=again):
                    yield failed
                for settled in _unknown(_to_read(found, again=again), library, tally, again=again):
                    tally.headway.count(folders, [globs.get(each, ()) for each in folders], (*exclude, library.home))
                    tally.waiting.append(settled)
                    while len(tally.waiting) >= _TOGETHER:
                        _begin(library, workers, tally, again=again)
                        while len(tally.reading) > _AHEAD * workers.count:
                            async for report in _settle_some(library, tally):
                                yield report
                            yield tally.progress
                if tally.waiting and len(tally.reading) < workers.count:
                    _begin(library, workers, tally, again=again)
                if len(tally.read) >= _BATCH:
                    _record(library, tally)
                # A million unchanged files lie in ten thousand folders.
                if time.monotonic() >= told + _PACE:
                    told = time.monotonic()
                    yield tally.progress
        while tally.waiting or tally.reading:
            while tally.waiting and len(tally.reading) <= _AHEAD * workers.count:
                _begin(library, workers, tally, again=again)
            async for report in _settle_some(library, tally):
                yield report
            yield tally.progress
        _record(library, tally)
        yield tally.progress
    finally:
        tally.headway.end()
        for reading in tally.reading:
            reading.cancel()
    counts = (tally.seen, tally.hashed, tally.unchanged, tally.moved, tally.failed)
    yield ScanFinished(*counts, seconds=time.monotonic() - began)


def _noted(found: Compared, tally: _Tally, *, again: bool) -> Iterator[FileFailed]:
    """Count what needs no reading, and tell what failed without it."""
    tally.seen += len(found.changed) + len(found.unchanged) + len(found.failing) + len(found.odd)
    tally.unchanged += 0 if again else len(found.unchanged)
    broken = [(path, known.failure.reason) for path, known in found.failing if known.failure and _broken(known)]
    failed = [*broken, *((odd.path, odd.reason) for odd in found.odd)]
    if found.unreachable is not None:
        tally.seen += 1
        failed.append((found.folder, f"the folder cannot be listed: {found.unreachable}"))
    tally.failed += len(failed)
    for path, reason in failed:
        yield FileFailed(path, reason)


def _to_read(found: Compared, *, again: bool) -> Iterator[Settled]:
    """What is new or changed, and what failed before but may do now; or all but what broke its worker."""
    for name, fields in found.unchanged.items() if again else ():
        yield Settled(found.folder / name, Stamp(*fields))
    for path, known in found.failing:
        if not _broken(known):
            yield Settled(path, known.stamp)
    for seen in found.changed:
        if seen.stamp is not None:
            yield Settled(seen.path, seen.stamp)


def _broken(known: Known) -> bool:
    return known.failure is not None and known.failure.kind == "crashed" and not known.failure.retry


def _unknown(files: Iterator[Settled], library: Library, tally: _Tally, *, again: bool) -> Iterator[Settled]:
    """Give the files that have to be read, and note those whose content is known from another path."""
    while some := list(islice(files, _TOGETHER)):
        digests = [None] * len(some) if again else library.catalogue.digests_of_stamps([each.stamp for each in some])
        for settled, digest in zip(some, digests, strict=True):
            if digest is None:
                yield settled
            else:
                tally.read.append((settled, digest))
                tally.moved += 1


def _begin(library: Library, workers: Reader, tally: _Tally, *, again: bool) -> None:
    """Have read together what waits, but of files of one size only the first: others may be copies of it."""
    firsts: dict[int, Settled] = {}
    left = []
    for number, settled in enumerate(tally.waiting):
        if firsts.setdefault(number if again else settled.stamp.size, settled) is not settled:
            left.append(settled)
    begun, tally.waiting = list(firsts.values()), left
    sizes = () if again else tuple({each.stamp.size for each in begun})
    there = library.catalogue.digests_of_sizes(sizes, len(PARTS[workers.depth]))
    known = {size: [*tally.fresh.get(size, ()), *digests] for size, digests in there.items()}
    files = [(each.path, each.stamp, known.get(each.stamp.size, ())) for each in begun]
    tally.reading[asyncio.create_task(workers.recognised_all(files))] = begun


def candidates(settled: Settled, library: Library, workers: Reader) -> Sequence[bytes]:
    """The contents that a file may be a copy of, by its size.

    They count only if as much is kept of them as workers would keep of the file: the parts of a query picture are
    others than those of a picture in the library.
    """
    return library.catalogue.digests_of(settled.stamp.size, len(PARTS[workers.depth]))


async def _settle_some(library: Library, tally: _Tally) -> AsyncIterator[FileFailed]:
    """Wait for a reading to end, and note all that ended."""
    done, _ = await asyncio.wait(tally.reading, return_when=asyncio.FIRST_COMPLETED)
    for reading in done:
        for settled, read in zip(tally.reading.pop(reading), reading.result(), strict=True):
            if isinstance(read, FileError):
                tally.failed += 1
                if isinstance(read, Vanished):
                    library.catalogue.miss(settled.path, time.time())
                else:
                    failure = Failure(settled.path, type(read).__name__.lower(), str(read), read.retry)
                    tally.read.append((settled, failure))
                yield FileFailed(settled.path, str(read))
            else:
                tally.read.append((settled, read))
                tally.moved += isinstance(read, bytes)
                if isinstance(read, Fingerprint):
                    tally.hashed += 1
                    tally.fresh[read.size].append(read.digest)
    if len(tally.read) >= _BATCH:
        _record(library, tally)


def _record(library: Library, tally: _Tally) -> None:
    read = [(settled.path, settled.stamp, answer) for settled, answer in tally.read]
    with transaction(library.db):
        library.record_all([(path, stamp, answer) for path, stamp, answer in read if isinstance(answer, Fingerprint)])
        # A content that was forgotten since then is found to be new by the next scan.
        library.relink_all([(path, stamp, answer) for path, stamp, answer in read if isinstance(answer, bytes)])
        for path, stamp, answer in read:
            if isinstance(answer, Failure):
                strike = struck(library.catalogue, answer, stamp)
                # A daemon that starts later tries again at once what broke its worker here.
                soon = time.time() if answer.kind == "crashed" and strike.failure.retry else None
                library.catalogue.fail(path, stamp, strike.failure, tries=strike.tries, retry_at=soon)
    tally.read.clear()
    tally.fresh.clear()
