"""Finds the hashes near a hash: exact Hamming search over all contents, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORDS = 4
_ROOM = 1024


@dataclass(frozen=True, slots=True)
class Candidate:
    """A content whose hash is near. `orientation` turns the query the way the content stands."""

    content: int
    distance: int
    orientation: int


class Neighbours:
    """The 256-bit hashes of all contents, one column of 64-bit words each, so that a scan stops early.

    Costs 41 bytes per hash. Removed rows are overwritten by the last one.
    """

    def __init__(self, contents: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        self._count = len(contents)
        room = self._count + _ROOM
        self._contents = np.zeros(room, np.int64)
        self._contents[: self._count] = contents
        self._words = np.zeros((_WORDS, room), np.uint64)
        self._words[:, : self._count] = _words(hashes).T
        self._rows = {int(content): row for row, content in enumerate(contents)}

    def __len__(self) -> int:
        return self._count

    def __contains__(self, content: int) -> bool:
        return content in self._rows

    def add(self, content: int, phash: bytes) -> None:
        """Make a content findable; adding it again changes nothing."""
        if content in self._rows:
            return
        if self._count == len(self._contents):
            self._grow()
        self._contents[self._count] = content
        self._words[:, self._count] = _words(np.frombuffer(phash, np.uint8).reshape(1, -1))[0]
        self._rows[content] = self._count
        self._count += 1

    def remove(self, content: int) -> None:
        """Make a content unfindable; one that is not there is left so."""
        row = self._rows.pop(content, None)
        if row is None:
            return
        self._count -= 1
        if row != self._count:
            moved = int(self._contents[self._count])
            self._contents[row] = moved
            self._words[:, row] = self._words[:, self._count]
            self._rows[moved] = row

    def near(self, hashes: NDArray[np.uint8], radius: int) -> Iterator[Candidate]:
        """All contents within `radius` bits of any row of `hashes` (uint8, shape (8, 32)), the nearest first."""
        if not self._count:
            return
        queries = _words(hashes)
        best = np.full(self._count, 256, np.int64)
        turn = np.zeros(self._count, np.int64)
        for number, query in enumerate(queries, start=1):
            distance = np.zeros(self._count, np.int64)
            for word in range(_WORDS):
                distance += np.bitwise_count(self._words[word, : self._count] ^ query[word])
            closer = distance < best
            best[closer] = distance[closer]
            turn[closer] = number
        rows = np.flatnonzero(best <= radius)
        for row in rows[np.argsort(best[rows], kind="stable")]:
            yield Candidate(int(self._contents[row]), int(best[row]), int(turn[row]))

    def _grow(self) -> None:
        more = max(_ROOM, self._count // 2)
        self._contents = np.concatenate([self._contents, np.zeros(more, np.int64)])
        self._words = np.concatenate([self._words, np.zeros((_WORDS, more), np.uint64)], axis=1)


def _words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64).reshape(-1, _WORDS)
