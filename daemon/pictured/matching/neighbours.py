"""Finds the hashes near a hash: exact Hamming search over all contents, in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORDS = 4
_ROOM = 1024
_BLOCK = 16_384
"""Rows that are compared at a time, so that what is in between stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A content whose hash is near.

    distance      0 to 256 bits
    orientation   EXIF orientation that turns the query the way the content stands
    part          0 for the whole content, else 1 and up: the part of it that looks like the query
    """

    content: int
    distance: int
    orientation: int
    part: int = 0


class Neighbours:
    """The 256-bit hashes of all contents and of their parts, one column of 64-bit words each.

    Costs 8 bytes and 32 for each hash. Rows are sorted by content.

    Args:
        contents: ascending, int64 (n,).
        hashes: of the whole and of each part, uint8 (n, 1 + parts, 32).
    """

    def __init__(self, contents: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        self._count = len(contents)
        room = self._count + _ROOM
        self._contents = np.zeros(room, np.int64)
        self._contents[: self._count] = contents
        self._words = np.zeros((hashes.shape[1], _WORDS, room), np.uint64)
        self._words[:, :, : self._count] = np.moveaxis(_words(hashes), 0, 2)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, content: int) -> bool:
        row = self._row(content)
        return row < self._count and int(self._contents[row]) == content

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        return self._contents.nbytes + self._words.nbytes

    def add(self, content: int, hashes: NDArray[np.uint8]) -> None:
        """Make a content findable by its hashes (uint8, (1 + parts, 32)); adding it again changes nothing."""
        row = self._row(content)
        if row < self._count and int(self._contents[row]) == content:
            return
        if self._count == len(self._contents):
            self._grow()
        # Contents are numbered in the order in which they come: nearly always, nothing has to move.
        self._contents[row + 1 : self._count + 1] = self._contents[row : self._count]
        self._words[:, :, row + 1 : self._count + 1] = self._words[:, :, row : self._count]
        self._contents[row] = content
        self._words[:, :, row] = _words(hashes)
        self._count += 1

    def remove(self, content: int) -> None:
        """Make a content unfindable; one that is not there is left so."""
        if content not in self:
            return
        row = self._row(content)
        self._contents[row : self._count - 1] = self._contents[row + 1 : self._count]
        self._words[:, :, row : self._count - 1] = self._words[:, :, row + 1 : self._count]
        self._count -= 1

    def near(self, hashes: NDArray[np.uint8], radius: int, part_radius: int) -> list[Candidate]:
        """All contents with a hash near any row of `hashes` (uint8, shape (8, 32)), the nearest first, each once.

        Args:
            hashes: the eight orientations of a query.
            radius: most bits by which the hash of a whole content may differ.
            part_radius: the same for parts.
        """
        queries = _words(hashes)
        found = [np.empty((4, 0), np.int64)]
        for part, columns in enumerate(self._words):
            limit = part_radius if part else radius
            for begin in range(0, self._count, _BLOCK):
                block = columns[:, begin : min(begin + _BLOCK, self._count)]
                for number, query in enumerate(queries, start=1):
                    distances = _distances(block, query)
                    rows = (distances <= limit).nonzero()[0]
                    if len(rows):
                        told = np.full(len(rows), number), np.full(len(rows), part)
                        found.append(np.stack([distances[rows], begin + rows, *told]))
        every = np.concatenate(found, axis=1)
        every = every[:, np.lexsort((every[2], every[3], every[1], every[0]))]
        # Contents ascend with their rows. Of several hashes of one content, the nearest counts.
        once = np.sort(np.unique(every[1], return_index=True)[1])
        return [
            Candidate(content, distance, turn, part)
            for content, (distance, _, turn, part) in zip(
                self._contents[every[1, once]].tolist(), every[:, once].T.tolist(), strict=True
            )
        ]

    def _row(self, content: int) -> int:
        return int(np.searchsorted(self._contents[: self._count], content))

    def _grow(self) -> None:
        more = max(_ROOM, self._count // 8)
        self._contents = np.concatenate([self._contents, np.zeros(more, np.int64)])
        wider = np.zeros((*self._words.shape[:2], more), np.uint64)
        self._words = np.concatenate([self._words, wider], axis=2)


def _words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64)


def _distances(columns: NDArray[np.uint64], query: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The bits in which hashes, (4, n), differ from one of 4 words."""
    first, second, third, fourth = (
        np.bitwise_count(column ^ word) for column, word in zip(columns, query, strict=True)
    )
    # Two words differ by 128 bits at most, all four by one more than a byte holds.
    apart: NDArray[np.uint16] = np.add(first + second, third + fourth, dtype=np.uint16)
    return apart
