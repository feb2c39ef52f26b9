"""What the reader looks at: the picture with its own content made as even as can be."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn, irfft2, rfft2
from scipy.ndimage import gaussian_filter

Plane = NDArray[np.float32]

_CUT = 0.36
_REACH = 2.0
_NEAR = 4.0
_MOOT = 0.3
_WINDOW = 16
_HOP = 8
_SIDE = 0.107


def whitened(luminance: Plane) -> Plane:
    """Give what a plane (h, w) of luminance, 0 to 255, holds besides its evident content; same shape, about -2 to 2.

    The filter |f| exp(-(f / 0.36)^6), f in cycles a pixel, evens out the spectrum of natural pictures, and the division
    by the local deviation evens out quiet and busy places. Then each coefficient of a short-time Fourier transform
    (windows of 16 pixels) is divided by the magnitude of its neighbourhood and limited: an edge or a stripe is strong
    in few directions and frequencies, and what is hidden in the others is heard. The second step is worth 3 dB.
    """
    passed = _highpassed(luminance)
    deviation = np.sqrt(np.maximum(gaussian_filter(passed * passed, _REACH, truncate=3.0), 0))
    floor = np.float32(0.05 * np.median(deviation) + 0.06)
    passed /= deviation + floor
    passed /= 1 + np.abs(passed) / 4
    return _evened(passed) * _worth(luminance[::2, ::2], deviation[::2, ::2], floor, luminance.shape)


def _worth(luminance: Plane, deviation: Plane, floor: np.float32, shape: tuple[int, ...]) -> Plane:
    """Give the weight of each place of a plane of a shape, from every second pixel: how loud the mark is likely to be.

    That is the root of what the mask allows there, by the deviation instead of the detail, over what it is divided by.
    What is quieter than a mark would be, as after coding by JPEG, counts for no more than that.
    """
    room = np.clip(np.minimum((255 - luminance) / 14, (luminance + 6) / 20), 0.12, 1)
    loud = room * np.minimum((1 + 3 * deviation) ** 0.8, 14) / (deviation + floor + _MOOT)
    weight = np.sqrt(gaussian_filter(loud, _NEAR / 2, truncate=3.0))
    weight /= weight.mean()
    return np.asarray(weight.repeat(2, axis=0).repeat(2, axis=1)[: shape[0], : shape[1]], np.float32)


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
    parts = np.square(coefficients.view(np.float32))
    power = parts[..., ::2] + parts[..., 1::2]
    # First over the neighbourhood's magnitude, then x / (1 + |x| / 1.5).
    divisor = np.sqrt(_spread(power))
    divisor += np.float32(0.05 * _WINDOW / 2)
    divisor += np.sqrt(power, out=power) / np.float32(1.5)
    coefficients *= np.reciprocal(divisor, out=divisor)
    _add(made, irfft2(coefficients, s=(_WINDOW, _WINDOW)) * window)
    return made[edge : edge + high, edge : edge + wide]


def _spread(power: Plane) -> Plane:
    """Average each coefficient's power with its neighbours' in place and frequency, with a deviation of about 0.5."""
    down, across = _mixing(_WINDOW, around=True), _mixing(_WINDOW // 2 + 1, around=False)
    both = np.kron(down, across)
    mixed = (power.reshape(-1, len(both)) @ both.T).reshape(power.shape)
    for axis in (0, 1):
        moved = np.moveaxis(mixed, axis, 0)
        part = moved * np.float32(_SIDE)
        moved *= np.float32(1 - 2 * _SIDE)
        moved[1:] += part[:-1]
        moved[:-1] += part[1:]
        moved[0] += part[0]
        moved[-1] += part[-1]
    return mixed


@lru_cache(maxsize=2)
def _mixing(count: int, *, around: bool) -> Plane:
    """Give the matrix (count, count) that mixes each of a line of cells with the two beside it."""
    made = np.eye(count) * (1 - 2 * _SIDE) + _SIDE * (np.eye(count, k=1) + np.eye(count, k=-1))
    ends = ((0, -1), (-1, 0)) if around else ((0, 0), (-1, -1))
    for end in ends:
        made[end] += _SIDE
    return made.astype(np.float32)


def _add(target: Plane, tiles: Plane) -> None:
    """Add overlapping tiles (rows, columns, 16, 16) to the plane, `_HOP` pixels apart."""
    down, across = tiles.shape[:2]
    for y in range(0, _WINDOW, _HOP):
        for x in range(0, _WINDOW, _HOP):
            part = tiles[:, :, y : y + _HOP, x : x + _HOP].transpose(0, 2, 1, 3)
            target[y : y + down * _HOP, x : x + across * _HOP] += part.reshape(down * _HOP, across * _HOP)
