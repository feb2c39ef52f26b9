"""What is searched: the hashes of every content, in memory, and its local features, in memory or mapped from a disk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pictured.looks import Box, Points
from pictured.matching.neighbours import Candidate, Neighbours
from pictured.matching.segments import Folding, Segment
from pictured.matching.voting import Layer, Voted, Voting

_HASH = 32
_GROWTH = 4
_FEW = 1000
_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Entry:
    """What makes a content findable, as in its `Fingerprint`: 32 bytes, 32 for each part, and `looks.POINT` records."""

    content: int
    phash: bytes
    crops: bytes
    points: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of several contents: each field has one item for each."""

    contents: Sequence[int]
    phashes: Sequence[bytes]
    crops: Sequence[bytes]
    points: Sequence[bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Layers of an index that are to become one; `folding` may be carried out by another thread."""

    layers: Sequence[Layer]
    loose: Sequence[Layer]
    folding: Folding
    gone: Sequence[frozenset[int]]


class Searched(Protocol):
    """All contents that can be found, wherever they are held; `Index` holds them in memory."""

    @property
    def parts(self) -> Sequence[Box]:
        """Which parts of each content are hashed, as fractions; the first is the whole."""
        ...

    @property
    def featured(self) -> bool:
        """Whether any content has local features."""
        ...

    def near(self, hashes: NDArray[np.uint8], radius: int, part_radius: int) -> list[Candidate]:
        """Do as `Neighbours.near`."""
        ...

    def voted(self, asked: Points, most: int) -> list[Voted]:
        """Do as `Voting.voted`."""
        ...

    def pairs(self, radius: int) -> Iterator[tuple[int, int, int]]:
        """Do as `Neighbours.pairs`."""
        ...


class Index:
    """All contents that can be found. Those of a shallower depth have fewer hashes and features.

    Args:
        parts: which parts of each content are hashed beside the whole, as fractions; further ones are passed over.
        entries: of contents, each once.
        batches: the same for very many contents.
        kept: segments that lie elsewhere, with what of them is passed over; their features are left where they are.
        copied: called again and again while the hashes of those are read, when some need not be held any more.
    """

    def __init__(
        self,
        parts: Sequence[Box],
        entries: Iterable[Entry] = (),
        batches: Iterable[Batch] = (),
        kept: Iterable[tuple[Segment, Iterable[int]]] = (),
        copied: Callable[[], None] = lambda: None,
    ) -> None:
        self.parts = ((0.0, 0.0, 1.0, 1.0), *parts)
        layers = [Layer(segment, set(gone), kept=True) for segment, gone in kept]
        self._voting = Voting(kept=layers)
        hashed = [piece for layer in layers for piece in _pieces(layer)]
        for batch in chain(_batches(entries), batches):
            hashed.append((np.array(batch.contents, np.uint32), hash_table(batch, len(self.parts))))
            self._voting.extend(zip(batch.contents, batch.points, strict=True))
        self._neighbours = Neighbours.of(len(self.parts), hashed, copied)

    def __len__(self) -> int:
        return len(self._neighbours)

    def __contains__(self, content: int) -> bool:
        return content in self._neighbours

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        return self._neighbours.nbytes + self._voting.nbytes

    @property
    def featured(self) -> bool:
        """Whether any content has local features."""
        return len(self._voting) > 0

    def add(self, entry: Entry) -> None:
        """Make a content findable; adding it again changes nothing."""
        if entry.content not in self._neighbours:
            hashes = np.frombuffer(_hashes(entry.phash, entry.crops, len(self.parts)), np.uint8).reshape(-1, _HASH)
            self._neighbours.add(entry.content, hashes)
            self._voting.add(entry.content, entry.points)

    def remove(self, content: int) -> None:
        """Make a content unfindable; one that is not there is left so."""
        if content in self._neighbours:
            self._neighbours.remove(content)
            self._voting.remove(content)

    def near(self, hashes: NDArray[np.uint8], radius: int, part_radius: int) -> list[Candidate]:
        """Do as `Neighbours.near`."""
        return self._neighbours.near(hashes, radius, part_radius)

    def pairs(self, radius: int) -> Iterator[tuple[int, int, int]]:
        """Do as `Neighbours.pairs`."""
        return self._neighbours.pairs(radius)

    def voted(self, asked: Points, most: int) -> list[Voted]:
        """Do as `Voting.voted`."""
        return self._voting.voted(asked, most)

    def contents(self) -> NDArray[np.uint32]:
        """All contents, ascending."""
        return self._neighbours.contents()

    def hashes_of(self, contents: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Do as `Neighbours.hashes_of`."""
        return self._neighbours.hashes_of(contents)

    def layers(self) -> tuple[Layer, ...]:
        """The segments that are searched, and what of each is passed over."""
        self._voting.settle()
        return tuple(self._voting.layers)

    @property
    def loose(self) -> int:
        """How many contents lie in memory only."""
        return self._voting.loose

    def due(self, most: int) -> Due | None:
        """Say which layers are to become one, so that few are kept and at most so many contents lie in memory only.

        What is removed meanwhile is heeded by `settle`. Until then, or until `spare`, nothing else may be asked for.
        """
        self._voting.settle()
        own = [layer for layer in self._voting.layers if not layer.kept]
        kept = sorted((layer for layer in self._voting.layers if layer.kept), key=len, reverse=True)
        chosen = own if self._voting.loose > most else []
        # Each is to be several times as large as all that come behind it together.
        begin, behind = len(kept), sum(map(len, chosen))
        for place in range(len(kept) - 1, -1, -1):
            if behind and len(kept[place]) < _GROWTH * behind:
                begin = place
            behind += len(kept[place])
        chosen = [*kept[begin:], *chosen]
        if not chosen:
            chosen = [layer for layer in kept if len(layer.gone) > max(_FEW, len(layer) // 4)][:1]
        return self._due(chosen) if chosen else None

    def spare(self, due: Due) -> None:
        """Leave layers as they are, because nothing came of a folding."""
        for layer in due.loose:
            layer.kept = False

    def settle(self, due: Due, segment: Segment) -> None:
        """Put what came of a folding in the place of its layers."""
        lost = (layer.gone - before for layer, before in zip(due.layers, due.gone, strict=True))
        self._voting.replace(due.layers, Layer(segment, set().union(*lost), kept=True))

    def _due(self, layers: Sequence[Layer]) -> Due:
        loose = [layer for layer in layers if not layer.kept]
        sources = []
        for layer in layers:
            hashes = layer.segment.hashes if layer.kept else self._neighbours.hashes_of(layer.segment.contents)
            sources.append(replace(layer.segment, hashes=hashes))
        for layer in loose:
            layer.kept = True
        gone = [frozenset(layer.gone) for layer in layers]
        return Due(layers, loose, Folding(sources, [layer.lost for layer in layers]), gone)


def hash_table(batch: Batch, parts: int) -> NDArray[np.uint8]:
    """The hashes of some contents, of the whole and of so many parts altogether: uint8 (n, parts, 32)."""
    wholes = np.frombuffer(b"".join(batch.phashes), np.uint8).reshape(-1, 1, _HASH)
    if parts == 1:
        return wholes
    if set(map(len, batch.crops)) == {(parts - 1) * _HASH}:
        crops = np.frombuffer(b"".join(batch.crops), np.uint8).reshape(len(wholes), -1, _HASH)
        return np.concatenate([wholes, crops], axis=1)
    each = b"".join(_hashes(phash, crops, parts) for phash, crops in zip(batch.phashes, batch.crops, strict=True))
    return np.frombuffer(each, np.uint8).reshape(len(wholes), -1, _HASH)


def _hashes(phash: bytes, crops: bytes, parts: int) -> bytes:
    # A part that was not hashed looks like the whole, which then is nearer.
    hashes = (phash + crops)[: parts * _HASH]
    return hashes + phash * (parts - len(hashes) // _HASH)


def _pieces(layer: Layer) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint8]]]:
    """What is not passed over, some at a time, because all of it would be in memory twice."""
    contents, lost = layer.segment.contents, layer.lost
    for begin in range(0, len(contents), _ROWS):
        some, hashes = contents[begin : begin + _ROWS], layer.segment.hashes[begin : begin + _ROWS]
        stay = ~np.isin(some, lost)
        yield (some, hashes) if stay.all() else (some[stay], hashes[stay])


def _batches(entries: Iterable[Entry]) -> Iterator[Batch]:
    held = tuple(entries)
    if held:
        yield Batch(*([getattr(each, name) for each in held] for name in ("content", "phash", "crops", "points")))
