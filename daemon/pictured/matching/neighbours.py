"""Finds the hashes near a hash: exact Hamming search over all contents, in memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pictured.matching.bands import REACH, Bands, Columns, Near, close_pairs

_WORDS = 4
_ROOM = 1024
_BLOCK = 16_384
"""Rows that are compared at a time, so that what is in between stays in the processor's cache."""
_TAIL = 8192
_SHARE = 64
_SCANNED = 65_536


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

    Costs 4 bytes and 32 for each hash, and 64 more for each hash that was ever searched within 31 bits. New rows are
    appended, removed ones passed over; both are put in order when they are more than a sixty-fourth of all. At a
    million, that takes 0.1 s for one hash each and bands take 0.5 s to make anew: below 0.05 ms for each content.

    Args:
        contents: ascending, below 2**32, integers (n,).
        hashes: of the whole and of each part, uint8 (n, 1 + parts, 32).
    """

    def __init__(self, contents: NDArray[np.integer], hashes: NDArray[np.uint8]) -> None:
        self._count = self._ordered = len(contents)
        self._contents = np.zeros(self._count + _ROOM, np.uint32)
        self._contents[: self._count] = contents
        # An array for each part: what is put in order is copied, and never all of it at once.
        self._columns: list[Columns] = []
        for part in range(hashes.shape[1]):
            self._columns.append(np.zeros((_WORDS, len(self._contents)), np.uint64))
            self._columns[part][:, : self._count] = _words(hashes[:, part]).T
        self._bands: dict[int, Bands] = {}
        self._tail: dict[int, int] = {}
        self._gone: set[int] = set()

    @classmethod
    def of(
        cls,
        parts: int,
        pieces: Iterable[tuple[NDArray[np.integer], NDArray[np.uint8]]],
        copied: Callable[[], None] = lambda: None,
    ) -> Self:
        """Make it of several pieces, contents in any order but each once, without a second copy of all hashes.

        Args:
            parts: hashes of each content, that of the whole included.
            pieces: contents, and their hashes as for the constructor.
            copied: called when a piece is not needed any more.
        """
        held = list(pieces)
        contents = np.sort(np.concatenate([np.zeros(0, np.uint32), *(each for each, _ in held)]))
        made = cls(contents[:0], np.zeros((0, parts, 32), np.uint8))
        made._resize(np.zeros(0, np.int64), len(contents) + _ROOM)
        made._contents[: len(contents)] = contents
        made._count = made._ordered = len(contents)
        for numbers, hashes in held:
            rows = np.searchsorted(contents, numbers)
            for part, columns in enumerate(made._columns):
                columns[:, rows] = _words(hashes[:, part]).T
            copied()
        return made

    def __len__(self) -> int:
        return self._count - len(self._gone)

    def __contains__(self, content: int) -> bool:
        return self._row(content) is not None

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        bands = sum(each.nbytes for each in self._bands.values())
        return self._contents.nbytes + sum(each.nbytes for each in self._columns) + bands

    def add(self, content: int, hashes: NDArray[np.uint8]) -> None:
        """Make a content findable by its hashes (uint8, (1 + parts, 32)); adding it again changes nothing."""
        if self._row(content) is not None:
            return
        if self._count == len(self._contents):
            self._grow()
        self._contents[self._count] = content
        for columns, words in zip(self._columns, _words(hashes), strict=True):
            columns[:, self._count] = words
        self._tail[content] = self._count
        self._count += 1
        if len(self._tail) > max(_TAIL, self._ordered // _SHARE):
            self._put_in_order()

    def remove(self, content: int) -> None:
        """Make a content unfindable; one that is not there is left so."""
        row = self._row(content)
        if row is None:
            return
        self._tail.pop(content, None)
        self._gone.add(row)
        if len(self._gone) > max(_ROOM, self._ordered // _SHARE):
            self._put_in_order()

    def contents(self) -> NDArray[np.uint32]:
        """All contents, ascending."""
        return np.sort(np.delete(self._contents[: self._count], self._gone_rows()))

    def hashes_of(self, contents: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The hashes of some contents, uint8 (n, 1 + parts, 32); zeros for those that are not there."""
        rows = [self._row(content) for content in contents.tolist()]
        there = np.array([row is not None for row in rows], np.bool_)
        found = np.zeros((len(rows), len(self._columns), _WORDS), np.uint64)
        for part, columns in enumerate(self._columns):
            found[there, part] = columns[:, [row for row in rows if row is not None]].T
        return found.view(np.uint8)

    def near(self, hashes: NDArray[np.uint8], radius: int, part_radius: int) -> list[Candidate]:
        """All contents with a hash near any row of `hashes` (uint8, shape (8, 32)), the nearest first, each once.

        Args:
            hashes: the eight orientations of a query.
            radius: most bits by which the hash of a whole content may differ.
            part_radius: the same for parts; below 0, they are not looked at.
        """
        queries = _words(hashes)
        found = [np.empty((4, 0), np.int64)]
        for part in range(len(self._columns)):
            for near in self._near(part, queries, part_radius if part else radius):
                told = near.asked + 1, np.full(len(near.rows), part)
                found.append(np.stack([near.distances, near.rows, *told]))
        every = np.concatenate(found, axis=1)
        if self._gone:
            every = every[:, ~np.isin(every[1], self._gone_rows())]
        every[1] = self._contents[every[1]]
        every = every[:, np.lexsort((every[2], every[3], every[1], every[0]))]
        # Of several hashes of one content, the nearest counts.
        once = np.sort(np.unique(every[1], return_index=True)[1])
        return [Candidate(content, distance, turn, part) for distance, content, turn, part in every[:, once].T.tolist()]

    def pairs(self, radius: int) -> Iterator[tuple[int, int, int]]:
        """All pairs of contents whose whole hashes differ by at most `radius` bits (at most 31), and the bits.

        Of contents with equal hashes, all are paired with one of them, and only that one with others. Nothing may be
        added or removed in between.
        """
        self._put_in_order()
        for near in close_pairs(self._columns[0][:, : self._count], radius):
            one, other = self._contents[near.asked], self._contents[near.rows]
            yield from zip(one.tolist(), other.tolist(), near.distances.tolist(), strict=True)

    def _near(self, part: int, queries: NDArray[np.uint64], limit: int) -> Iterator[Near]:
        columns, begin = self._columns[part], 0
        if limit < 0:
            return
        # Beyond the reach of bands, and for few rows, looking at all of them is cheaper.
        if limit <= REACH and self._ordered > _SCANNED:
            bands = self._bands.get(part)
            if bands is None or self._count - bands.count > max(_SCANNED, bands.count // _SHARE):
                bands = self._bands[part] = Bands(columns[:, : self._count])
            begin = bands.count
            yield bands.near(columns, queries, limit)
        yield from _scanned(columns, begin, self._count, queries, limit)

    def _row(self, content: int) -> int | None:
        row = self._tail.get(content)
        if row is not None:
            return row
        row = int(np.searchsorted(self._contents[: self._ordered], content))
        held = row < self._ordered and int(self._contents[row]) == content
        return row if held and row not in self._gone else None

    def _gone_rows(self) -> NDArray[np.int64]:
        return np.fromiter(self._gone, np.int64, len(self._gone))

    def _put_in_order(self) -> None:
        """Sort the rows by content, and throw the removed ones out."""
        contents = self._contents[: self._count]
        if self._gone or (np.diff(contents[max(0, self._ordered - 1) :].astype(np.int64)) < 0).any():
            stay = np.setdiff1d(np.arange(self._count), self._gone_rows(), assume_unique=True)
            stay = stay[np.argsort(contents[stay], kind="stable")]
            self._bands.clear()
            self._resize(stay, len(stay) + max(_ROOM, len(stay) // _SHARE))
            self._count = len(stay)
        self._gone.clear()
        self._tail.clear()
        self._ordered = self._count

    def _grow(self) -> None:
        self._resize(np.arange(self._count), self._count + max(_ROOM, self._count // _SHARE))

    def _resize(self, rows: NDArray[np.int64], room: int) -> None:
        contents = np.zeros(room, np.uint32)
        contents[: len(rows)] = self._contents[rows]
        self._contents = contents
        for part, columns in enumerate(self._columns):
            self._columns[part] = np.zeros((_WORDS, room), np.uint64)
            self._columns[part][:, : len(rows)] = columns[:, rows]


def _scanned(columns: Columns, begin: int, end: int, queries: NDArray[np.uint64], limit: int) -> Iterator[Near]:
    for start in range(begin, end, _BLOCK):
        block = columns[:, start : min(start + _BLOCK, end)]
        for number, query in enumerate(queries):
            distances = _distances(block, query)
            rows = (distances <= limit).nonzero()[0]
            if len(rows):
                yield Near(np.full(len(rows), number), start + rows, distances[rows])


def _words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64)


def _distances(columns: Columns, query: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The bits in which hashes, (4, n), differ from one of 4 words."""
    first, second, third, fourth = (
        np.bitwise_count(column ^ word) for column, word in zip(columns, query, strict=True)
    )
    # Two words differ by 128 bits at most, all four by one more than a byte holds.
    apart: NDArray[np.uint16] = np.add(first + second, third + fourth, dtype=np.uint16)
    return apart
