"""The colours of a picture, and how often each occurs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PIECE = 1 << 20
"""Pixels that are sorted at a time, which bounds the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Every colour once.

    keys    (n,) uint32, ascending: the four bytes of an RGBA colour as they lie in memory
    counts  (n,) int64: pixels that have it
    """

    keys: NDArray[np.uint32]
    counts: NDArray[np.int64]

    @property
    def colours(self) -> NDArray[np.uint8]:
        """The colours as RGBA: (n, 4) uint8."""
        return unpacked(self.keys)


def packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Give the keys of RGBA pixels: (..., 4) uint8 to (n,) uint32."""
    return np.ascontiguousarray(pixels).reshape(-1).view(np.uint32)


def unpacked(keys: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Give the RGBA colours of keys: (n,) uint32 to (n, 4) uint8."""
    return np.ascontiguousarray(keys).view(np.uint8).reshape(-1, 4)


def counted(keys: NDArray[np.uint32]) -> Histogram:
    """Count the colours of pixels, (n,) uint32."""
    pieces = [np.unique(piece, return_counts=True) for piece in _pieces(keys)]
    found, places = np.unique(np.concatenate([piece[0] for piece in pieces]), return_inverse=True)
    # float64 counts exactly up to 2**53 pixels
    counts = np.bincount(places, np.concatenate([piece[1] for piece in pieces]))
    return Histogram(found, counts.astype(np.int64))


def coarse(histogram: Histogram, bits: int) -> NDArray[np.intp]:
    """Number the cells of colours that agree in the first `bits` of each channel: (n,), from 0, every number occurs."""
    mask = np.uint32((0xFF << (8 - bits) & 0xFF) * 0x01010101)
    return np.asarray(np.unique(histogram.keys & mask, return_inverse=True)[1], dtype=np.intp)


def looked_up(keys: NDArray[np.uint32], histogram: Histogram, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give for each pixel the value of its colour: `values` is (n,) beside `histogram.keys`, which has all `keys`."""
    found = np.empty(len(keys), dtype=np.uint8)
    for start, piece in zip(range(0, len(keys), _PIECE), _pieces(keys), strict=True):
        own, places = np.unique(piece, return_inverse=True)
        found[start : start + _PIECE] = values[np.searchsorted(histogram.keys, own)][places]
    return found


def _pieces(keys: NDArray[np.uint32]) -> list[NDArray[np.uint32]]:
    return [keys[start : start + _PIECE] for start in range(0, len(keys), _PIECE)]
