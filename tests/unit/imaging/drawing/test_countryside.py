from collections.abc import Callable

import numpy as np
import pytest

from pictured.imaging.drawing.countryside import autumn, dunes, lavender
from pictured.imaging.drawing.painting import Canvas

Draw = Callable[[np.random.Generator, int, int], Canvas]


@pytest.mark.parametrize("scene", [autumn, dunes])
def test_the_sky_is_bluer_than_the_ground(scene: Draw) -> None:
    canvas = scene(np.random.default_rng(1), 180, 120)
    assert canvas.shape == (120, 180, 3)
    above, below = canvas[:10].mean(axis=(0, 1)), canvas[-20:].mean(axis=(0, 1))
    assert above[2] / above.sum() > below[2] / below.sum()


def test_lavender_is_violet() -> None:
    canvas = lavender(np.random.default_rng(1), 180, 120)
    red, green, blue = (canvas[-30:, :, channel] for channel in range(3))
    violet = (blue > 1.2 * green) & (red > green)
    assert 0.2 < violet.mean() < 0.8
