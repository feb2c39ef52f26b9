import numpy as np
import pytest

from pictured.imaging.drawing.painting import Shape, dimmed, graded, mixed, pixels, with_shapes

BLACK, WHITE, RED = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0)


def test_mixing_gives_each_colour_its_share() -> None:
    shares = np.float32([[0, 0.25, 1]])
    assert mixed(BLACK, WHITE, shares)[0, :, 0].tolist() == [0, 0.25, 1]


def test_a_grade_goes_from_stop_to_stop_and_no_further() -> None:
    colours = graded(np.float32([-5, 0, 0.5, 1, 5]), {0.0: BLACK, 1.0: RED})
    assert colours[:, 0].tolist() == [0, 0, 0.5, 1, 1]
    assert not colours[:, 1:].any()


def test_dimming_takes_light_from_every_part() -> None:
    assert dimmed((0.2, 0.4, 1.0), 0.5) == (0.1, 0.2, 0.5)


def test_shapes_are_painted_over_each_other_with_smooth_edges() -> None:
    square = [(2.0, 2.0), (6.0, 2.0), (6.0, 6.0), (2.0, 6.0)]
    half = [(4.0, 2.0), (6.0, 2.0), (6.0, 6.0), (4.0, 6.0)]
    canvas = with_shapes(np.zeros((8, 8, 3), np.float32), [Shape(square, WHITE), Shape(half, RED)])
    assert canvas[4, 3].tolist() == [1, 1, 1]
    assert canvas[4, 5].tolist() == [1, 0, 0]
    assert canvas[0, 0].tolist() == [0, 0, 0]
    assert 0 < canvas[4, 6, 0] < 1


def test_where_no_shape_is_the_canvas_stays() -> None:
    canvas = np.random.default_rng(1).uniform(0, 1, (6, 9, 3)).astype(np.float32)
    assert with_shapes(canvas, []) == pytest.approx(canvas, abs=1 / 255)


def test_pixels_are_clipped_and_rounded() -> None:
    assert pixels(np.float32([[[-1, 0.5, 2]]])).tolist() == [[[0, 128, 255]]]
