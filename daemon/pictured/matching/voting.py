"""Finds the contents that share local features with a query: an inverted file from visual words to features.

A feature of the query votes for each content that has a feature of the same word whose signature differs by few bits
(Hamming embedding), and votes count together only where they agree about the turn (weak geometric consistency). Both:
Jegou, Douze and Schmid, ECCV 2008. Rare words count for more (inverse document frequency, Sivic and Zisserman 2003).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from pictured.looks import POINT, Points
from pictured.matching.segments import PLACE, WORDS, Segment, folded, segment_of

_POINT = np.dtype(POINT).itemsize
_FAR = 18
_SECTORS = 16
_GROWTH = 4
_DENSE = 256
_PATIENCE = 100
_UNSORTED = 8000
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


@dataclass(slots=True, eq=False)
class Layer:
    """A segment, and what of it is passed over.

    kept   its arrays lie elsewhere, or are just being laid there: it stays as it is until it is replaced
    """

    segment: Segment
    gone: set[int] = field(default_factory=set)
    kept: bool = False

    def __len__(self) -> int:
        return len(self.segment.contents) - len(self.gone)

    @property
    def lost(self) -> NDArray[np.uint32]:
        """What is passed over, as an array."""
        return np.fromiter(self.gone, np.uint32, len(self.gone))

    def lose(self, content: int) -> None:
        """Pass a content over, if it is here."""
        if content in self.segment:
            self.gone.add(content)


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """Pairs of a kept and an asked feature that are alike: content, place, index of the asked one, bits, word."""

    contents: NDArray[np.uint32]
    places: NDArray[np.uint32]
    asked: NDArray[np.int64]
    bits: NDArray[np.uint8]
    words: NDArray[np.uint16]


class Voting:
    """The local features of all contents, 16 bytes each.

    New features lie in segments of their own, which are merged as they become many: adding n contents one by one costs
    n log n. Contents that were removed are passed over, and thrown out together when they are many. What is `kept`
    elsewhere, memory-mapped, is neither merged nor changed here: see `Index.due`.
    """

    def __init__(self, contents: Iterable[tuple[int, bytes]] = (), kept: Iterable[Layer] = ()) -> None:
        self.layers: list[Layer] = list(kept)
        self._new: dict[int, bytes] = {}
        self.extend(contents)

    def __len__(self) -> int:
        new = sum(map(len, self._new.values())) // _POINT
        return sum(len(layer.segment) for layer in self.layers) + new

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        held = sum(layer.segment.nbytes for layer in self.layers if not layer.kept)
        return held + sum(map(len, self._new.values()))

    @property
    def loose(self) -> int:
        """How many contents lie in memory only."""
        return sum(len(layer) for layer in self.layers if not layer.kept) + len(self._new)

    def add(self, content: int, points: bytes) -> None:
        """Make a content findable by its `looks.POINT` records. One that is there already must be removed first."""
        self._new[content] = points
        if len(self._new) > _UNSORTED:
            self._sort()

    def extend(self, contents: Iterable[tuple[int, bytes]]) -> None:
        """Make contents findable that are not there."""
        for content, points in contents:
            self.add(content, points)

    def remove(self, content: int) -> None:
        """Make a content unfindable."""
        self._new.pop(content, None)
        for layer in self.layers:
            layer.lose(content)
            if not layer.kept and len(layer.gone) > _PATIENCE + len(layer) // 4:
                layer.segment, layer.gone = folded([layer.segment], [layer.lost]), set()

    def replace(self, layers: Sequence[Layer], new: Layer) -> None:
        """Put one layer in the place of several."""
        self.layers = [new, *(each for each in self.layers if each not in layers)]

    def settle(self) -> None:
        """Sort what is new, and merge segments in memory of like size."""
        self._sort()
        own = [layer for layer in self.layers if not layer.kept]
        kept = [layer for layer in self.layers if layer.kept]
        if len(own) > _SEVERAL:
            own = [_merged(own)]
        while len(own) > 1 and len(own[-2]) < _GROWTH * len(own[-1]):
            own[-2:] = [_merged(own[-2:])]
        self.layers = kept + own

    def voted(self, asked: Points, most: int) -> list[Voted]:
        """The contents with the most votes, the most first."""
        self.settle()
        if not len(asked.places) or not self.layers:
            return []
        hits = _joined([_hits(layer, asked) for layer in self.layers])
        counts = np.sum([np.diff(layer.segment.starts) for layer in self.layers], axis=0)
        rarity = np.log1p(counts.sum() / np.maximum(counts, 1)) ** 2
        votes = rarity[hits.words] * np.exp(-((hits.bits / 16.0) ** 2))
        turn = (hits.places.view(PLACE)["angle"] * (360 / 256) - asked.places[hits.asked, 3]) % 360
        sector = (turn * (_SECTORS / 360)).astype(np.int64) % _SECTORS
        # Sorted once, the hits of each content lie together.
        order = np.argsort(hits.contents, kind="stable")
        starts = np.flatnonzero(np.diff(hits.contents[order], prepend=-1)) if len(order) else order
        sizes = np.diff(starts, append=len(order))
        contents = hits.contents[order[starts]]
        cells = np.repeat(np.arange(len(contents)) * _SECTORS, sizes) + sector[order]
        table = np.bincount(cells, votes[order], minlength=len(contents) * _SECTORS).reshape(-1, _SECTORS)
        sums = (table + np.roll(table, 1, axis=1)).max(axis=1)
        return [
            _voted(int(contents[each]), sums[each], hits, order[starts[each] :][: sizes[each]], asked)
            for each in islice(np.argsort(-sums, kind="stable"), most)
        ]

    def _sort(self) -> None:
        if self._new:
            self.layers.append(Layer(segment_of(list(self._new.items()))))
            self._new = {}


def _merged(layers: Sequence[Layer]) -> Layer:
    return Layer(folded([layer.segment for layer in layers], [layer.lost for layer in layers]))


def _hits(layer: Layer, asked: Points) -> _Hits:
    """All pairs of features of one word whose signatures differ by few bits."""
    segment = layer.segment
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
    if layer.gone:
        stay = ~np.isin(segment.owners[rows], layer.lost)
        rows, turns = rows[stay], turns[stay]
    bits = np.bitwise_count(segment.signatures[rows] ^ signatures[turns])
    each = turns // asked.words.shape[1]
    return _Hits(segment.owners[rows], segment.places[rows], each, bits, words[turns].astype(np.uint16))


def _joined(hits: Sequence[_Hits]) -> _Hits:
    return _Hits(*(np.concatenate([getattr(each, name) for each in hits]) for name in _Hits.__slots__))


def _voted(content: int, votes: float, hits: _Hits, pairs: NDArray[np.int64], asked: Points) -> Voted:
    places = hits.places[pairs].view(PLACE)
    size, angle = 2.0 ** (places["size"] / 16.0), places["angle"] * (360.0 / 256)
    theirs = np.stack([places["x"], places["y"], size, angle], axis=1).astype(np.float32)
    return Voted(content, votes, theirs, asked.places[hits.asked[pairs]])
