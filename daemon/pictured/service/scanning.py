"""Brings the index up to date with folders, once: `scan`, and the first half of every `--in FOLDER`."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pictured.errors import FileError, Vanished
from pictured.flow import Failure, Fingerprint, Settled
from pictured.service.comparing import Compared, compared
from pictured.service.library import Library
from pictured.service.reports import FileFailed, Progress, Report, ScanFinished
from pictured.service.workers import Workers
from pictured.store.database import transaction
from pictured.store.listings import Known

_BATCH = 200
_AHEAD = 4

Reading = asyncio.Task[Fingerprint]


@dataclass(slots=True)
class _Tally:
    """The counts of a scan, and the readings whose results are not in the index yet."""

    seen: int = 0
    hashed: int = 0
    unchanged: int = 0
    moved: int = 0
    failed: int = 0
    reading: dict[Reading, Settled] = field(default_factory=dict)
    read: list[tuple[Settled, Fingerprint]] = field(default_factory=list)

    @property
    def progress(self) -> Progress:
        return Progress(self.seen - len(self.reading), self.seen, "reading pictures")


async def scan(
    library: Library,
    workers: Workers,
    folders: Sequence[Path],
    *,
    ignore: Mapping[Path, Sequence[str]] | None = None,
    exclude: Sequence[Path] = (),
    again: bool = False,
) -> AsyncGenerator[Report]:
    """Index what is new or changed at or below some folders; ends with `ScanFinished`. `again` reads the rest too.

    Files that failed before are tried again, except those that broke their worker twice.
    """
    began, tally, globs = time.monotonic(), _Tally(), ignore or {}
    try:
        for folder in folders:
            async for found in compared(library.catalogue, folder, globs.get(folder, ()), (*exclude, library.home)):
                for failed in _noted(found, tally, again=again):
                    yield failed
                for settled in _to_read(found, again=again):
                    _begin(settled, library, workers, tally, again=again)
                    while len(tally.reading) > _AHEAD * workers.count:
                        async for report in _settle_some(library, tally):
                            yield report
                        yield tally.progress
                yield tally.progress
        while tally.reading:
            async for report in _settle_some(library, tally):
                yield report
            yield tally.progress
        _record(library, tally)
    finally:
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
    for name, stamp in found.unchanged if again else ():
        yield Settled(found.folder / name, stamp)
    for path, known in found.failing:
        if not _broken(known):
            yield Settled(path, known.stamp)
    for seen in found.changed:
        if seen.stamp is not None:
            yield Settled(seen.path, seen.stamp)


def _broken(known: Known) -> bool:
    return known.failure is not None and known.failure.kind == "crashed"


def _begin(settled: Settled, library: Library, workers: Workers, tally: _Tally, *, again: bool) -> None:
    """Have a file read, unless its content is known from another path."""
    digest = None if again else library.catalogue.digest_of(settled.stamp)
    if digest is None:
        tally.reading[asyncio.create_task(workers.fingerprint(settled.path, settled.stamp))] = settled
    else:
        library.relink(settled.path, settled.stamp, digest)
        tally.moved += 1


async def _settle_some(library: Library, tally: _Tally) -> AsyncIterator[FileFailed]:
    """Wait for a reading to end, and note all that ended."""
    done, _ = await asyncio.wait(tally.reading, return_when=asyncio.FIRST_COMPLETED)
    for reading in done:
        settled = tally.reading.pop(reading)
        try:
            tally.read.append((settled, reading.result()))
            tally.hashed += 1
        except FileError as error:
            tally.failed += 1
            if isinstance(error, Vanished):
                library.catalogue.miss(settled.path, time.time())
            else:
                failure = Failure(settled.path, type(error).__name__.lower(), str(error), error.retry)
                library.catalogue.fail(settled.path, settled.stamp, failure, tries=1, retry_at=None)
            yield FileFailed(settled.path, str(error))
    if len(tally.read) >= _BATCH:
        _record(library, tally)


def _record(library: Library, tally: _Tally) -> None:
    with transaction(library.db):
        for settled, content in tally.read:
            library.record(settled.path, settled.stamp, content)
    tally.read.clear()
