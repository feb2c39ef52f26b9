"""Contents as sorted arrays: what a search looks at, and how several such segments become one.

A segment is never changed. What is removed of it is passed over, until it is folded into another one without that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pictured.looks import POINT

WORDS: Final = 2048
PLACE: Final = np.dtype([("x", "u1"), ("y", "u1"), ("size", "u1"), ("angle", "u1")])
"""What of a `looks.POINT` is needed once votes are counted."""

_SIZE = np.dtype(POINT).itemsize
_ROWS = 16_384
_FEATURES = 500_000

Shapes = Mapping[str, tuple[str, tuple[int, ...]]]
"""The type and the shape of each array, by its name."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some contents with their hashes and their local features; those are sorted by word and take 16 bytes each.

    contents     uint32 (n,), ascending
    hashes       uint8 (n, 1 + parts, 32); (n, 0, 32) where they are held elsewhere
    starts       int64 (2049,): the features of word `w` lie from `starts[w]` to `starts[w + 1]`
    signatures   uint64 (m,)
    owners       uint32 (m,), the content of each feature
    places       uint32 (m,), each a `PLACE`
    """

    contents: NDArray[np.uint32]
    hashes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    signatures: NDArray[np.uint64]
    owners: NDArray[np.uint32]
    places: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.signatures)

    def __contains__(self, content: int) -> bool:
        place = int(np.searchsorted(self.contents, content))
        return place < len(self.contents) and int(self.contents[place]) == content

    @property
    def nbytes(self) -> int:
        """What the arrays take."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))

    @property
    def sound(self) -> bool:
        """Whether the arrays fit each other, so that no search leaves them."""
        counts = {len(self.signatures), len(self.owners), len(self.places)}
        return (
            len(self.starts) == WORDS + 1
            and int(self.starts[0]) == 0
            and counts == {int(self.starts[-1])}
            and bool((self.starts[1:] >= self.starts[:-1]).all())
            and len(self.hashes) == len(self.contents)
            and bool((self.contents[1:] > self.contents[:-1]).all())
        )


def segment_of(contents: Sequence[tuple[int, bytes]], hashes: NDArray[np.uint8] | None = None) -> Segment:
    """Sort the `looks.POINT` records of some contents. `hashes` are those of the same contents, which then ascend."""
    points = np.frombuffer(b"".join(each for _, each in contents), np.dtype(POINT))
    numbers = np.fromiter((number for number, _ in contents), np.uint32, len(contents))
    owners = np.repeat(numbers, [len(each) // _SIZE for _, each in contents])
    places = np.empty(len(points), PLACE)
    for name in PLACE.names or ():
        places[name] = points[name]
    order = np.argsort(points["word"], kind="stable")
    starts = _starts(np.bincount(points["word"], minlength=WORDS))
    held = np.empty((len(numbers), 0, 32), np.uint8) if hashes is None else hashes
    return Segment(
        np.sort(numbers), held, starts, points["signature"][order], owners[order], places.view(np.uint32)[order]
    )


def folded(sources: Sequence[Segment], gone: Sequence[NDArray[np.uint32]]) -> Segment:
    """Make one segment, in memory, of several."""
    folding = Folding(sources, gone)
    arrays = {name: np.empty(shape, kind) for name, (kind, shape) in folding.shapes.items()}
    filled = dict.fromkeys(arrays, 0)
    for name, block in folding.blocks():
        arrays[name][filled[name] : filled[name] + len(block)] = block
        filled[name] += len(block)
    return Segment(**arrays)


class Folding:
    """Several segments as one, a block at a time: however large they are, little of them is in memory at once.

    Nothing is computed before it is asked for, so that another thread can do all of it.

    Args:
        sources: each content that stays is in one of them only.
        gone: the contents that each is to lose, in any order.
    """

    def __init__(self, sources: Sequence[Segment], gone: Sequence[NDArray[np.uint32]]) -> None:
        self._sources = sources
        self._gone = gone

    def __len__(self) -> int:
        return len(self._order)

    @property
    def shapes(self) -> Shapes:
        """Those of the `Segment` that comes of it."""
        features = (int(self._starts[-1]),)
        return {
            "contents": ("<u4", self._contents.shape),
            "hashes": ("|u1", (len(self), *self._sources[0].hashes.shape[1:])),
            "starts": ("<i8", self._starts.shape),
            "signatures": ("<u8", features),
            "owners": ("<u4", features),
            "places": ("<u4", features),
        }

    @cached_property
    def _rows(self) -> Sequence[NDArray[np.int64]]:
        """The places of the contents that stay, in each source."""
        pairs = zip(self._sources, self._gone, strict=True)
        return [np.flatnonzero(~np.isin(source.contents, out)) for source, out in pairs]

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """The order of those that stay, counted through all sources."""
        return np.argsort(self._staying(), kind="stable")

    @cached_property
    def _contents(self) -> NDArray[np.uint32]:
        return self._staying()[self._order]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return _starts(reduce(np.add, map(_counts, self._sources, self._gone)))

    def _staying(self) -> NDArray[np.uint32]:
        pairs = zip(self._sources, self._rows, strict=True)
        return np.concatenate([source.contents[rows] for source, rows in pairs])

    def blocks(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Give the arrays by their names, piece by piece; the pieces of each come in their order."""
        yield "contents", self._contents
        yield "starts", self._starts
        for begin in range(0, len(self), _ROWS):
            yield "hashes", self._hashes(self._order[begin : begin + _ROWS])
        step = max(1, WORDS * _FEATURES // max(1, int(self._starts[-1])))
        for begin in range(0, WORDS, step):
            yield from self._features(begin, min(begin + step, WORDS))

    def _hashes(self, order: NDArray[np.int64]) -> NDArray[np.uint8]:
        block = np.empty((len(order), *self._sources[0].hashes.shape[1:]), np.uint8)
        ahead = 0
        for source, rows in zip(self._sources, self._rows, strict=True):
            mine = (order >= ahead) & (order < ahead + len(rows))
            block[mine] = source.hashes[rows[order[mine] - ahead]]
            ahead += len(rows)
        return block

    def _features(self, begin: int, end: int) -> Iterator[tuple[str, NDArray[Any]]]:
        """Lay the lists of some words behind each other."""
        words, pieces = [], []
        for source, out in zip(self._sources, self._gone, strict=True):
            here = slice(int(source.starts[begin]), int(source.starts[end]))
            word = np.repeat(np.arange(begin, end, dtype=np.uint16), np.diff(source.starts[begin : end + 1]))
            piece = [getattr(source, name)[here] for name in ("signatures", "owners", "places")]
            if len(out):
                stay = ~np.isin(piece[1], out)
                word, piece = word[stay], [each[stay] for each in piece]
            words.append(word)
            pieces.append(piece)
        order = np.argsort(np.concatenate(words), kind="stable")
        for name, parts in zip(("signatures", "owners", "places"), zip(*pieces, strict=True), strict=True):
            yield name, np.concatenate(parts)[order]


def _counts(source: Segment, gone: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many features of each word stay."""
    counts = np.diff(source.starts)
    for begin in range(0, len(source) if len(gone) else 0, _FEATURES):
        lost = begin + np.flatnonzero(np.isin(source.owners[begin : begin + _FEATURES], gone))
        counts -= np.bincount(np.searchsorted(source.starts, lost, side="right") - 1, minlength=WORDS)
    return counts


def _starts(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    starts = np.zeros(WORDS + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts
