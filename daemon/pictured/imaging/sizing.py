"""Luminance brought to the size that a step looks at, and to a few bytes."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from pictured.imaging.luminance import Luminance
from pictured.looks import Box


def sized(luminance: Luminance, long_side: int, box: Box | None = None, *, gap: float | None = None) -> Luminance:
    """Give a picture at a size of `long_side` pixels, larger or smaller, its aspect ratio kept as far as pixels allow.

    Args:
        luminance: uint8, (height, width), holds the picture.
        long_side: of the result, in pixels.
        box: left, top, right, bottom of the picture in it, in pixels; all of it by default.
        gap: Pillow's `reducing_gap`, 1.0 or more: what is larger than so many times the size is first averaged down by
            a whole factor, which is sooner done; 1.5 changes a photograph by half a level.
    """
    left, top, right, bottom = box or (0, 0, luminance.shape[1], luminance.shape[0])
    scale = long_side / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    return np.asarray(Image.fromarray(luminance).resize(size, Image.Resampling.LANCZOS, box, gap))


def packed(luminance: Luminance, quality: int) -> bytes:
    """Give the picture as WebP, in which a grey photograph of 128 x 96 pixels takes about 2 KB."""
    file = BytesIO()
    Image.fromarray(luminance).save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()


def packed_soon(luminance: Luminance, quality: int) -> bytes:
    """Give the picture as JPEG: a fiftieth of the work of `packed`, and at quality 83 as true as that at 75."""
    return bytes(cv2.imencode(".jpg", luminance, (cv2.IMWRITE_JPEG_QUALITY, quality))[1])
