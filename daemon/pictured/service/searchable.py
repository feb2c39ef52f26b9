"""What is searched, loaded once and kept in step with the rows of the index, in memory and in files beside it.

What is new lies in memory until there is enough of it for a file. Files are few, because they are folded into larger
ones. Both is done by another thread, which the loop never waits for.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from pictured.flow import Fingerprint
from pictured.looks import PARTS, Depth
from pictured.matching.index import Due, Entry, Index
from pictured.matching.segments import Segment
from pictured.service.loading import Loaded, Stopped, loaded, making
from pictured.store.database import Database
from pictured.store.pictures import Pictures
from pictured.store.schedule import Schedule
from pictured.store.segments import Mapped, Segments

_NOTE = "segments"
_FOLDER = "search"
_LOOSE = 8192
_RESIDENT = 32_000_000
_RETRY_SECONDS = 600.0


class Searchable:
    """Everything that can be found.

    Args:
        db: the open index.
        home: the folder that files are kept in.
        depth: of the pictures that are read from now on.
        again: opens the index once more, to be read by another thread; without it, the owner's thread loads.
    """

    def __init__(self, db: Database, home: Path, depth: Depth, again: Callable[[], Database] | None = None) -> None:
        self._pictures = Pictures(db)
        self._notes = Schedule(db)
        self._folder = home / _FOLDER
        self._parts = PARTS[depth]
        self._again = again
        self._index: Index | None = None
        self._kept: tuple[tuple[Segment, Mapped], ...] = ()
        self._files: Segments | None = None
        self._loading: asyncio.Task[None] | None = None
        self._meanwhile: set[int] = set()
        self._count = 0
        self._much = asyncio.Event()
        self._stopped = threading.Event()

    @property
    def index(self) -> Index:
        """What is searched; loaded now, where that was not done yet."""
        if self._index is None:
            return self._take(loaded(self._pictures, self._parts, self._segments()))
        return self._index

    @property
    def files(self) -> tuple[Mapped, ...]:
        """The files that are searched, the oldest first."""
        return tuple(file for _, file in self._kept)

    def restate(self, number: int) -> None:
        """Note, beforehand, that what makes a content findable is about to change."""
        segments = self._segments()
        if segments is not None:
            segments.restate(number)

    def put(self, number: int, content: Fingerprint | None = None) -> None:
        """Make a content findable as its rows are now, in place of what it was found by before.

        The rows need not be read where the content is given.
        """
        self._count += 1
        if self._loading is not None:
            self._meanwhile.add(number)
        if self._index is not None:
            self._renew(self._index, number, content)

    def hold(self, number: int) -> None:
        """Make a content findable again, if it is not; what it is found by is as it was."""
        if self._index is None or number not in self._index:
            self.put(number)

    def prune(self) -> None:
        """Let go of contents that are not findable any more."""
        if self._index is not None:
            there = np.fromiter(self._pictures.findable_numbers(), np.uint32)
            for number in np.setdiff1d(self._index.contents(), there).tolist():
                self._index.remove(number)
            self._much.set()

    def rest(self) -> None:
        """Let go of what a search read of the files, where that may be much."""
        if sum(file.nbytes for file in self.files) > _RESIDENT:
            for file in self.files:
                file.release()

    async def prepared(self) -> None:
        """Have everything loaded by another thread, if it is not yet. Whoever comes meanwhile waits for the same.

        Only who holds the state folder may: what is in no file yet is written to files.
        """
        if self._index is None and self._again is not None:
            if self._loading is None:
                self._loading = asyncio.create_task(self._load(self._again))
            await asyncio.shield(self._loading)

    async def tend(self, failed: Callable[[OSError], None]) -> None:
        """Keep in files what lies in memory, in few files, until cancelled. Only who holds the state folder may."""
        try:
            await self.prepared()
            while True:
                self._much.clear()
                try:
                    while (due := self.index.due(_LOOSE)) is not None:
                        await self.fold(due)
                except OSError as error:
                    failed(error)
                    await asyncio.sleep(_RETRY_SECONDS)
                await self._much.wait()
        finally:
            self._stopped.set()

    async def fold(self, due: Due) -> None:
        """Have layers laid together in a file by another thread, and search that instead.

        Raises:
            OSError: if it cannot be written; all is as it was.
        """
        segments = self._owned()
        sources = [(one, file) for one, file in self._kept if any(one is layer.segment for layer in due.layers)]
        others = tuple((one, file) for one, file in self._kept if all(one is not each for each, _ in sources))
        loose = np.concatenate([np.zeros(0, np.uint32), *(layer.segment.contents for layer in due.loose)])

        def work() -> Mapped | None:
            if not all(file.intact() for _, file in sources):
                segments.agree([file.name for _, file in others])
                return None
            file = segments.write(due.folding.shapes, self._read(due, [each for _, each in sources]))
            segments.agree([*(each.name for _, each in others), file.name])
            return file

        try:
            # What is read again from now on is noted there.
            self._folder.mkdir(mode=0o700, exist_ok=True)
            file = await asyncio.to_thread(work)
        except BaseException:
            self.index.spare(due)
            raise
        if file is None:
            # What was damaged is made anew of the rows.
            self._take(loaded(self._pictures, self._parts, segments))
            return
        segment = Segment(**file.arrays)
        fresh = [number for layer in due.loose for number in layer.gone]
        self.index.settle(due, segment)
        self._kept = (*others, (segment, file))
        segments.forget(np.setdiff1d(loose, np.array(fresh, np.uint32)))
        file.release()

    def keep(self, least: int) -> None:
        """Load everything and keep it in files, where at least so many contents were put. For a command, at its end.

        Raises:
            OSError: if they cannot be written.
        """
        if self._count >= least:
            self._take(loaded(self._pictures, self._parts, self._owned(), writing=True))

    async def _load(self, again: Callable[[], Database]) -> None:
        segments = self._owned() if self._pictures.exceeds(_LOOSE) else self._segments()

        def work() -> Loaded:
            with closing(again()) as db:
                for writing in (segments is not None, False):
                    # Where no file can be written, everything is loaded all the same; `tend` will tell.
                    with suppress(OSError):
                        stopped = self._stopped.is_set
                        return loaded(Pictures(db), self._parts, segments, writing=writing, stopped=stopped)
                raise Stopped

        try:
            made = await asyncio.to_thread(work)
        except Stopped:
            return
        finally:
            self._loading = None
        if self._index is None:
            index = self._take(made)
            for number in self._meanwhile:
                self._renew(index, number)
        self._meanwhile.clear()

    def _read(self, due: Due, files: list[Mapped]) -> Iterator[tuple[str, Any]]:
        for block in due.folding.blocks():
            if self._stopped.is_set():
                raise Stopped
            yield block
            for file in files:
                file.release()

    def _take(self, made: Loaded) -> Index:
        self._index, self._kept = made.index, made.kept
        return made.index

    def _renew(self, index: Index, number: int, content: Fingerprint | None = None) -> None:
        index.remove(number)
        told = None if content is None else (content.phash, content.crops, content.points)
        known = told or self._pictures.found_by(number)
        if known is not None:
            index.add(Entry(number, *known))
            if index.loose > _LOOSE:
                self._much.set()

    def _segments(self) -> Segments | None:
        """The files, once there are any; an index that was made anew takes no notice of those of the old one."""
        if self._files is None:
            identity = self._notes.noted(_NOTE)
            self._files = None if identity is None else Segments(self._folder, making(identity, self._parts))
        return self._files

    def _owned(self) -> Segments:
        """The files, of which some are about to be written."""
        segments = self._segments()
        if segments is None:
            identity = uuid4().hex
            self._notes.note(_NOTE, identity)
            segments = self._files = Segments(self._folder, making(identity, self._parts))
        return segments
