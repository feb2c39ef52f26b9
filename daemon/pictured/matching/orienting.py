"""The eight ways in which a picture can stand, and the hash of each from one small picture.

The numbers are those of EXIF's Orientation tag (EXIF 2.32, tag 0x0112): 1 upright, 2 mirrored, 3 turned by 180 degrees,
4 mirrored top to bottom, 5 transposed, 6 turned clockwise to be upright, 7 transversed, 8 turned anticlockwise.
"""

import numpy as np
from numpy.typing import NDArray

SIDE = 64
_LOW = 16
ORIENTATIONS = range(1, 9)


def oriented(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation (1 to 8) to a picture of shape (h, w); the result is contiguous."""
    turned = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.T,
        6: lambda p: p[::-1].T,
        7: lambda p: p[::-1, ::-1].T,
        8: lambda p: p.T[::-1],
    }[orientation](picture)
    return np.ascontiguousarray(turned)


def picture_of(thumb: bytes) -> NDArray[np.uint8]:
    """The stored luminance values as an array of shape (64, 64)."""
    return np.frombuffer(thumb, np.uint8).reshape(SIDE, SIDE)


def hashes_of(thumb: bytes) -> NDArray[np.uint8]:
    """The perceptual hash of a picture in its eight orientations: shape (8, 32), orientation `o` at row `o - 1`.

    Equals packing the bits of `imagehash.phash(picture, hash_size=16)` (Zauner 2010, DCT hash: signs against the median
    of the 16 x 16 lowest frequencies). Turning a picture only transposes its DCT and flips signs of odd frequencies, so
    one transform serves all eight.
    """
    basis = _basis()
    low = basis @ picture_of(thumb).astype(np.float64) @ basis.T
    odd = np.where(np.arange(_LOW) % 2, -1.0, 1.0)
    across, down = low * odd[None, :], low * odd[:, None]
    both = across * odd[:, None]
    stacked = np.stack([low, across, both, down, low.T, down.T, both.T, across.T])
    rows = stacked.reshape(8, -1)
    return np.packbits(rows > np.median(rows, axis=1, keepdims=True), axis=1)


def _basis() -> NDArray[np.float64]:
    """The 16 lowest vectors of the DCT-II over 64 samples, scaled as scipy.fftpack.dct does."""
    samples = 2 * np.arange(SIDE) + 1
    return 2 * np.cos(np.pi * samples[None, :] * np.arange(_LOW)[:, None] / (2 * SIDE))
