"""The mark as a sum of waves: the tile that amplitudes make, and the amplitudes that a picture already has."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, irfft2

from pictured.marking.layout import TILE, Layout
from pictured.marking.weighing import Heard

Plane = NDArray[np.float32]
Waves = NDArray[np.complex128]


def spread(layout: Layout, pilots: Waves, data: Waves, shape: tuple[int, int]) -> Plane:
    """Give the sum over all waves of Re(a exp(2 pi i k . x / 128)), over a plane of a shape (h, w), of deviation 1."""
    cells = np.zeros((TILE, TILE // 2 + 1), np.complex128)
    for waves, amplitudes in ((layout.pilots, pilots), (layout.data, data)):
        cells[waves[:, 1] % TILE, waves[:, 0]] += amplitudes
        on_axis = waves[:, 0] == 0
        cells[-waves[on_axis, 1] % TILE, 0] += np.conj(amplitudes[on_axis])
    tile = irfft2(cells, s=(TILE, TILE))
    tile /= tile.std()
    return np.asarray(np.tile(tile, [-(-side // TILE) for side in shape])[: shape[0], : shape[1]], np.float32)


def gathered(plane: Plane, layout: Layout) -> Heard:
    """Give the sums of a plane (h, w) on the reference picture times exp(-2 pi i k . x / 128), for each wave."""
    padded = np.pad(plane, [(0, -side % TILE) for side in plane.shape])
    high, wide = padded.shape
    cells = fft2(padded.reshape(high // TILE, TILE, wide // TILE, TILE).sum(axis=(0, 2)))
    return Heard(
        cells[layout.pilots[:, 1] % TILE, layout.pilots[:, 0]], cells[layout.data[:, 1] % TILE, layout.data[:, 0]]
    )
