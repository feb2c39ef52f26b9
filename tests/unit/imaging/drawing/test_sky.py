from dataclasses import replace

import numpy as np
import pytest

from pictured.imaging.drawing.sky import Clouds, sky, with_clouds
from pictured.imaging.drawing.view import View

VIEW = View(90, 60, horizon=0.7, eye=0.2, near=0.3, far=9)
WHITE = Clouds((1.0, 1.0, 1.0), (0.6, 0.6, 0.6), cover=0.5)


def test_the_sky_changes_with_height_only() -> None:
    canvas = sky(VIEW, {0.0: (1.0, 0.5, 0.0), 0.4: (0.0, 0.0, 1.0)})
    assert canvas.shape == (60, 90, 3)
    assert (canvas == canvas[:, :1]).all()
    assert canvas[50, 0].tolist() == [1, 0.5, 0]
    assert canvas[0, 0, 2] > canvas[30, 0, 2]


def test_clouds_hide_more_sky_the_more_there_are_and_never_the_ground() -> None:
    blue = np.zeros((60, 90, 3), np.float32)
    few, many = (
        with_clouds(blue, VIEW, np.random.default_rng(4), replace(WHITE, cover=cover))[..., 0] for cover in (0.2, 0.7)
    )
    assert few.mean() < many.mean()
    assert not many[43:].any()


def test_clouds_have_the_colours_they_are_given() -> None:
    blue = np.zeros((60, 90, 3), np.float32)
    canvas = with_clouds(
        blue, VIEW, np.random.default_rng(4), replace(WHITE, lit=(1.0, 0.0, 0.0), shade=(0.5, 0.0, 0.0))
    )
    assert canvas[..., 0].max() == pytest.approx(1, abs=0.2)
    assert not canvas[..., 1:].any()
