"""How visible a change is, by two classic measures."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Plane = NDArray[np.float32]


def ssim(before: Plane, change: Plane) -> float:
    """Give the mean structural similarity (Wang et al., 2004) of a plane, 0 to 255, and the plane with a change added.

    The window is Gaussian with a deviation of 1.5 pixels. Written in terms of the change, it needs less work and keeps
    more digits than the difference of two nearly equal planes' moments.
    """
    level, drift = _mean(before), _mean(change)
    own = np.maximum(_mean(before * before) - level * level, 0)
    shared = _mean(before * change) - level * drift
    added = np.maximum(_mean(change * change) - drift * drift, 0)
    second = level + drift
    likeness = (2 * level * second + 6.5025) / (level * level + second * second + 6.5025)
    structure = (2 * (own + shared) + 58.5225) / (2 * (own + shared) + added + 58.5225)
    return float(np.mean(likeness * structure, dtype=np.float64))


def psnr(squared_error: float) -> float:
    """Give the peak signal-to-noise ratio in dB of a mean squared error at a peak of 255."""
    return float(10 * np.log10(255**2 / max(squared_error, 1e-9)))


def _mean(plane: Plane) -> Plane:
    return np.asarray(gaussian_filter(plane, 1.5, truncate=3.5), np.float32)
