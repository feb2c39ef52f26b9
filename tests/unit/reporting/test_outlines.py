import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pictured.flow import Match, Transform
from pictured.matching.orienting import inverse, turning
from pictured.matching.transforming import transform_of
from pictured.reporting.outlines import lying

MakeMatch = Callable[..., Match]
SIDES = st.floats(0, 0.4)
BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES).map(lambda sides: (sides[0], sides[1], 1 - sides[2], 1 - sides[3]))
FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_canvas(affine: np.ndarray) -> list[float]:
    return [affine[0, 0], affine[1, 0], affine[0, 1], affine[1, 1], affine[0, 2], affine[1, 2]]


def boxed(box: tuple[float, ...], orientation: int) -> np.ndarray:
    """From fractions of a copy to those of the best one, of which it shows a box, turned."""
    left, top, right, bottom = box
    placed = np.array([[right - left, 0, left], [0, bottom - top, top]])
    turn = turning(orientation)
    return np.column_stack([placed[:, :2] @ turn[:, :2], placed[:, :2] @ turn[:, 2] + placed[:, 2]])


@FIXED
@given(box=BOXES, orientation=st.sampled_from(range(1, 9)))
@pytest.mark.parametrize("asked", ["the best", "the other"])
def test_a_copy_lies_where_it_was_cut_from_whichever_was_asked_for(
    match: MakeMatch, box: tuple[float, float, float, float], orientation: int, asked: str
) -> None:
    cut = boxed(box, orientation)
    width, height = 1200 * (box[2] - box[0]), 900 * (box[3] - box[1])
    # Half the size, so that the two are never of one size.
    size = (round(width / 2), round(height / 2)) if orientation < 5 else (round(height / 2), round(width / 2))
    if asked == "the best":
        found = transform_of(cut, (1200, 900), size)
    else:
        found = transform_of(inverse(cut), size, (1200, 900))

    at = lying(match("/l/b.jpg", found, size=size), match(size=(1200, 900)))

    assert at == pytest.approx(as_canvas(cut), abs=0.02)


@FIXED
@given(angle=st.floats(-40, 40))
def test_a_tilted_copy_lies_tilted(match: MakeMatch, angle: float) -> None:
    assume(abs(angle) > 1)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    # Pixels of a copy of 300 x 200 to pixels of the best one of 800 x 600, about both middles.
    turn = np.array([[cos, -sin], [sin, cos]])
    linear = np.diag([1 / 800, 1 / 600]) @ turn @ np.diag([300, 200])
    cut = np.column_stack([linear, np.array([0.5, 0.5]) - linear @ [0.5, 0.5]])

    at = lying(match("/l/b.jpg", transform_of(cut, (800, 600), (300, 200)), size=(300, 200)), match(size=(800, 600)))

    assert at == pytest.approx(as_canvas(cut), abs=0.02)


def test_a_transform_without_extent_is_taken_for_the_whole(match: MakeMatch) -> None:
    nothing = Transform(1, (0.5, 0.5, 0.5, 0.5), 0.0, 1.0)

    assert lying(match("/l/b.jpg", nothing), match()) == (1, 0, 0, 1, 0, 0)
