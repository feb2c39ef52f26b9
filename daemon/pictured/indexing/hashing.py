"""The 64 x 64 thumb of a picture and the perceptual hash that is made of it."""

import imagehash
import numpy as np
import scipy.fftpack  # noqa: F401  imagehash loads it at its first hash: too late to be shared by forked workers
from numpy.typing import NDArray
from PIL import Image

HASH_SIZE = 16
THUMB_SIDE = 64


def thumb(luminance: NDArray[np.uint8], box: tuple[float, float, float, float] | None = None) -> bytes:
    """Give 64 x 64 luminance values (uint8, row by row) of the whole picture, its aspect ratio ignored.

    This is the very picture that `imagehash.phash(hash_size=16)` looks at: 4 x 16 pixels a side, resized by LANCZOS.

    Args:
        luminance: uint8, (height, width), both at least 1.
        box: left, top, right, bottom of the picture in it, in pixels; all of it by default.
    """
    image = Image.fromarray(luminance)
    return image.resize((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, box).tobytes()


def phash(thumb: bytes) -> bytes:
    """Give the perceptual hash of a thumb: 256 bits in 32 bytes, the first bit the highest of the first byte.

    The 16 x 16 lowest frequencies of a DCT-II, each compared with their median (`imagehash.phash`, after Krawetz,
    "Looks Like It", 2011).
    """
    image = Image.frombytes("L", (THUMB_SIDE, THUMB_SIDE), thumb)
    return np.packbits(imagehash.phash(image, hash_size=HASH_SIZE).hash).tobytes()
