"""The perceptual hashes of a picture: of all of it, and of parts of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dct

from pictured.imaging.lanczos import resized
from pictured.looks import Box

HASH_SIZE: Final = 16
SIDE: Final = 64
_MIDDLE: Final = slice(HASH_SIZE**2 // 2 - 1, HASH_SIZE**2 // 2 + 1)


def phash(luminance: NDArray[np.uint8], box: Box | None = None) -> bytes:
    """Give the perceptual hash of a picture: 256 bits in 32 bytes, the first bit the highest of the first byte.

    The 16 x 16 lowest frequencies of a DCT-II of 64 x 64 pixels, resized by LANCZOS, aspect ratio ignored; each is
    compared with their median (Krawetz, "Looks Like It", 2011). Bit by bit that of `imagehash.phash(hash_size=16)`
    where Pillow resizes rows first; it is the same whatever version of Pillow there is.

    Args:
        luminance: uint8, (height, width), both at least 1.
        box: left, top, right, bottom of the picture in it, in pixels; all of it by default.
    """
    return _hash(resized(luminance, (SIDE, SIDE), box or (0, 0, luminance.shape[1], luminance.shape[0])))


def part_hashes(luminance: NDArray[np.uint8], box: Box, parts: Sequence[Box]) -> bytes:
    """Give the hashes of parts (fractions) of the picture that lies in `box` (in pixels), 32 bytes for each."""
    x, y, right, bottom = box
    width, height = right - x, bottom - y
    placed = ((x + width * part[0], y + height * part[1], x + width * part[2], y + height * part[3]) for part in parts)
    image = Image.fromarray(luminance)
    # By Pillow: the weights for parts of many sizes would be too much to keep.
    return b"".join(_hash(np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, each))) for each in placed)


def _hash(pixels: NDArray[np.uint8]) -> bytes:
    low = dct(dct(pixels, axis=0)[:HASH_SIZE], axis=1)[:, :HASH_SIZE]
    lower, upper = np.sort(low, axis=None)[_MIDDLE]
    return np.packbits(low > (lower + upper) / 2).tobytes()
