import numpy as np
import pytest

from pictured.imaging.drawing.noise import Plane
from pictured.imaging.drawing.terrain import ground, hazed, lit
from pictured.imaging.drawing.view import Heights, View

VIEW = View(60, 40, horizon=0.5, eye=1.0, near=1.0, far=50.0)


def slope(x: Plane, z: Plane) -> Plane:  # noqa: ARG001
    return x * np.float32(0.5)


def away(x: Plane, z: Plane) -> Plane:  # noqa: ARG001
    return (z * np.float32(0.5) - 5).astype(np.float32)


def test_a_slope_towards_the_sun_is_brighter_than_one_that_turns_away() -> None:
    towards, turned = (ground(VIEW, slope, (side, 1.0, 0.0)).light for side in (-1.0, 1.0))
    assert towards.mean() > 0.9
    assert turned.mean() < 0.4


@pytest.mark.parametrize("heights", [slope, away])
def test_steepness_is_that_of_the_slope(heights: Heights) -> None:
    land = ground(VIEW, heights, (0.0, 1.0, 0.0))
    assert land.steep == pytest.approx(np.full_like(land.steep, 1 - 1 / np.sqrt(1.25)), abs=2e-3)


def test_ground_below_0_is_wet() -> None:
    wet = ground(VIEW, away, (0.0, 1.0, 0.0)).wet
    assert wet[-1].all()
    assert not wet[0].any()
    assert not ground(VIEW, lambda x, z: np.ones_like(x) * 0.5 + z * 0, (0.0, 1.0, 0.0)).wet.any()


def test_light_adds_the_sun_to_the_shade() -> None:
    colours = np.full((1, 2, 3), 0.5, np.float32)
    found = lit(colours, np.float32([[0, 1]]), (0.2, 0.2, 0.2), (1.0, 0.8, 0.6))
    assert found[0].tolist() == pytest.approx(np.array([[0.1, 0.1, 0.1], [0.6, 0.5, 0.4]]))


def test_what_is_far_takes_the_colour_of_the_air() -> None:
    near, far = hazed(np.zeros((1, 2, 3), np.float32), np.float32([[0, 1000]]), (0.7, 0.8, 0.9), 10)[0].tolist()
    assert near == [0, 0, 0]
    assert far == pytest.approx([0.7, 0.8, 0.9])
