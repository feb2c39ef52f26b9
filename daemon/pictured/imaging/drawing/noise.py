"""Fractal noise by spectral synthesis: white noise whose spectrum is made to fall with the frequency.

After Saupe, "Algorithms for random fractals", in Peitgen and Saupe (eds.), The Science of Fractal Images, 1988.
"""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def fractal(rng: np.random.Generator, side: int, fall: float) -> Plane:
    """Give a square of noise that continues at its opposite edges.

    Args:
        rng: where the randomness comes from.
        side: rows and columns.
        fall: the exponent by which amplitudes fall with frequency; 1 is rough, 2.5 is smooth.

    Returns:
        float32, (side, side), mean 0, standard deviation 1.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((side, side)))
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]) * side
    frequency[0, 0] = np.inf
    plane = np.fft.irfft2(spectrum / frequency**fall, s=(side, side))
    return np.asarray(plane / plane.std(), np.float32)


def sampled(plane: Plane, across: Plane, down: Plane) -> Plane:
    """Look noise up between its points, bilinearly. 1 is the whole square, beyond which it repeats."""
    side = plane.shape[0]
    flat = plane.ravel()
    column, row = across * np.float32(side), down * np.float32(side)
    left, top = np.floor(column), np.floor(row)
    u, v = column - left, row - top
    x0, y0 = left.astype(np.int32) % side, top.astype(np.int32) % side
    x1, y1 = (x0 + 1) % side, (y0 + 1) % side * side
    y0 *= side
    upper, lower = flat.take(y0 + x0), flat.take(y1 + x0)
    upper += (flat.take(y0 + x1) - upper) * u
    lower += (flat.take(y1 + x1) - lower) * u
    found: Plane = upper + (lower - upper) * v
    return found


def ridged(plane: Plane, across: Plane, down: Plane) -> Plane:
    """Noise folded at 0, so that it has crests: 1 on a crest, lower beside it (Musgrave's ridges, one octave)."""
    found: Plane = 1 - np.float32(0.9) * np.abs(sampled(plane, across, down))
    return found


def smoothstep(values: Plane, low: float, high: float) -> Plane:
    """0 at `low` and before, 1 at `high` and beyond, a smooth way between; `high` may be the smaller one."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    found: Plane = t * t * (3 - 2 * t)
    return found
