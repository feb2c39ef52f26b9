"""The classic measures of how alike two aligned pictures are, each as its source defines it.

Values are compared as they are, without any correction of brightness or contrast: a copy that was made brighter has a
large `mse`, and a `correlation` near 1. `scales.SCALES` says which end of each measure is the better one.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_WINDOW = 11
_SIGMA = 1.5
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
_BINS = 32
_REACH = 3
_NORMALISATION = 0.9

Picture = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measures:
    """Two pictures compared over the pixels that both have. All are symmetric.

    mse            mean of the squared differences of the values, 0 (equal) to 65025
    ssim           mean structural similarity, -1 to 1 (equal): Wang, Bovik, Sheikh, Simoncelli, "Image Quality
                   Assessment: From Error Visibility to Structural Similarity", 2004; 11 x 11 Gaussian window of sigma
                   1.5, K1 = 0.01, K2 = 0.03, L = 255, population moments, averaged over the windows that lie inside.
                   Where no window does, all pixels are one window
    norm1          mean of the absolute differences of the values (1-norm per pixel), 0 (equal) to 255
    quadratic_chi  distance of the two histograms, 0 (equal) to 7.5, in practice below 3: Pele and Werman, "The
                   Quadratic-Chi Histogram Distance Family", 2010; 32 bins of 8 values that sum to 1, similarity of
                   bins 1, 2/3, 1/3 at a distance of 0, 1, 2 and else 0, normalisation m = 0.9
    correlation    Pearson's coefficient of the values, -1 to 1; 0 where either picture is one plain value, because
                   nothing varies together then, not even with itself
    """

    mse: float
    ssim: float
    norm1: float
    quadratic_chi: float
    correlation: float


def measures(first: Picture, second: Picture, inside: NDArray[np.bool_]) -> Measures:
    """Compare two pictures in one frame.

    Args:
        first: values 0 to 255, shape (h, w); outside `inside` they do not matter.
        second: likewise, same shape.
        inside: the pixels where both pictures are, same shape.

    Raises:
        ValueError: no pixel is inside.
    """
    ours, theirs = (picture[inside].astype(np.float64) for picture in (first, second))
    if not ours.size:
        raise ValueError("the pictures have no pixel in common; measure only pictures that overlap")
    apart = ours - theirs
    return Measures(
        mse=float(np.mean(apart * apart)),
        ssim=_structural_similarity(first, second, inside),
        norm1=float(np.mean(np.abs(apart))),
        quadratic_chi=_quadratic_chi(_histogram(ours), _histogram(theirs)),
        correlation=_correlation(ours, theirs),
    )


def marr_distance(first: bytes, second: bytes) -> int:
    """Count the bits in which two Marr-Hildreth hashes of 72 bytes differ: 0 to 576, about 288 by chance."""
    return (int.from_bytes(first) ^ int.from_bytes(second)).bit_count()


def _structural_similarity(first: Picture, second: Picture, inside: NDArray[np.bool_]) -> float:
    x, y = first.astype(np.float64), second.astype(np.float64)
    products = np.dstack([x, y, x * x, y * y, x * y])
    window = np.ones((_WINDOW, _WINDOW), np.uint8)
    whole = cv2.erode(inside.astype(np.uint8), window, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(np.bool_)
    if whole.any():
        moments = cv2.GaussianBlur(products, (_WINDOW, _WINDOW), _SIGMA)[whole]
    else:
        moments = products[inside].mean(axis=0, keepdims=True)
    x_mean, y_mean, x_square, y_square, product = moments.T
    square_means = x_mean * x_mean + y_mean * y_mean
    variances = x_square + y_square - square_means
    covariance = product - x_mean * y_mean
    alike = (2 * x_mean * y_mean + _C1) * (2 * covariance + _C2) / ((square_means + _C1) * (variances + _C2))
    return _within(float(alike.mean()))


def _histogram(values: NDArray[np.float64]) -> NDArray[np.float64]:
    bins = np.clip(values * (_BINS / 256), 0, _BINS - 1).astype(np.intp)
    return np.bincount(bins, minlength=_BINS) / values.size


def _quadratic_chi(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    places = np.arange(_BINS)
    similarity = np.maximum(0.0, 1 - np.abs(places[:, None] - places[None, :]) / _REACH)
    weight = ((first + second) @ similarity) ** _NORMALISATION
    # By the paper's definition 0 / 0 is 0: what is empty in both has no difference.
    scaled = np.divide(first - second, weight, out=np.zeros(_BINS), where=weight > 0)
    return math.sqrt(max(0.0, float(scaled @ similarity @ scaled)))


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    x, y = first - first.mean(), second - second.mean()
    spread = math.sqrt(float(x @ x) * float(y @ y))
    plain = np.ptp(first) == 0 or np.ptp(second) == 0
    return 0.0 if plain or not spread else _within(float(x @ y) / spread)


def _within(value: float) -> float:
    """Take away what rounding put beyond -1 or 1."""
    return min(1.0, max(-1.0, value))
