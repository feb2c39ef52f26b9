"""Resampling by matrices of weights: for many pictures of few sizes, half of the work of Pillow's.

Pillow computes the weights anew for each picture, and multiplies one number at a time.
"""

from functools import lru_cache
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pictured.imaging.luminance import Luminance
from pictured.looks import Box

_LOBES: Final = 3
_GAP: Final = 1.5
_TOGETHER: Final = 32
"""Pixels of the result that are made by one product: in between lie weights that are zero."""


def shrunk(luminance: Luminance, size: tuple[int, int], box: Box) -> Luminance:
    """Give a picture at a size, filtered by Lanczos' window of three lobes.

    Duchon, "Lanczos Filtering in One and Two Dimensions", 1979. What is larger than 1.5 times the size is first
    averaged down by a whole factor, which changes a photograph by one level of 256.

    Args:
        luminance: uint8, (height, width), holds the picture.
        size: width and height of the result, uint8, in pixels.
        box: left, top, right, bottom of the picture in it, in pixels.
    """
    left, top, right, bottom = box
    by_x = max(1, int((right - left) / size[0] / _GAP))
    by_y = max(1, int((bottom - top) / size[1] / _GAP))
    if (by_x, by_y) != (1, 1):
        luminance = np.asarray(Image.fromarray(luminance).reduce((by_x, by_y)))
    across = _along(luminance.astype(np.float32).T, left / by_x, right / by_x, size[0])
    down = _along(np.ascontiguousarray(across.T), top / by_y, bottom / by_y, size[1])
    down += 0.5
    return np.clip(down, 0, 255, out=down).astype(np.uint8)


def _along(values: NDArray[np.float32], low: float, high: float, count: int) -> NDArray[np.float32]:
    """Resample the first axis: what lies between `low` and `high` to `count` values."""
    bands = _bands(len(values), low, high, count)
    return np.concatenate([weights @ values[begin : begin + weights.shape[1]] for begin, weights in bands])


@lru_cache(maxsize=256)
def _bands(size: int, low: float, high: float, count: int) -> tuple[tuple[int, NDArray[np.float32]], ...]:
    """Give, for every few of `count` values, the first of `size` that has a share in them, and the shares from there.

    A size takes 40 kB for a thumb: most libraries have few sizes.
    """
    scale = (high - low) / count
    width = max(1.0, scale)
    centres = low + (np.arange(count)[:, None] + 0.5) * scale
    reach = ceil(_LOBES * width)
    at = np.floor(centres).astype(np.intp) + np.arange(-reach, reach + 1)
    away = (at + 0.5 - centres) / width
    inside = (at >= 0) & (at < size) & (np.abs(away) < _LOBES)
    shares = np.where(inside, np.sinc(away) * np.sinc(away / _LOBES), 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    weights = np.zeros((count, size), np.float32)
    weights[np.nonzero(inside)[0], at[inside]] = shares[inside]
    parts = []
    for first in range(0, count, _TOGETHER):
        last = min(first + _TOGETHER, count)
        begin, end = max(0, int(at[first, 0])), int(at[last - 1, -1]) + 1
        parts.append((begin, weights[first:last, begin:end].copy()))
    return tuple(parts)
