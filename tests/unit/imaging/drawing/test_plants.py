import numpy as np
import pytest

from pictured.imaging.drawing.painting import Shape
from pictured.imaging.drawing.plants import conifer, leafy


def corners(shapes: list[Shape]) -> np.ndarray:
    return np.array([corner for shape in shapes for corner in shape.outline])


@pytest.mark.parametrize("height", [20.0, 100.0, 500.0])
def test_a_conifer_stands_on_its_foot_and_is_as_high_as_it_should_be(height: float) -> None:
    found = corners(conifer(np.random.default_rng(1), 300, 700, height, (0, 0.1, 0), (0, 0.2, 0)))
    assert found[:, 1].min() == 700 - height
    assert abs(found[:, 1].max() - 700) < height * 0.12
    assert np.abs(found[:, 0] - 300).max() < height * 0.3


@pytest.mark.parametrize("height", [20.0, 100.0, 500.0])
def test_a_leafy_tree_has_a_crown_above_its_trunk(height: float) -> None:
    trunk, *leaves = leafy(np.random.default_rng(1), 300, 700, height, (0.2, 0.4, 0.1))
    crown = corners(leaves)
    assert corners([trunk])[:, 1].max() == 700
    assert 700 - 1.2 * height < crown[:, 1].min() < 700 - 0.8 * height
    assert 700 - 0.6 * height < crown[:, 1].max() < 700


def test_leaves_are_brighter_towards_the_sun() -> None:
    _, *leaves = leafy(np.random.default_rng(1), 300, 700, 300, (0.2, 0.4, 0.1), sun=1.0)
    left, right = ([s.colour[1] for s in leaves if (s.outline[0][0] < 300) is side] for side in (True, False))
    assert np.mean(right) > np.mean(left)
