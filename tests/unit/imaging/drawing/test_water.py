from dataclasses import replace

import numpy as np
import pytest

from pictured.imaging.drawing.view import View
from pictured.imaging.drawing.water import Water, with_water

VIEW = View(90, 60, horizon=0.5, eye=0.2, near=0.3, far=9)
STILL = Water(deep=(0.0, 0.0, 0.0), ripple=0.0)


def picture() -> tuple[np.ndarray, np.ndarray]:
    canvas = np.zeros((60, 90, 3), np.float32)
    canvas[20:30, :45] = 1
    wet = np.zeros((60, 90), np.float32)
    wet[30:] = 1
    return canvas, wet


def test_still_water_mirrors_what_stands_at_the_shore() -> None:
    canvas, wet = picture()
    found = with_water(canvas, VIEW, np.random.default_rng(1), wet, STILL)
    assert found[:30] == pytest.approx(canvas[:30])
    assert found[35, 20].min() > 0.5
    assert found[45, 20].max() == 0
    assert found[35, 70].max() == 0


def test_dry_land_stays() -> None:
    canvas, wet = picture()
    assert with_water(canvas, VIEW, np.random.default_rng(1), wet * 0, STILL) == pytest.approx(canvas)


def test_glitter_lies_below_the_sun() -> None:
    canvas, wet = np.zeros((60, 90, 3), np.float32), picture()[1]
    water = replace(STILL, glitter=(1.0, 1.0, 1.0), sun=(-0.25, 0.1))
    found = with_water(canvas, VIEW, np.random.default_rng(1), wet, water)
    assert found[:, :45].sum() > 5 * found[:, 45:].sum()
