import numpy as np
import pytest

from pictured.imaging.drawing.lights import with_aurora, with_disc, with_glow, with_stars
from pictured.imaging.drawing.view import View

VIEW = View(90, 60, horizon=0.7, eye=0.2, near=0.3, far=9)
NIGHT = np.zeros((60, 90, 3), np.float32)


def test_a_glow_is_half_as_bright_each_width_further_away() -> None:
    canvas = with_glow(NIGHT, VIEW, (0.5 / 90, 0.0), (0.8, 0.4, 0.2), 9 / 90)
    assert canvas[42, 45].tolist() == pytest.approx([0.8, 0.4, 0.2])
    assert canvas[42, 54].tolist() == pytest.approx([0.4, 0.2, 0.1])


def test_a_disc_has_its_colour_inside_and_leaves_the_rest() -> None:
    canvas = with_disc(NIGHT, VIEW, (0.0, 0.2), (1.0, 0.9, 0.8), 0.1)
    assert canvas[24, 45].tolist() == pytest.approx([1.0, 0.9, 0.8])
    assert not canvas[24, 60].any()


def test_stars_stand_above_the_horizon() -> None:
    canvas = with_stars(NIGHT, VIEW, np.random.default_rng(1), 300)
    assert canvas[:42].any()
    assert not canvas[44:].any()
    assert not NIGHT.any()


def test_northern_lights_are_mostly_green_and_never_dark() -> None:
    added = with_aurora(NIGHT, VIEW, np.random.default_rng(1))
    red, green, _ = added.mean(axis=(0, 1))
    assert green > 2 * red
    assert added.min() >= 0
