"""Resampling by matrices of weights: for many pictures of few sizes, half of the work of Pillow's.

Pillow computes the weights anew for each picture, and multiplies one number at a time. The filter is Lanczos' window of
three lobes (Duchon, "Lanczos Filtering in One and Two Dimensions", 1979).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pictured.imaging.luminance import Luminance
from pictured.looks import Box

Band = tuple[int, NDArray[np.float32]]
_Float = TypeVar("_Float", np.float32, np.float64)

_LOBES: Final = 3
_GAP: Final = 1.5
_PIXELS: Final = 1 << 16
"""As many are held as float64 at a time."""
_TOGETHER: Final = 32
_TOGETHER_WHOLE: Final = 8
"""Pixels of the result that are made by one product: in between lie weights that are zero."""
_ONE: Final = 1 << 22
"""What Pillow takes for 1 where it multiplies whole numbers."""


def resized(luminance: Luminance, size: tuple[int, int], box: Box) -> Luminance:
    """Give a picture at a size, level by level as Pillow makes it that resizes rows by LANCZOS and then columns.

    Pillow 13 begins with columns for pictures of some shapes; what comes out differs by what is rounded in between.

    Args:
        luminance: uint8, (height, width), holds the picture.
        size: width and height of the result, uint8, in pixels.
        box: left, top, right, bottom of the picture in it, in pixels.
    """
    left, top, right, bottom = box
    across = np.empty((size[0], len(luminance)))
    rows = max(1, _PIXELS // luminance.shape[1])
    for begin in range(0, len(luminance), rows):
        some = luminance[begin : begin + rows].T.astype(np.float64)
        across[:, begin : begin + rows] = _along(some, _bands(len(some), left, right, size[0], whole=True))
    down = _bands(len(luminance), top, bottom, size[1], whole=True)
    return _levels(_along(np.ascontiguousarray(_levels(across).T), down)).astype(np.uint8)


def shrunk(luminance: Luminance, size: tuple[int, int], box: Box) -> Luminance:
    """Do as `resized` in half of the time, nearly.

    What is larger than 1.5 times the size is first averaged down by a whole factor, which changes a photograph by one
    level of 256.
    """
    left, top, right, bottom = box
    by_x = max(1, int((right - left) / size[0] / _GAP))
    by_y = max(1, int((bottom - top) / size[1] / _GAP))
    if (by_x, by_y) != (1, 1):
        luminance = np.asarray(Image.fromarray(luminance).reduce((by_x, by_y)))
    values = luminance.astype(np.float32).T
    across = _along(values, _bands(len(values), left / by_x, right / by_x, size[0]))
    down = _along(np.ascontiguousarray(across.T), _bands(across.shape[1], top / by_y, bottom / by_y, size[1]))
    down += 0.5
    return np.clip(down, 0, 255, out=down).astype(np.uint8)


def _levels(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round sums of pixels by weights of `_ONE` to levels, in place. No sum has more than 53 bits: they are exact."""
    sums += _ONE // 2
    sums /= _ONE
    return np.clip(np.floor(sums, out=sums), 0, 255, out=sums)


def _along(values: NDArray[_Float], bands: Iterable[Band]) -> NDArray[_Float]:
    """Resample the first axis."""
    return np.concatenate(
        [
            weights.astype(values.dtype, copy=False) @ values[begin : begin + weights.shape[1]]
            for begin, weights in bands
        ]
    )


@lru_cache(maxsize=384)
def _bands(size: int, low: float, high: float, count: int, *, whole: bool = False) -> tuple[Band, ...]:
    """Give, for every few of `count` values, the first of `size` that has a share in them, and the shares from there.

    What lies between `low` and `high` is resampled. `whole` shares are whole numbers of `_ONE`. A size takes some 25 kB
    for a hash and 40 kB for a thumb: most libraries have few sizes.
    """
    first, shares = _shares(size, low, high, count)
    if whole:
        shares = np.trunc(shares * _ONE + np.copysign(0.5, shares))
    weights = np.zeros((count, size + shares.shape[1]), np.float32)
    np.put_along_axis(weights, first[:, None] + np.arange(shares.shape[1]), shares.astype(np.float32), axis=1)
    together = _TOGETHER_WHOLE if whole else _TOGETHER
    parts = []
    for at in range(0, count, together):
        begin, end = int(first[at]), min(size, int(first[min(at + together, count) - 1]) + shares.shape[1])
        parts.append((begin, weights[at : at + together, begin:end].copy()))
    return tuple(parts)


def _shares(size: int, low: float, high: float, count: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give for each of `count` values the first of `size` that has a share in it, and the shares from there on."""
    scale = (high - low) / count
    width = max(1.0, scale)
    centres = low + (np.arange(count) + 0.5) * scale
    # Whatever Pillow leaves out at the ends is left out here.
    first = np.maximum((centres - _LOBES * width + 0.5).astype(np.intp), 0)
    last = np.minimum((centres + _LOBES * width + 0.5).astype(np.intp), size)
    at = first[:, None] + np.arange(int((last - first).max()))
    away = (at - centres[:, None] + 0.5) / width
    shares = np.where(at < last[:, None], np.sinc(away) * np.sinc(away / _LOBES), 0.0)
    return first, shares / shares.sum(axis=1, keepdims=True)
