"""What is searched: the hashes and the local features of every content, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


class Index:
    """All contents that can be found. Those of a shallower depth have fewer hashes and features.

    Args:
        parts: which parts of each content are hashed beside the whole, as fractions; further ones are passed over.
        entries: ascending by content.
    """

    def __init__(self, parts: Sequence[Box], entries: Iterable[Entry] = ()) -> None:
        self.parts = ((0.0, 0.0, 1.0, 1.0), *parts)
        contents: list[int] = []
        hashes: list[bytes] = []
        points: list[tuple[int, bytes]] = []
        for entry in entries:
            contents.append(entry.content)
            hashes.append(self._hashes(entry))
            points.append((entry.content, entry.points))
        table = np.frombuffer(b"".join(hashes), np.uint8).reshape(len(contents), len(self.parts), _HASH)
        self._neighbours = Neighbours(np.array(contents, np.int64), table)
        self._voting = Voting(points)

    def __len__(self) -> int:
        return len(self._neighbours)

    def __contains__(self, content: int) -> bool:
        return content in self._neighbours

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        return self._neighbours.nbytes + self._voting.nbytes

    def add(self, entry: Entry) -> None:
        """Make a content findable; adding it again changes nothing."""
        if entry.content not in self._neighbours:
            hashes = np.frombuffer(self._hashes(entry), np.uint8).reshape(-1, _HASH)
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

    def voted(self, asked: Points, most: int) -> list[Voted]:
        """Do as `Voting.voted`."""
        return self._voting.voted(asked, most)

    def _hashes(self, entry: Entry) -> bytes:
        # A part that was not hashed looks like the whole, which then is nearer.
        hashes = (entry.phash + entry.crops)[: len(self.parts) * _HASH]
        return hashes + entry.phash * (len(self.parts) - len(hashes) // _HASH)
