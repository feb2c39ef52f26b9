from collections.abc import Callable

import numpy as np
import pytest

from pictured.imaging.drawing.painting import Canvas
from pictured.imaging.drawing.waterside import harbour, islands, lake

Draw = Callable[[np.random.Generator, int, int], Canvas]


@pytest.mark.parametrize("scene", [harbour, islands, lake])
def test_the_sky_lies_mirrored_in_the_water(scene: Draw) -> None:
    canvas = scene(np.random.default_rng(1), 180, 120)
    assert canvas.shape == (120, 180, 3)
    below, above = canvas[95:105, 60:120].mean(axis=(0, 1)), canvas[5:30, 60:120].mean(axis=(0, 1))
    assert np.corrcoef(below, above)[0, 1] > 0


def test_the_lake_has_dark_banks_in_both_lower_corners() -> None:
    canvas = lake(np.random.default_rng(1), 180, 120)
    assert canvas[-3:, :10].max() < 0.2
    assert canvas[-3:, -10:].max() < 0.2
