"""The perceptual hashes of a picture: of all of it, and of parts of it."""

from collections.abc import Sequence
from typing import Final

import imagehash
import numpy as np
import scipy.fftpack  # noqa: F401  imagehash loads it at its first hash: too late to be shared by forked workers
from numpy.typing import NDArray
from PIL import Image

from pictured.looks import Box

HASH_SIZE: Final = 16
SIDE: Final = 64


def phash(luminance: NDArray[np.uint8], box: Box | None = None) -> bytes:
    """Give the perceptual hash of a picture: 256 bits in 32 bytes, the first bit the highest of the first byte.

    The 16 x 16 lowest frequencies of a DCT-II, each compared with their median (`imagehash.phash`, after Krawetz,
    "Looks Like It", 2011). imagehash looks at 4 x 16 pixels a side, resized by LANCZOS, aspect ratio ignored.

    Args:
        luminance: uint8, (height, width), both at least 1.
        box: left, top, right, bottom of the picture in it, in pixels; all of it by default.
    """
    image = Image.fromarray(luminance).resize((SIDE, SIDE), Image.Resampling.LANCZOS, box)
    return np.packbits(imagehash.phash(image, hash_size=HASH_SIZE).hash).tobytes()


def part_hashes(luminance: NDArray[np.uint8], box: Box, parts: Sequence[Box]) -> bytes:
    """Give the hashes of parts (fractions) of the picture that lies in `box` (in pixels), 32 bytes for each."""
    x, y, right, bottom = box
    width, height = right - x, bottom - y
    placed = ((x + width * part[0], y + height * part[1], x + width * part[2], y + height * part[3]) for part in parts)
    return b"".join(phash(luminance, each) for each in placed)
