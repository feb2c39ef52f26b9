"""The measures that a match is judged by: their names, what values each can take, and which end is the better one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """The name of a measure, as the configuration, `find --measure` and JSON write it."""

    MSE = "mse"
    SSIM = "ssim"
    NORM1 = "norm1"
    QUADRATIC_CHI = "quadratic_chi"
    CORRELATION = "correlation"
    PHASH_DISTANCE = "phash_distance"
    MARR_DISTANCE = "marr_distance"
    INLIERS = "inliers"
    CONFIDENCE = "confidence"


class Better(StrEnum):
    """Which values of a measure speak for a match."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that a measure can take, both ends included, and which end is the better one."""

    least: float
    most: float
    better: Better


# 7.5 is above what the largest eigenvalue of the similarity matrix allows. Real pairs of pictures stay below 3.
SCALES: Final[Mapping[Measure, Scale]] = {
    Measure.MSE: Scale(0, 255**2, Better.LOWER),
    Measure.SSIM: Scale(-1, 1, Better.HIGHER),
    Measure.NORM1: Scale(0, 255, Better.LOWER),
    Measure.QUADRATIC_CHI: Scale(0, 7.5, Better.LOWER),
    Measure.CORRELATION: Scale(-1, 1, Better.HIGHER),
    Measure.PHASH_DISTANCE: Scale(0, 256, Better.LOWER),
    Measure.MARR_DISTANCE: Scale(0, 576, Better.LOWER),
    Measure.INLIERS: Scale(0, math.inf, Better.HIGHER),
    Measure.CONFIDENCE: Scale(0, 1, Better.HIGHER),
}
