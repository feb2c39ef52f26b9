"""From what was heard on each wave to soft bits: how strong the mark is at each frequency, and how sure each bit."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pictured.marking.convolution import coded_length
from pictured.marking.layout import Layout, radii, tilted

PILOT_GAIN = 6.0

Waves = NDArray[np.complex64]
Floats = NDArray[np.float32]

_WIDTH = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The amplitudes on the waves of a layout, summed over the picture: pilots (16,) and data (n,), complex."""

    pilots: Waves
    data: Waves


def soft(heard: Heard, layout: Layout, count: int) -> Floats:
    """Give log-likelihood ratios (coded_length(count),) for the coded bits of a message of `count` bits."""
    dims, share = dimensions(heard, layout)
    weighed = dims * share / (1.05 - share * share)
    places = layout.order % coded_length(count)
    return np.bincount(places, weighed, coded_length(count)).astype(np.float32)


def dimensions(heard: Heard, layout: Layout) -> tuple[Floats, Floats]:
    """Give the real dimensions (2 n,), the power at each frequency brought to 1, and the mark's part, 0.02 to 0.95."""
    frequency, pilot = radii(layout.data), radii(layout.pilots)
    power = _near(layout) @ (np.abs(heard.data) ** 2 / 2).astype(np.float32)
    rms = np.sqrt(power + 1e-12)
    at_pilots = np.interp(pilot, *_sorted(frequency, rms))
    heights = np.real(heard.pilots * np.exp(-1j * layout.phases)) / (PILOT_GAIN * at_pilots)
    close = np.exp(-0.5 * ((frequency[:, None] - pilot[None, :]) / _WIDTH) ** 2)
    share = (close @ heights + 0.5 * heights.mean()) / (close.sum(axis=1) + 0.5)
    share = np.clip(share, 0.02, 0.95)
    scaled = heard.data / rms
    return (
        np.concatenate([scaled.real, scaled.imag]).astype(np.float32),
        np.concatenate([share, share]).astype(np.float32),
    )


@lru_cache(maxsize=2)
def _near(layout: Layout) -> NDArray[np.float32]:
    """Give the shares (n, n) of the waves in the mean over those of nearly the same frequency, for each."""
    frequency = radii(layout.data)
    near = np.exp(-0.5 * ((frequency[:, None] - frequency[None, :]) / 0.8) ** 2)
    return np.asarray(near / near.sum(axis=1, keepdims=True), np.float32)


def _sorted(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def amplitudes(layout: Layout) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Give the pilots' amplitudes (16,), complex, and the size of a data dimension (n,), in one unit."""
    return PILOT_GAIN * tilted(layout.pilots) * np.exp(1j * layout.phases), tilted(layout.data)


def margin(heard: Heard, layout: Layout, coded: NDArray[np.uint8], count: int) -> float:
    """Say how far the mark lies above the least that the code needs, in dB, where the coded bits are known.

    Eb/N0 of the weighed dimensions, less the 0.2 dB at which half of all messages of `count` bits are read.
    """
    dims, share = dimensions(heard, layout)
    signs = 2.0 * coded[layout.order % len(coded)] - 1
    weights = share / (1.05 - share * share)
    signal = float(weights @ (dims * signs))
    noise = float(weights**2 @ np.maximum(0.05, 1 - share * share))
    return float(10 * np.log10(max(signal, 1e-3) ** 2 / noise / 2 / count) - 0.2)
