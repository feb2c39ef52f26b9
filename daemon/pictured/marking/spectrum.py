"""A map of how far each frequency of a picture stands out from those around it: the pilots are peaks in it."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft2
from scipy.ndimage import uniform_filter
from scipy.signal.windows import tukey

SIDE = 1024
_WINDOW = 640
_NEAR = 31
_AXIS = 3
_HIGH = np.float32(10)

Plane = NDArray[np.float32]


def peaks(plane: Plane) -> Plane:
    """Give the map (1024, 513): the cell [v, u] belongs to u cycles across and v (modulo 1024) down, in 1024 pixels.

    The power of windows of at most 512 pixels is averaged (they overlap by 60 %), divided by its own local mean,
    limited and brought to mean 0. A local mean in two dimensions is needed: textures have a direction, and
    JPEG has its grid.
    """
    high, wide = (min(_WINDOW, side) for side in plane.shape)
    window = np.outer(tukey(high, 0.05), tukey(wide, 0.05)).astype(np.float32)
    tops, lefts = _starts(plane.shape[0], high), _starts(plane.shape[1], wide)
    power = np.zeros((SIDE, SIDE // 2 + 1), np.float32)
    for top in tops:
        for left in lefts:
            spectrum = rfft2(plane[top : top + high, left : left + wide] * window, s=(SIDE, SIDE))
            power += spectrum.real**2 + spectrum.imag**2
    return _evened(power)


def _starts(side: int, window: int) -> list[int]:
    count = 1 + int(np.ceil((side - window) / (0.4 * window + 1e-9))) if side > window else 1
    return [round(start) for start in np.linspace(0, side - window, count)]


def _evened(power: Plane) -> Plane:
    mode = ("wrap", "mirror")
    around = uniform_filter(power, _NEAR, mode=mode) + np.float32(1e-9)
    around = uniform_filter(np.minimum(power, 3 * around), _NEAR, mode=mode) + np.float32(1e-9)
    even = power / around
    # Beyond this a single stripe would count for all pilots; but a flat top would hide where the peak is.
    even = np.where(even > _HIGH, _HIGH * (1 + np.log(np.maximum(even, _HIGH) / _HIGH)), even)
    even -= even.mean()
    # Edges of the picture and of things in it lie along the axes.
    even[:, :_AXIS] = 0
    even[:_AXIS] = 0
    even[-_AXIS + 1 :] = 0
    return np.asarray(even, np.float32)
