"""Reading the invisible marks of many pictures, in parallel."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pictured.disk.reading import stamp_of
from pictured.errors import FileError
from pictured.flow import Stamp
from pictured.marking.marks import Reading
from pictured.service.reports import Line
from pictured.service.settings import Settings
from pictured.service.staffing import workers_of
from pictured.service.worker_process import Task
from pictured.service.workers import Workers
from pictured.watching.scanning import Listing, Unreachable, walk

_READ_MARK = "pictured.rules.reading_marks:read_mark"
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    path: Path
    stamp: Stamp | None = None
    error: str | None = None


async def read_marks(paths: Iterable[Path], secret: bytes | None, settings: Settings) -> AsyncGenerator[Line]:
    """Give one line for each file, and for each picture in a folder and below it, in their order, and progress.

    A file that cannot be read has a line with its error.
    """
    asked = [each for path in paths for each in _asked(path)]
    workers = workers_of(settings.limits, settings.matching)
    waiting: list[asyncio.Task[Line]] = []
    try:
        workers.start()
        for done, one in enumerate(asked):
            waiting += (
                asyncio.ensure_future(_line(workers, each, secret))
                for each in asked[done + len(waiting) : done + _AHEAD * workers.count]
            )
            yield await waiting.pop(0)
            yield {"event": "progress", "done": done + 1, "total": len(asked), "what": str(one.path.parent)}
    finally:
        for task in waiting:
            task.cancel()
        await workers.close()


def _asked(path: Path) -> Iterator[_Asked]:
    if not path.is_dir():
        try:
            yield _Asked(path, stamp_of(path))
        except FileError as error:
            yield _Asked(path, error=str(error))
        return
    for found in walk(path):
        match found:
            case Unreachable(folder, reason):
                yield _Asked(folder, error=reason)
            case Listing(folder, odd=odd):
                yield from (_Asked(folder / name, stamp) for name, stamp in found.files)
                yield from (_Asked(each.path, error=each.reason) for each in odd)


async def _line(workers: Workers, asked: _Asked, secret: bytes | None) -> Line:
    if asked.stamp is None:
        return _told(asked.path, Reading(None), asked.error)
    task = Task(asked.path, _READ_MARK, {"path": asked.path, "stamp": asked.stamp, "secret": secret})
    try:
        return _told(asked.path, cast("Reading", await workers.do(task)), None)
    except FileError as error:
        return _told(asked.path, Reading(None), str(error))


def _told(path: Path, reading: Reading, error: str | None) -> Line:
    def rounded(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "path": str(path),
        "key": reading.key.hex() if reading.key else None,
        "bits": reading.bits,
        "margin_db": rounded(reading.margin_db, 1),
        "rotation_deg": rounded(reading.rotation_deg, 2),
        "scale": rounded(reading.scale, 4),
        "mirrored": reading.mirrored,
        "confidence": rounded(reading.confidence, 4),
        "error": error,
    }
