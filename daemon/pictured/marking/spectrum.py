"""A map of how far each frequency of a picture stands out from those around it: the pilots are peaks in it."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft2
from scipy.ndimage import uniform_filter

SIDE = 1024
_WINDOW = 640
_TAPERED = 0.05
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
    window = np.outer(taper(high), taper(wide)).astype(np.float32)
    tops, lefts = _starts(plane.shape[0], high), _starts(plane.shape[1], wide)
    power = np.zeros((SIDE, SIDE // 2 + 1), np.float32)
    for top in tops:
        for left in lefts:
            spectrum = rfft2(plane[top : top + high, left : left + wide] * window, s=(SIDE, SIDE))
            power += spectrum.real**2 + spectrum.imag**2
    return _evened(power)


def taper(side: int) -> NDArray[np.float64]:
    """Give a Tukey window (Harris, 1978) of 41 or more samples: 1, but for a cosine over 2.5 % of it at either end.

    That of scipy.signal is the same, but importing it takes half a second and 49 MB.
    """
    place = np.arange(side)
    risen = np.minimum(np.minimum(place, place[::-1]) / (_TAPERED * (side - 1) / 2), 1)
    return np.asarray((1 - np.cos(np.pi * risen)) / 2)


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
