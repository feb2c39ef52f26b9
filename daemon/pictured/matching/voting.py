"""Finds the contents that share local features with a query: an inverted file from visual words to features.

A feature of the query votes for each content that has a feature of the same word whose signature differs by few bits
(Hamming embedding), and votes count together only where they agree about the turn (weak geometric consistency). Both:
Jegou, Douze and Schmid, ECCV 2008. Rare words count for more (inverse document frequency, Sivic and Zisserman 2003).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pictured.looks import POINT, Points

WORDS: Final = 2048
PLACE: Final = np.dtype([("x", "u1"), ("y", "u1"), ("size", "u1"), ("angle", "u1")])
"""What of a `looks.POINT` is needed once votes are counted."""

_SIZE = np.dtype(POINT).itemsize
_FAR = 18
_SECTORS = 16
_GROWTH = 4
_DENSE = 256
_PATIENCE = 100
_RENUMBERED = 2**31
_OFTEN = 4 * 72
_UNSORTED = 8_000_000
_SEVERAL = 12


@dataclass(frozen=True, slots=True, eq=False)
class Voted:
    """A content that shares features with a query, and how: n pairs of features.

    theirs   float32 (n, 4): x, y and diameter in pixels of the content at a long side of 256, angle in degrees
    ours     float32 (n, 4): the same in pixels of the look
    """

    content: int
    votes: float
    theirs: NDArray[np.float32]
    ours: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """Features sorted by word: those of word `w` lie from `starts[w]` to `starts[w + 1]`. 16 bytes each."""

    starts: NDArray[np.int64]
    signatures: NDArray[np.uint64]
    contents: NDArray[np.uint32]
    places: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.signatures)

    @property
    def words(self) -> NDArray[np.uint16]:
        """The word of each feature."""
        return np.repeat(np.arange(WORDS, dtype=np.uint16), np.diff(self.starts))


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """Pairs of a kept and an asked feature that are alike: content, place, index of the asked one, bits, word."""

    contents: NDArray[np.uint32]
    places: NDArray[np.void]
    asked: NDArray[np.int64]
    bits: NDArray[np.uint8]
    words: NDArray[np.uint16]


class Voting:
    """The local features of all contents, 16 bytes each.

    New features lie in segments of their own, which are merged as they become many: adding n contents one by one costs
    n log n. Contents that were removed are passed over, and thrown out together when they are many.
    """

    def __init__(self, contents: Iterable[tuple[int, bytes]] = ()) -> None:
        self._segments: list[_Segment] = []
        self._new = list(contents)
        self._gone: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._contents: dict[int, int] = {}
        self._next = _RENUMBERED

    def __len__(self) -> int:
        return sum(map(len, self._segments)) + sum(len(points) // _SIZE for _, points in self._new)

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        kept = sum(segment.starts.nbytes + 16 * len(segment) for segment in self._segments)
        return kept + sum(len(points) for _, points in self._new)

    def add(self, content: int, points: bytes) -> None:
        """Make a content findable by its `looks.POINT` records. One that is there already must be removed first."""
        if content in self._gone:
            # What it had before may still lie in a segment, so it goes by another number from now on.
            self._numbers[content], self._contents[self._next] = self._next, content
            content, self._next = self._next, self._next + 1
        if points:
            self._new.append((content, points))

    def extend(self, contents: Iterable[tuple[int, bytes]]) -> None:
        """Make contents findable that never were before."""
        self._new += [(content, points) for content, points in contents if points]
        if sum(len(points) for _, points in self._new) > _UNSORTED:
            self._segments.append(_segment(self._new))
            self._new = []

    def remove(self, content: int) -> None:
        """Make a content unfindable."""
        number = self._numbers.pop(content, content)
        self._contents.pop(number, None)
        # Its own number stays taken as long as another one stands for it.
        self._gone |= {content, number}
        if len(self._gone) > _PATIENCE + len(self) // _OFTEN:
            self._settle()
            self._segments = [_without(segment, self._gone) for segment in self._segments]
            self._gone = set(self._numbers)

    def voted(self, asked: Points, most: int) -> list[Voted]:
        """The contents with the most votes, the most first."""
        self._settle()
        if not len(asked.places) or not self._segments:
            return []
        hits = _joined([_hits(segment, asked) for segment in self._segments])
        counts = np.sum([np.diff(segment.starts) for segment in self._segments], axis=0)
        rarity = np.log1p(counts.sum() / np.maximum(counts, 1)) ** 2
        votes = rarity[hits.words] * np.exp(-((hits.bits / 16.0) ** 2))
        turn = (hits.places["angle"] * (360 / 256) - asked.places[hits.asked, 3]) % 360
        sector = (turn * (_SECTORS / 360)).astype(np.int64) % _SECTORS
        # Sorted once, the hits of each content lie together.
        order = np.argsort(hits.contents, kind="stable")
        starts = np.flatnonzero(np.diff(hits.contents[order], prepend=-1)) if len(order) else order
        sizes = np.diff(starts, append=len(order))
        contents = hits.contents[order[starts]]
        cells = np.repeat(np.arange(len(contents)) * _SECTORS, sizes) + sector[order]
        table = np.bincount(cells, votes[order], minlength=len(contents) * _SECTORS).reshape(-1, _SECTORS)
        sums = (table + np.roll(table, 1, axis=1)).max(axis=1)
        best = (each for each in np.argsort(-sums, kind="stable") if int(contents[each]) not in self._gone)
        return [
            _voted(self._content(int(contents[each])), sums[each], hits, order[starts[each] :][: sizes[each]], asked)
            for each in islice(best, most)
        ]

    def _content(self, number: int) -> int:
        return self._contents.get(number, number)

    def _settle(self) -> None:
        """Sort what is new, and merge segments of like size."""
        if self._new:
            self._segments.append(_segment(self._new))
            self._new = []
        if len(self._segments) > _SEVERAL:
            self._segments = [_merged(self._segments)]
        while len(self._segments) > 1 and len(self._segments[-2]) < _GROWTH * len(self._segments[-1]):
            self._segments[-2:] = [_merged(self._segments[-2:])]


def _segment(contents: Sequence[tuple[int, bytes]]) -> _Segment:
    points = np.frombuffer(b"".join(each for _, each in contents), np.dtype(POINT))
    sizes = [len(each) // _SIZE for _, each in contents]
    numbers = np.repeat(np.fromiter((number for number, _ in contents), np.uint32, len(contents)), sizes)
    places = np.empty(len(points), PLACE)
    for name in PLACE.names or ():
        places[name] = points[name]
    return _sorted(points["word"], points["signature"], numbers, places)


def _merged(segments: Sequence[_Segment]) -> _Segment:
    """Lay the lists of each word behind each other."""
    starts = np.sum([segment.starts for segment in segments], axis=0)
    count, ahead = int(starts[-1]), starts[:-1].copy()
    merged = _Segment(starts, np.empty(count, np.uint64), np.empty(count, np.uint32), np.empty(count, PLACE))
    for segment in segments:
        sizes = np.diff(segment.starts)
        places = np.arange(len(segment)) + np.repeat(ahead - segment.starts[:-1], sizes)
        merged.signatures[places] = segment.signatures
        merged.contents[places] = segment.contents
        merged.places[places] = segment.places
        ahead += sizes
    return merged


def _without(segment: _Segment, gone: set[int]) -> _Segment:
    stay = ~np.isin(segment.contents, np.fromiter(gone, np.uint32, len(gone)))
    return _sorted(segment.words[stay], segment.signatures[stay], segment.contents[stay], segment.places[stay])


def _sorted(
    words: NDArray[np.uint16], signatures: NDArray[np.uint64], contents: NDArray[np.uint32], places: NDArray[np.void]
) -> _Segment:
    order = np.argsort(words, kind="stable")
    starts = np.zeros(WORDS + 1, np.int64)
    np.cumsum(np.bincount(words, minlength=WORDS), out=starts[1:])
    return _Segment(starts, signatures[order], contents[order], places[order])


def _hits(segment: _Segment, asked: Points) -> _Hits:
    """All pairs of features of one word whose signatures differ by few bits."""
    words, signatures = asked.words.ravel().astype(np.int64), asked.signatures.ravel()
    begins, sizes = segment.starts[words], segment.starts[words + 1] - segment.starts[words]
    if len(segment) > _DENSE * WORDS:
        # Slices of long lists are cheaper than gathering them.
        pairs = [
            (np.bitwise_count(segment.signatures[begin : begin + size] ^ signature) <= _FAR).nonzero()[0]
            for begin, size, signature in zip(begins.tolist(), sizes.tolist(), signatures, strict=True)
        ]
        counts = list(map(len, pairs))
        rows, turns = np.concatenate(pairs) + np.repeat(begins, counts), np.repeat(np.arange(len(words)), counts)
    else:
        turns = np.repeat(np.arange(len(words)), sizes)
        ends = np.cumsum(sizes)
        rows = np.arange(len(turns)) - np.repeat(ends - sizes, sizes) + np.repeat(begins, sizes)
        near = np.bitwise_count(segment.signatures[rows] ^ signatures[turns]) <= _FAR
        rows, turns = rows[near], turns[near]
    bits = np.bitwise_count(segment.signatures[rows] ^ signatures[turns])
    each = turns // asked.words.shape[1]
    return _Hits(segment.contents[rows], segment.places[rows], each, bits, words[turns].astype(np.uint16))


def _joined(hits: Sequence[_Hits]) -> _Hits:
    return _Hits(*(np.concatenate([getattr(each, name) for each in hits]) for name in _Hits.__slots__))


def _voted(content: int, votes: float, hits: _Hits, pairs: NDArray[np.int64], asked: Points) -> Voted:
    places = hits.places[pairs]
    size, angle = 2.0 ** (places["size"] / 16.0), places["angle"] * (360.0 / 256)
    theirs = np.stack([places["x"], places["y"], size, angle], axis=1).astype(np.float32)
    return Voted(content, votes, theirs, asked.places[hits.asked[pairs]])
