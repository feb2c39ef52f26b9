"""What the reader looks at: the picture with its own content made as even as can be."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn, irfft2, rfft2
from scipy.ndimage import gaussian_filter

Plane = NDArray[np.float32]

_CUT = 0.36
_REACH = 2.0
_WINDOW = 16
_HOP = 8


def whitened(luminance: Plane) -> Plane:
    """Give what a plane (h, w) of luminance, 0 to 255, holds besides its evident content; same shape, about -2 to 2.

    The filter |f| exp(-(f / 0.36)^6), f in cycles a pixel, evens out the spectrum of natural pictures, and the division
    by the local deviation evens out quiet and busy places. Then each coefficient of a short-time Fourier transform
    (windows of 16 pixels) is divided by the magnitude of its neighbourhood and limited: an edge or a stripe is strong
    in few directions and frequencies, and what is hidden in the others is heard. The second step is worth 3 dB.
    """
    passed = _highpassed(luminance)
    deviation = np.sqrt(np.maximum(gaussian_filter(passed * passed, _REACH, truncate=3.0), 0))
    passed /= deviation + np.float32(0.05 * np.median(deviation) + 0.06)
    passed /= 1 + np.abs(passed) / 4
    return _evened(passed)


def _highpassed(luminance: Plane) -> Plane:
    high, wide = luminance.shape
    across = np.arange(wide, dtype=np.float32) / (2 * wide)
    down = np.arange(high, dtype=np.float32) / (2 * high)
    squared = down[:, None] ** 2 + across[None, :] ** 2
    spectrum = dctn(luminance, type=2, norm="ortho")
    spectrum *= np.sqrt(squared) * np.exp(-((squared / np.float32(_CUT**2)) ** 3))
    return np.asarray(idctn(spectrum, type=2, norm="ortho", overwrite_x=True), np.float32)


def _evened(plane: Plane) -> Plane:
    high, wide = plane.shape
    edge = _WINDOW
    padded = np.pad(plane, ((edge, edge + -high % _HOP), (edge, edge + -wide % _HOP)), mode="symmetric")
    taper = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW).astype(np.float32)
    window = taper[:, None] * taper[None, :]
    made = np.zeros_like(padded)
    views = np.lib.stride_tricks.sliding_window_view(padded, (_WINDOW, _WINDOW))[::_HOP, ::_HOP]
    coefficients = rfft2(views * window)
    near = np.sqrt(_spread(coefficients.real**2 + coefficients.imag**2))
    coefficients /= near + np.float32(0.05 * _WINDOW / 2)
    coefficients /= 1 + np.abs(coefficients) / np.float32(1.5)
    _add(made, irfft2(coefficients, s=(_WINDOW, _WINDOW)) * window)
    return made[edge : edge + high, edge : edge + wide]


def _spread(power: Plane) -> Plane:
    """Average each coefficient's power with its neighbours' in place and frequency, with a deviation of about 0.5."""
    for axis in (2, 3, 0, 1):
        power = _blurred(power, axis)
    return power


def _blurred(power: Plane, axis: int) -> Plane:
    side = np.float32(0.107)
    moved = np.moveaxis(power, axis, 0)
    out = moved * (1 - 2 * side)
    out[1:] += side * moved[:-1]
    out[:-1] += side * moved[1:]
    if axis == 2:
        out[0] += side * moved[-1]
        out[-1] += side * moved[0]
    else:
        out[0] += side * moved[0]
        out[-1] += side * moved[-1]
    return np.moveaxis(out, 0, axis)


def _add(target: Plane, tiles: Plane) -> None:
    """Add overlapping tiles (rows, columns, 16, 16) to the plane, `_HOP` pixels apart."""
    down, across = tiles.shape[:2]
    for y in range(0, _WINDOW, _HOP):
        for x in range(0, _WINDOW, _HOP):
            part = tiles[:, :, y : y + _HOP, x : x + _HOP].transpose(0, 2, 1, 3)
            target[y : y + down * _HOP, x : x + across * _HOP] += part.reshape(down * _HOP, across * _HOP)
