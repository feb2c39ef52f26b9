"""Patches that are cut from a copy through an affine map."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.indexing.predicting import Patch

_AROUND: Final = 6
_TIE: Final = 0.004

Luminance = NDArray[np.uint8]
Matrix = NDArray[np.float64]
"""3 x 3, from the pixels of one picture to those of another; the middle of a pixel is at whole numbers."""


@dataclass(frozen=True, slots=True)
class Region:
    """A patch of a copy as it is, with its surroundings.

    pixels   uint8, at most 128 x 128
    left     of the pixels in the copy, likewise top
    middle   x and y of the middle of the patch in the copy
    matrix   3 x 3, from the pixels of the grid to those of the copy
    """

    pixels: Luminance
    left: int
    top: int
    middle: tuple[float, float]
    matrix: Matrix


def between(source: tuple[int, int], target: tuple[int, int]) -> Matrix:
    """Map a picture (width, height) to another size."""
    across, down = target[0] / source[0], target[1] / source[1]
    return np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])


def shifting(matrix: Matrix, place: tuple[float, float]) -> Matrix:
    """Move the source of a map: its origin comes to stand for `place`."""
    shift = np.eye(3)
    shift[:2, 2] = place
    return matrix @ shift


def cut(region: Region, matrix: Matrix, side: int, kind: int) -> Patch:
    """Cut a patch, (side, side). `matrix` leads from its pixels to the copy's, `kind` is OpenCV's interpolation.

    What lies beyond the region repeats its edge.
    """
    corners = matrix[:2] @ np.array([[0, side, 0, side], [0, 0, side, side], [1, 1, 1, 1]])
    corners -= np.array([[region.left], [region.top]])
    ends = region.pixels.shape[1], region.pixels.shape[0]
    low = [int(np.clip(np.floor(corners[axis].min()) - _AROUND, 0, ends[axis] - 1)) for axis in (0, 1)]
    high = [int(np.clip(np.ceil(corners[axis].max()) + _AROUND, low[axis] + 1, ends[axis])) for axis in (0, 1)]
    around = region.pixels[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    # Between two pixels, the nearest is the later one for nearly all programs; rounding errors must not decide it.
    tie = _TIE if kind == cv2.INTER_NEAREST else 0.0
    inner = matrix[:2] - np.array([[0, 0, region.left + low[0] - tie], [0, 0, region.top + low[1] - tie]])
    flags = kind | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(around, inner, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
