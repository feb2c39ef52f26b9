"""Loads what is searched: from files of segments, where there are some, and from the rows of the index for the rest."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pictured.looks import Box
from pictured.matching.index import Batch, Index, hash_table
from pictured.matching.segments import Folding, Segment, segment_of
from pictured.store.pictures import Pictures
from pictured.store.segments import Mapped, Segments

_FEW = 2000
_WRITTEN = 50_000
_SAMPLE = 64


class Stopped(Exception):
    """The loading or folding was stopped."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What is searched, and the files that it reads, each with the segment that it holds; the oldest first."""

    index: Index
    kept: tuple[tuple[Segment, Mapped], ...] = ()


def making(identity: str, parts: Sequence[Box]) -> str:
    """What segments of an index are made with: other contents, words or parts make others."""
    vocabulary = zlib.crc32((files("pictured.indexing") / "vocabulary.npz").read_bytes())
    boxes = zlib.crc32(repr(tuple(parts)).encode())
    return f"{identity} {vocabulary:08x} {len(parts)} {boxes:08x}"


def loaded(
    pictures: Pictures,
    parts: Sequence[Box],
    segments: Segments | None,
    *,
    writing: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Loaded:
    """Load everything that is findable. The rows are the truth: a segment that says otherwise is passed over.

    Args:
        pictures: what is known.
        parts: as for `Index`.
        segments: the files; None where there are none to be trusted.
        writing: whether rows that are in no file are written to files first, where there are many.
        stopped: asked again and again.

    Raises:
        OSError: if a file cannot be written.
        Stopped: if it was stopped.
    """
    restated = np.zeros(0, np.uint32) if segments is None else segments.restated()
    opened = [] if segments is None else [each for each in segments.opened() if _sound(each, pictures)]
    findable = np.fromiter(pictures.findable_numbers(), np.uint32)
    wanted = np.setdiff1d(findable, restated, assume_unique=True)
    kept: list[tuple[Segment, Mapped]] = []
    gone: list[NDArray[np.uint32]] = []
    # A content that was read again may lie in an older file, too.
    for each in reversed(opened):
        segment = Segment(**each.arrays)
        live = np.isin(segment.contents, wanted)
        wanted = np.setdiff1d(wanted, segment.contents[live], assume_unique=True)
        kept.insert(0, (segment, each))
        gone.insert(0, segment.contents[~live])
    missing = np.union1d(wanted, np.intersect1d(findable, restated, assume_unique=True))
    batches = _batches(pictures, missing, stopped)
    if writing and segments is not None:
        if len(missing) > _FEW:
            for file in _written(batches, 1 + len(parts), segments):
                kept.append((Segment(**file.arrays), file))
                gone.append(np.zeros(0, np.uint32))
            batches, missing = iter(()), missing[:0]
        segments.agree([file.name for _, file in kept])
        segments.forget(np.setdiff1d(restated, missing))

    def copied() -> None:
        for _, file in kept:
            file.release()

    passed = [(one, out.tolist()) for (one, _), out in zip(kept, gone, strict=True)]
    return Loaded(Index(parts, batches=batches, kept=passed, copied=copied), tuple(kept))


def _sound(file: Mapped, pictures: Pictures) -> bool:
    """Whether a file holds a segment, and of these very contents as far as a sample of them tells."""
    try:
        segment = Segment(**file.arrays)
    except TypeError:
        return False
    if not segment.sound:
        return False
    count = len(segment.contents)
    rows = np.unique(np.r_[np.linspace(0, count - 1, _SAMPLE, dtype=np.int64), max(0, count - 8) : count][: count * 2])
    for row in rows.tolist() if count else ():
        known = pictures.found_by(int(segment.contents[row]))
        if known is not None and known[0] != segment.hashes[row, 0].tobytes():
            return False
    return True


def _batches(pictures: Pictures, missing: NDArray[np.uint32], stopped: Callable[[], bool]) -> Iterator[Batch]:
    """The rows of some contents, ascending, a bounded number at a time."""
    if len(missing) <= _FEW:
        rows = [(number, known) for number in missing.tolist() if (known := pictures.found_by(number)) is not None]
        if rows:
            phashes, crops, points = zip(*(known for _, known in rows), strict=True)
            yield Batch([number for number, _ in rows], phashes, crops, points)
        return
    for found in pictures.findable(int(missing[0]) - 1):
        if stopped():
            raise Stopped
        stay = np.isin(np.array(found.contents, np.uint32), missing).tolist()
        fields = (found.contents, found.phashes, found.crops, found.points)
        chosen = ([each for each, stays in zip(field, stay, strict=True) if stays] for field in fields)
        batch = Batch(*(fields if all(stay) else chosen))
        if batch.contents:
            yield batch


def _written(batches: Iterator[Batch], parts: int, segments: Segments) -> Iterator[Mapped]:
    """Write rows to files, so many to each that little is in memory at once."""
    waiting: list[Segment] = []
    for batch in batches:
        pairs = list(zip(batch.contents, batch.points, strict=True))
        waiting.append(segment_of(pairs, hash_table(batch, parts)))
        if sum(len(each.contents) for each in waiting) >= _WRITTEN:
            yield _laid(waiting, segments)
            waiting = []
    if waiting:
        yield _laid(waiting, segments)


def _laid(waiting: Sequence[Segment], segments: Segments) -> Mapped:
    folding = Folding(waiting, [np.zeros(0, np.uint32)] * len(waiting))
    return segments.write(folding.shapes, folding.blocks())
