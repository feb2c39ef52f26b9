"""How much of a picture is left: PSNR and SSIM between a picture and what was made of it."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_SIGMA = 1.5
_RADIUS = 5
_STRIP = 256
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def psnr(one: Pixels, other: Pixels) -> float | None:
    """Give the peak signal-to-noise ratio in dB over all channels, colour weighted by alpha; None for equal pictures.

    Both are (h, w, 3 or 4) uint8 RGB or RGBA of one size.
    """
    total = 0.0
    for top in range(0, one.shape[0], _STRIP):
        away = _seen(one[top : top + _STRIP]) - _seen(other[top : top + _STRIP])
        total += float(np.vdot(away, away))
    return 10 * math.log10(255**2 * one.size / total) if total > 0 else None


def ssim(one: Pixels, other: Pixels) -> float:
    """Give the mean structural similarity of two pictures by their luma: at most 1, and 1 if they are equal.

    Both are (h, w, 3 or 4) uint8 RGB or RGBA of one size. Z. Wang et al., "Image quality assessment: from error
    visibility to structural similarity", 2004: a Gaussian window of 11 pixels with sigma 1.5; pixels nearer to the
    border than 5 do not count, unless the picture has no others.
    """
    if min(one.shape[:2]) <= 2 * _RADIUS:
        return float(_similarity(_luma(one), _luma(other)).mean())
    total, count = 0.0, 0
    # each strip loses its outermost rows to the window, so the next one begins that much higher
    for top in range(0, one.shape[0] - 2 * _RADIUS, _STRIP):
        rows = slice(top, top + _STRIP + 2 * _RADIUS)
        quality = _similarity(_luma(one[rows]), _luma(other[rows]))[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS]
        total += float(quality.sum(dtype=np.float64))
        count += quality.size
    return total / count


def _similarity(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    mean_x, mean_y = _blurred(x), _blurred(y)
    var_x, var_y = _blurred(x * x) - mean_x * mean_x, _blurred(y * y) - mean_y * mean_y
    shared = _blurred(x * y) - mean_x * mean_y
    steady, steadier = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_x * mean_y + steady) * (2 * shared + steadier)
    return np.asarray(alike / ((mean_x * mean_x + mean_y * mean_y + steady) * (var_x + var_y + steadier)))


def _blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    side = 2 * _RADIUS + 1
    return np.asarray(cv2.GaussianBlur(values, (side, side), _SIGMA), dtype=np.float32)


def _seen(pixels: Pixels) -> NDArray[np.float32]:
    levels = pixels.astype(np.float32)
    if pixels.shape[2] == 4:
        levels[..., :3] *= levels[..., 3:] / 255
    return levels


def _luma(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(_seen(pixels)[..., :3] @ _LUMA, dtype=np.float32)
