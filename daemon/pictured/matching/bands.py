"""Finds hashes within a small radius without looking at all of them: multi-index hashing, exact.

256 bits are cut into 16 bands of 16. Of two hashes that differ by at most 31 bits, one band differs by at most one bit,
so it is enough to look where each of the 16 x 17 such bands occurs. Norouzi, Punjani and Fleet, CVPR 2012.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REACH: Final = 31
"""The largest radius for which bands are looked up."""

_BANDS = 16
_VALUES = 1 << 16
_CHUNK = 32_768
_FEW = 128

Columns = NDArray[np.uint64]
"""Hashes as 4 columns of words, (4, n)."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Hashes that are near: the number of the query (or the row of another hash), the row, and the bits between them.

    Three arrays of one length, of integers.
    """

    asked: NDArray[np.int64]
    rows: NDArray[np.int64]
    distances: NDArray[np.integer]


class Bands:
    """Where each value of each band occurs. 64 bytes for each different hash, and 4 MB.

    Equal hashes are kept once: a million blank pictures cost a query no more than one.
    """

    def __init__(self, columns: Columns) -> None:
        self.count = columns.shape[1]
        firsts, self._first, self._twin = _collapsed(columns)
        self._order = np.empty((_BANDS, len(firsts)), np.uint32)
        self._starts = np.empty((_BANDS, _VALUES + 1), np.int32)
        for band in range(_BANDS):
            values = _band(columns, band)[firsts]
            self._order[band] = firsts[np.argsort(values, kind="stable")]
            self._starts[band] = _starts(values)

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        return self._order.nbytes + self._starts.nbytes + self._first.nbytes + self._twin.nbytes

    def near(self, columns: Columns, queries: NDArray[np.uint64], radius: int) -> Near:
        """All hashes within a radius of at most 31 bits of any query (uint64 (q, 4)), in no order.

        `columns` are those that this was made of; more may have come behind them.
        """
        values = np.ascontiguousarray(queries).view(np.uint16).astype(np.int64)[:, :, None] ^ _flips(radius)
        band = np.arange(_BANDS)[None, :, None]
        begins = self._starts[band, values].astype(np.int64)
        sizes = (self._starts[band, values + 1] - begins).ravel()
        begins = (begins + band * self._order.shape[1]).ravel()
        probes = np.repeat(np.arange(len(sizes)), sizes)
        places = np.arange(len(probes)) + (begins - np.cumsum(sizes) + sizes)[probes]
        rows = self._order.ravel()[places]
        asked = probes // (sizes.size // len(queries))
        # Hardly any candidate is still near after half of its words.
        bits = np.bitwise_count(columns[0][rows] ^ queries[asked, 0])
        bits += np.bitwise_count(columns[1][rows] ^ queries[asked, 1])
        hopeful = (bits <= radius).nonzero()[0]
        rows, asked, bits = rows[hopeful], asked[hopeful], bits[hopeful]
        for word in (2, 3):
            bits += np.bitwise_count(columns[word][rows] ^ queries[asked, word])
        keys = np.unique(((asked << 32) | rows)[bits <= radius])
        asked, rows = keys >> 32, keys & 0xFFFFFFFF
        distances = np.bitwise_count(columns[:, rows] ^ queries[asked].T).sum(axis=0, dtype=np.uint8)
        return self._with_twins(Near(asked, rows, distances))

    def _with_twins(self, near: Near) -> Near:
        begins = np.searchsorted(self._first, near.rows)
        sizes = np.searchsorted(self._first, near.rows, side="right") - begins
        if not sizes.any():
            return near
        which = np.repeat(np.arange(len(sizes)), sizes)
        places = np.arange(len(which)) + (begins - np.cumsum(sizes) + sizes)[which]
        twins = self._twin[places].astype(np.int64)
        return Near(
            np.concatenate([near.asked, near.asked[which]]),
            np.concatenate([near.rows, twins]),
            np.concatenate([near.distances, near.distances[which]]),
        )


def close_pairs(columns: Columns, radius: int) -> Iterator[Near]:
    """All pairs of hashes that differ by at most `radius` bits (at most 31), each once, a few at a time.

    Equal hashes are paired with the first of them only, and others with that first one only. Of n different hashes,
    about n * n / 480 pairs are compared, and 100 bytes for each hash are needed meanwhile.
    """
    firsts, first, twin = _collapsed(columns)
    yield Near(first.astype(np.int64), twin.astype(np.int64), np.zeros(len(first), np.uint8))
    for band in range(_BANDS):
        values = _band(columns, band)[firsts]
        order = np.argsort(values, kind="stable")
        sorted_values, rows = values[order].astype(np.int64), firsts[order]
        starts = _starts(values).astype(np.int64)
        sorted_columns = columns[:, rows]
        for begin in range(0, len(rows), _CHUNK):
            lefts = np.arange(begin, min(begin + _CHUNK, len(rows)))
            for flip in _flips(radius).tolist():
                mine = sorted_values[lefts]
                # Of two values that differ, the lesser one looks for the greater one.
                chosen = lefts[(mine & flip) == 0] if flip else lefts
                other = sorted_values[chosen] ^ flip
                begins, ends = (starts[other] if flip else chosen + 1), starts[other + 1]
                for left, right in _meetings(chosen, begins, ends - begins, sorted_columns, radius, band):
                    yield from _new(left, right, sorted_columns, rows, radius, band)


def _meetings(
    lefts: NDArray[np.int64],
    begins: NDArray[np.int64],
    sizes: NDArray[np.int64],
    columns: Columns,
    radius: int,
    band: int,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of places that half of their words do not rule out: each left one with `sizes` others from `begins` on."""
    order = np.argsort(-sizes, kind="stable")
    lefts, begins, sizes = lefts[order], begins[order], sizes[order]
    # The words that the band is no part of tell more.
    one, two = columns[(band // 4 + 1) % 4], columns[(band // 4 + 2) % 4]
    left_one, left_two = one[lefts], two[lefts]
    counts = np.searchsorted(-sizes, -np.arange(int(sizes[0]) if len(sizes) else 0))
    for step, count in enumerate(counts.tolist()):
        if count < _FEW:
            rest = sizes[:count] - step
            which = np.repeat(np.arange(count), rest)
            rights = np.arange(len(which)) + (begins[:count] + step - np.cumsum(rest) + rest)[which]
            bits = np.bitwise_count(one[rights] ^ left_one[which])
            bits += np.bitwise_count(two[rights] ^ left_two[which])
            near = (bits <= radius).nonzero()[0]
            yield lefts[which[near]], rights[near]
            return
        rights = begins[:count] + step
        bits = np.bitwise_count(one[rights] ^ left_one[:count])
        bits += np.bitwise_count(two[rights] ^ left_two[:count])
        near = (bits <= radius).nonzero()[0]
        if len(near):
            yield lefts[near], rights[near]


def _new(
    left: NDArray[np.int64], right: NDArray[np.int64], columns: Columns, rows: NDArray[np.int64], radius: int, band: int
) -> Iterator[Near]:
    """Those of the pairs that are near and that no earlier band has brought together."""
    apart = columns[:, left] ^ columns[:, right]
    distances = np.bitwise_count(apart).sum(axis=0, dtype=np.uint16)
    near = (distances <= radius).nonzero()[0]
    if not len(near):
        return
    bands = np.bitwise_count(np.ascontiguousarray(apart[:, near].T).view(np.uint16))
    near = near[~(bands[:, :band] <= radius // _BANDS).any(axis=1)]
    if len(near):
        yield Near(rows[left[near]], rows[right[near]], distances[near].astype(np.uint8))


def _flips(radius: int) -> NDArray[np.int64]:
    """What makes the values of a band that have to be looked at of the value of a query."""
    return np.array([0, *(1 << bit for bit in range(16 if radius >= _BANDS else 0))], np.int64)


def _band(columns: Columns, band: int) -> NDArray[np.uint16]:
    return np.ascontiguousarray(columns[band // 4]).view(np.uint16)[band % 4 :: 4]


def _starts(values: NDArray[np.uint16]) -> NDArray[np.int32]:
    starts = np.zeros(_VALUES + 1, np.int32)
    np.cumsum(np.bincount(values, minlength=_VALUES), out=starts[1:])
    return starts


def _collapsed(columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]:
    """The rows of different hashes, ascending; the first and the other row of equal ones, ascending by the first."""
    mixed = columns[0] ^ (columns[1] * np.uint64(0x9E3779B97F4A7C15))
    mixed ^= columns[2] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= columns[3] * np.uint64(0x165667B19E3779F9)
    order = np.argsort(mixed, kind="stable")
    mixed = mixed[order]
    # Different hashes that are mixed alike may lie between equal ones; those then are merely not seen to be equal.
    same = (mixed[1:] == mixed[:-1]).nonzero()[0]
    same = same[(columns[:, order[same]] == columns[:, order[same + 1]]).all(axis=0)] + 1
    heads = np.ones(len(order), np.bool_)
    heads[same] = False
    leader = np.maximum.accumulate(np.where(heads, np.arange(len(order)), 0))
    first, twin = order[leader[same]], order[same]
    ascending = np.lexsort((twin, first))
    return np.sort(order[heads]), first[ascending].astype(np.uint32), twin[ascending].astype(np.uint32)
