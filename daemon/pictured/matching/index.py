"""What is searched: the hashes and the local features of every content, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pictured.looks import Box, Points
from pictured.matching.neighbours import Candidate, Neighbours
from pictured.matching.voting import Voted, Voting

_HASH = 32


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


class Index:
    """All contents that can be found. Those of a shallower depth have fewer hashes and features.

    Args:
        parts: which parts of each content are hashed beside the whole, as fractions; further ones are passed over.
        entries: ascending by content.
        batches: the same for very many contents; those of the entries come first.
    """

    def __init__(self, parts: Sequence[Box], entries: Iterable[Entry] = (), batches: Iterable[Batch] = ()) -> None:
        self.parts = ((0.0, 0.0, 1.0, 1.0), *parts)
        contents = [np.zeros(0, np.uint32)]
        hashes = [np.zeros((0, len(self.parts), _HASH), np.uint8)]
        self._voting = Voting()
        for batch in chain(_batches(entries), batches):
            contents.append(np.array(batch.contents, np.uint32))
            hashes.append(self._table(batch))
            self._voting.extend(zip(batch.contents, batch.points, strict=True))
        self._neighbours = Neighbours(np.concatenate(contents), np.concatenate(hashes))

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
            hashes = np.frombuffer(self._hashes(entry.phash, entry.crops), np.uint8).reshape(-1, _HASH)
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

    def _table(self, batch: Batch) -> NDArray[np.uint8]:
        wholes = np.frombuffer(b"".join(batch.phashes), np.uint8).reshape(-1, 1, _HASH)
        if len(self.parts) == 1:
            return wholes
        if set(map(len, batch.crops)) == {(len(self.parts) - 1) * _HASH}:
            crops = np.frombuffer(b"".join(batch.crops), np.uint8).reshape(len(wholes), -1, _HASH)
            return np.concatenate([wholes, crops], axis=1)
        each = b"".join(map(self._hashes, batch.phashes, batch.crops))
        return np.frombuffer(each, np.uint8).reshape(len(wholes), -1, _HASH)

    def _hashes(self, phash: bytes, crops: bytes) -> bytes:
        # A part that was not hashed looks like the whole, which then is nearer.
        hashes = (phash + crops)[: len(self.parts) * _HASH]
        return hashes + phash * (len(self.parts) - len(hashes) // _HASH)


def _batches(entries: Iterable[Entry]) -> Iterator[Batch]:
    held = tuple(entries)
    if held:
        yield Batch(*([getattr(each, name) for each in held] for name in ("content", "phash", "crops", "points")))
