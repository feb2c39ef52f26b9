"""A demonstration from the empty folder to the end."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pictured.disk.faults import translated
from pictured.disk.paths import real, shown
from pictured.errors import UsageError
from pictured.events import Event
from pictured.imaging.drawing.painting import Pixels
from pictured.imaging.drawing.saving import save
from pictured.imaging.drawing.scenes import Scene, drawn
from pictured.service.demonstration.child import Child, running
from pictured.service.demonstration.happenings import Answer, Drawn, Dropped, Ended, Happening, Indexed, Started
from pictured.service.demonstration.script import (
    BETTER,
    COLLECTED,
    CONFIG,
    CONFIGURATION,
    ORIGINALS,
    POOR,
    STATE,
    WANTED,
    WIDTH,
    Piece,
)
from pictured.service.demonstration.telling import LogLine, answers, done_with

_ABOUT = {piece.path: str(piece) for piece in (*ORIGINALS, BETTER)}
"""Size and compression of all that the library ever holds."""


async def play(folder: Path, pace: float, patience: float = 20.0) -> AsyncGenerator[Happening]:
    """Show the real daemon at work on drawn pictures.

    Args:
        folder: gets all of it, and keeps it; must not exist, or be empty.
        pace: seconds between two pictures that are dropped, so that a person can follow.
        patience: seconds after which a silent daemon is given up.

    Raises:
        UsageError: the folder cannot be used.
        PicturedError: the daemon did not do what it should.
    """
    began = time.monotonic()
    stage = prepared(folder)
    with _artists() as artists:
        scenes = {scene: artists.submit(drawn, scene, WIDTH) for scene in Scene}
        async with running(stage / CONFIG, stage / STATE, patience) as daemon:
            *_, started = await daemon.until(lambda line: line["event"] == Event.DAEMON_STARTED)
            yield Started(stage, stage / CONFIG, started["pid"])
            for piece in ORIGINALS:
                await _put(stage, piece, scenes[piece.scene])
                yield Drawn(stage / piece.path, str(piece))
            await _indexed(daemon, stage)
            yield Indexed(len(ORIGINALS))
            for piece in (*POOR, BETTER):
                await asyncio.sleep(pace)
                yield Dropped(stage / piece.path, str(piece))
                await _put(stage, piece, scenes[piece.scene])
                for answer in await _answered(daemon, stage, piece):
                    yield answer
            await daemon.stop()
    collected = tuple(sorted((stage / COLLECTED).iterdir()))
    yield Ended(stage, collected, round(time.monotonic() - began, 1))


def prepared(folder: Path) -> Path:
    """Make the folders and the configuration of a demonstration, and give its folder, resolved.

    Raises:
        UsageError: the folder is in use, or cannot be made.
    """
    stage = real(folder)
    try:
        stage.mkdir(parents=True, exist_ok=True)
        if any(stage.iterdir()):
            raise UsageError(f"{shown(folder)} is not empty; name a new or an empty folder.")
        for inner in (*{(stage / piece.path).parent for piece in (*ORIGINALS, BETTER)}, stage / WANTED):
            inner.mkdir(parents=True, exist_ok=True)
        (stage / CONFIG).write_text(CONFIGURATION, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(folder)} cannot be used: {error.strerror}; name another folder.") from error
    return stage


@contextmanager
def _artists() -> Iterator[ThreadPoolExecutor]:
    """Threads to draw in; what is not begun when the block ends is not drawn."""
    artists = ThreadPoolExecutor(min(4, os.cpu_count() or 1))
    try:
        yield artists
    finally:
        artists.shutdown(wait=False, cancel_futures=True)


async def _put(stage: Path, piece: Piece, scene: Future[Pixels]) -> None:
    picture = await asyncio.wrap_future(scene)
    with translated(stage / piece.path, writing=True):
        await asyncio.to_thread(save, picture, piece.rendering, stage / piece.path)


async def _indexed(daemon: Child, stage: Path) -> None:
    """Wait until the daemon is done with every picture of the library."""
    waiting = {stage / piece.path for piece in ORIGINALS}

    def all_done(line: LogLine) -> bool:
        path = done_with(line)
        if path is not None:
            waiting.discard(path)
        return not waiting

    await daemon.until(all_done)


async def _answered(daemon: Child, stage: Path, piece: Piece) -> list[Answer]:
    """Wait for what the daemon makes of a picture that was dropped."""
    path = stage / piece.path
    lines = await daemon.until(lambda line: done_with(line) == path)
    return list(answers(lines, path, lambda source: _ABOUT[source.relative_to(stage)]))
