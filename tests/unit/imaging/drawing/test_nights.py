from collections.abc import Callable

import numpy as np
import pytest

from pictured.imaging.drawing.nights import aurora, city
from pictured.imaging.drawing.painting import Canvas

Draw = Callable[[np.random.Generator, int, int], Canvas]


@pytest.mark.parametrize("scene", [aurora, city])
def test_nights_are_dark_with_some_bright_spots(scene: Draw) -> None:
    canvas = scene(np.random.default_rng(1), 180, 120)
    assert canvas.shape == (120, 180, 3)
    assert canvas.mean() < 0.35
    assert canvas.max() > 0.6
