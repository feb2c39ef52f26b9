"""A drawn scene that holds what photographs hold: a sky, shades, edges and textures."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Picture = NDArray[np.uint8]


def drawn(width: int, height: int, seed: int) -> Picture:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    ground = y > height * 0.45 + 20 * np.sin(x / 40)
    shade = np.where(ground, 110 - 40 * y / height, 190 - 60 * y / height)
    fine = gaussian_filter(rng.normal(0, 1, (height, width)), 1.0) * 40
    coarse = gaussian_filter(rng.normal(0, 1, (height, width)), 6.0) * 350
    shade = shade + np.where(ground, fine + coarse, 0.4 * fine)
    for _ in range(12):
        left, top = rng.integers(0, width - 40), rng.integers(height // 3, height - 40)
        shade[top : top + 36, left : left + 14] += rng.uniform(-70, 70)
    colours = np.stack([shade * 1.05, shade, shade * 0.9 + 10], axis=-1)
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def scene() -> Callable[..., Picture]:
    """Draw a scene (height, width, 3), uint8."""

    def draw(width: int = 400, height: int = 300, seed: int = 1) -> Picture:
        return drawn(width, height, seed)

    return draw
