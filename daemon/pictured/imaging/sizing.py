"""Luminance brought to the size that a step looks at, and to a few bytes."""

from io import BytesIO

import numpy as np
from PIL import Image

from pictured.imaging.luminance import Luminance
from pictured.looks import Box


def sized(luminance: Luminance, long_side: int, box: Box | None = None) -> Luminance:
    """Give a picture at a size of `long_side` pixels, larger or smaller, its aspect ratio kept as far as pixels allow.

    Args:
        luminance: uint8, (height, width), holds the picture.
        long_side: of the result, in pixels.
        box: left, top, right, bottom of the picture in it, in pixels; all of it by default.
    """
    left, top, right, bottom = box or (0, 0, luminance.shape[1], luminance.shape[0])
    scale = long_side / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    return np.asarray(Image.fromarray(luminance).resize(size, Image.Resampling.LANCZOS, box))


def packed(luminance: Luminance, quality: int) -> bytes:
    """Give the picture as WebP, in which a grey photograph of 128 x 96 pixels takes about 2 KB."""
    file = BytesIO()
    Image.fromarray(luminance).save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()
