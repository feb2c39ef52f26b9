import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Transform
from pictured.looks import Box
from pictured.matching.orienting import ORIENTATIONS, Affine, inverse, product, turning
from pictured.matching.transforming import placing_of, transform_of, within

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
SIDES = st.floats(0, 0.4)
BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES).map(lambda sides: (sides[0], sides[1], 1 - sides[2], 1 - sides[3]))


def showing(box: Box) -> Affine:
    """From fractions of a copy to fractions of a query that shows this box of it."""
    left, top, right, bottom = box
    return inverse(np.array([[right - left, 0, left], [0, bottom - top, top]]))


def rotated(degrees: float, size: tuple[int, int]) -> Affine:
    """From fractions of a copy to fractions of a query of the same size that is turned clockwise about its middle."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]])
    middle = np.array([[size[0], 0, -size[0] / 2], [0, size[1], -size[1] / 2]])
    return product(inverse(middle), product(turn, middle))


def test_the_same_picture_lies_on_it_as_it_is() -> None:
    assert transform_of(np.eye(2, 3), (400, 300), (400, 300)) == Transform()


@given(BOXES)
def test_the_box_is_what_the_query_shows_of_the_copy(box: Box) -> None:
    found = transform_of(showing(box), (400, 300), (400, 300))

    assert found.box == pytest.approx(box, abs=0.001)
    assert (found.orientation, found.angle) == (1, 0)


@given(BOXES)
def test_the_box_reaches_outside_where_the_query_shows_more(box: Box) -> None:
    found = transform_of(inverse(showing(box)), (400, 300), (400, 300))

    assert found.box[0] <= 0
    assert found.box[1] <= 0
    assert found.box[2] >= 1
    assert found.box[3] >= 1


@pytest.mark.parametrize("factor", [0.25, 1, 3])
def test_the_scale_counts_pixels_of_the_query_for_each_of_the_copy(factor: float) -> None:
    query = round(800 * factor), round(600 * factor)
    half = round(400 * factor), round(300 * factor)

    assert transform_of(np.eye(2, 3), query, (800, 600)).scale == pytest.approx(factor)
    assert transform_of(showing((0.25, 0.25, 0.75, 0.75)), half, (800, 600)).scale == pytest.approx(factor)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("size", [(400, 300), (300, 400)])
def test_the_orientation_turns_the_query_the_way_the_copy_stands(orientation: int, size: tuple[int, int]) -> None:
    copy = size[::-1] if orientation > 4 else size

    assert transform_of(turning(orientation), size, copy) == Transform(orientation=orientation)


@pytest.mark.parametrize("angle", [-40, -10, -1, 0.5, 10, 44])
def test_the_angle_is_that_by_which_the_query_is_turned_clockwise(angle: float) -> None:
    found = transform_of(rotated(angle, (400, 300)), (400, 300), (400, 300))

    assert (found.orientation, found.angle, found.scale) == (1, pytest.approx(angle, abs=0.05), 1)


@given(BOXES, BOXES)
def test_a_look_that_shows_a_copy_places_it_in_the_query(look: Box, shown: Box) -> None:
    """The map between pixels and that between fractions tell the same."""
    thumb, pixels = (96, 128), (288, 384)
    (height, width), (high, wide) = thumb, pixels
    from_thumb = np.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height]])
    to_look = np.array([[wide, 0, -0.5], [0, high, -0.5]])
    affine = product(to_look, product(showing(shown), from_thumb))

    found = within(look, affine, pixels, thumb)

    assert found == pytest.approx(product(inverse(showing(look)), showing(shown)), abs=1e-9)


def test_a_copy_that_lies_in_the_query_hangs_over_on_one_side_only() -> None:
    fractions = showing((0.1, 0.2, 0.8, 0.9))
    placing = placing_of(transform_of(fractions, (400, 300), (400, 300)), fractions, WHOLE)

    assert placing.turned == 0
    assert placing.beyond_copy == pytest.approx(-0.1)
    assert placing.beyond_query == pytest.approx(0.2 / 0.7)


def test_frames_of_one_scene_hang_over_on_both_sides() -> None:
    fractions = np.array([[1, 0, 0.05], [0, 1, 0]])
    placing = placing_of(transform_of(fractions, (400, 300), (400, 300)), fractions, WHOLE)

    assert (placing.beyond_copy, placing.beyond_query) == pytest.approx((0.05, 0.05))


def test_what_lies_around_a_look_hangs_over_nothing() -> None:
    look = (0.2, 0.3, 0.6, 0.7)
    fractions = inverse(showing(look))
    placing = placing_of(transform_of(fractions, (400, 300), (400, 300)), fractions, look)

    assert placing.beyond_copy == pytest.approx(0, abs=1e-9)
    assert placing.beyond_query < 0


@pytest.mark.parametrize("angle", [0, 0.5, 10, -10])
def test_a_turn_counts_either_way(angle: float) -> None:
    fractions = rotated(angle, (400, 300))
    placing = placing_of(transform_of(fractions, (400, 300), (400, 300)), fractions, WHOLE)

    assert placing.turned == pytest.approx(abs(angle), abs=0.05)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_only_the_first_orientation_is_upright(orientation: int) -> None:
    fractions = turning(orientation)
    placing = placing_of(transform_of(fractions, (400, 400), (400, 400)), fractions, WHOLE)

    assert placing.turned == 0 if orientation == 1 else placing.turned >= 90
