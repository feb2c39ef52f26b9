"""The Marr-Hildreth hash: 576 bits that tell where a picture has more edges than around there.

Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, with the parameters of its
implementation (pHash): alpha 2, level 1. OpenCV's `MarrHildrethHash` gives other bits, because its kernel grows with
exp(+a / 2) where the Marr wavelet falls off with exp(-a / 2).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE: Final = 512
_RADIUS: Final = 8
_BLOCK: Final = 16
_ROUNDING: Final = 1e-6


def marr_hash(luminance: NDArray[np.uint8]) -> bytes:
    """Give the hash of a picture: 576 bits in 72 bytes, the first bit the highest of the first byte.

    The picture is brought to 512 x 512, blurred (7 x 7 pixels, sigma 1.4), equalised and correlated with the Marr
    wavelet (2 - a) exp(-a / 2), a = (x^2 + y^2) / 4, 17 x 17 pixels. The response is summed in blocks of 16 x 16. Each
    of 8 x 8 windows of 3 x 3 blocks gives nine bits, row by row: whether the block is above the window's mean. A window
    where nothing varies gives zeros, so plain pictures share one hash.

    The blur follows the resizing, not the other way round as in pHash, so that copies of several sizes are blurred
    alike.

    Args:
        luminance: uint8, (height, width), both at least 1; the aspect ratio is ignored.
    """
    height, width = luminance.shape
    # Cubic interpolation looks at four pixels only; what is larger must be averaged first.
    small = cv2.resize(luminance, (min(width, _SIDE), min(height, _SIDE)), interpolation=cv2.INTER_AREA)
    square = cv2.resize(small, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    equalised = cv2.equalizeHist(cv2.GaussianBlur(square, (7, 7), 1.4))
    windows = _block_sums(equalised.astype(np.float64)).reshape(8, 3, 8, 3).swapaxes(1, 2)
    above = windows - windows.mean(axis=(2, 3), keepdims=True)
    return np.packbits(above > _ROUNDING).tobytes()


def _block_sums(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """The wavelet's response, summed in the 24 x 24 blocks that windows are made of.

    The wavelet is a sum of two products of a function of x and one of y, and sums are linear: so the sums of all blocks
    are two products of matrices, at a tenth of the cost of the correlation.
    """
    offsets = np.arange(-_RADIUS, _RADIUS + 1) / 2
    bell = np.exp(-offsets * offsets / 2)
    smooth, curved = _summing(bell), _summing((1 - offsets * offsets) * bell)
    return smooth @ picture @ curved.T + curved @ picture @ smooth.T


def _summing(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix (24, 512) that correlates a line of 512 pixels with 17 weights and sums the result block by block.

    Windows take three blocks of every four. The line is reflected at its first pixel; no block reaches its end.
    """
    blocks = [4 * window + block for window in range(8) for block in range(3)]
    profile = np.convolve(weights, np.ones(_BLOCK))
    padded = np.zeros((len(blocks), _RADIUS + _SIDE))
    for row, block in enumerate(blocks):
        padded[row, _BLOCK * block : _BLOCK * block + len(profile)] = profile
    line = padded[:, _RADIUS:]
    line[:, 1 : _RADIUS + 1] += padded[:, _RADIUS - 1 :: -1]
    return line
