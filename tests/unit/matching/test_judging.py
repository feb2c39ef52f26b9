from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from pictured.flow import Kind
from pictured.matching.judging import Placing, agrees, confidence, judged
from pictured.matching.orienting import ORIENTATIONS, Affine, turning
from pictured.matching.transforming import placing_of, transform_of
from pictured.matching.verifying import Evidence, compared

WHOLE = (0.0, 0.0, 1.0, 1.0)


def compared_with_itself() -> Evidence:
    picture = np.asarray(Image.fromarray(data.astronaut()).convert("L").resize((128, 128)))
    evidence = compared(picture, picture, np.eye(2, 3), rough=True)
    assert evidence is not None
    unseen = np.zeros((1, 1), np.float32)
    frames = (unseen, unseen, unseen > 0)
    return replace(evidence, ground=0.0, textured=60, shift=0.02, explained=0.05, displaced=0.0, frames=frames)


def lying(fractions: Affine) -> Placing:
    return placing_of(transform_of(fractions, (300, 300), (300, 300)), fractions, WHOLE)


GOOD = compared_with_itself()
LYING = lying(np.eye(2, 3))
RANK = {None: 0, Kind.SIMILAR: 1, Kind.EDITED: 2, Kind.SAME: 3}


def test_good_evidence_proves_the_same_picture() -> None:
    assert judged(GOOD, 0, 30, LYING) is Kind.SAME
    assert judged(GOOD, 40, None, LYING) is Kind.SAME


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"drift": 40.0}, None),
        ({"textured": 2}, None),
        ({"middle": 0.3, "low": 0.1, "worst": -0.2, "alike": 0.2}, None),
        ({"middle": 0.88, "low": 0.6, "worst": 0.1, "alike": 0.7, "correlation": 0.8}, Kind.SIMILAR),
        ({"explained": 0.8, "shift": 0.6}, Kind.SIMILAR),
        ({"explained": 0.3, "shift": 3.0}, Kind.SIMILAR),
        ({"displaced": 0.9, "peak": 0.3}, Kind.SIMILAR),
        ({"of_copy": 0.5}, Kind.EDITED),
        ({"of_look": 0.5}, Kind.EDITED),
        ({"alike": 0.78, "low": 0.75, "worst": -0.2}, Kind.EDITED),
    ],
)
def test_each_fault_weakens_the_verdict(fault: dict[str, float], kind: Kind | None) -> None:
    assert judged(replace(GOOD, **fault), 0, 30, LYING) is kind  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [{"shift": 0.2}, {"explained": 0.8}])
def test_a_difference_that_no_motion_explains_is_no_motion(fault: dict[str, float]) -> None:
    assert judged(replace(GOOD, **fault), 0, 30, LYING) is Kind.SAME  # type: ignore[arg-type]


def test_a_little_that_agrees_in_part_proves_nothing_without_features() -> None:
    skies = {"textured": 24, "strong": 13, "correlation": 0.995, "middle": 0.952, "low": 0.8, "ground": 0.24}
    laid = replace(GOOD, **skies, drift=8.3, of_copy=0.67)  # type: ignore[arg-type]

    assert judged(laid, 0, 72, LYING) is Kind.SIMILAR
    assert judged(laid, 30, None, LYING) is Kind.EDITED


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_query_that_stands_otherwise_is_edited(orientation: int) -> None:
    assert judged(GOOD, 0, 30, lying(turning(orientation))) is (Kind.SAME if orientation == 1 else Kind.EDITED)


def test_a_turned_query_is_edited() -> None:
    angle = np.radians(10)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shrunk = np.column_stack([0.8 * turn, 0.5 - 0.8 * turn @ (0.5, 0.5)])

    assert judged(replace(GOOD, of_look=0.64), 0, 30, lying(shrunk)) is Kind.EDITED


def test_each_showing_what_the_other_does_not_is_similar_and_one_of_them_is_edited() -> None:
    frame = replace(GOOD, of_copy=0.92, of_look=0.92)

    assert judged(frame, 0, 30, lying(np.array([[1, 0, 0.08], [0, 1, 0]]))) is Kind.SIMILAR
    assert judged(frame, 0, 30, lying(np.array([[0.92, 0, 0.08], [0, 0.92, 0]]))) is Kind.EDITED
    assert judged(frame, 0, 30, lying(np.array([[1.08, 0, -0.08], [0, 1.08, 0]]))) is Kind.EDITED


def test_what_is_mostly_ground_must_agree_everywhere() -> None:
    """Two pages of one letterhead agree in most tiles."""
    other_words = {"low": 0.8, "worst": 0.2, "alike": 0.85, "lowest": 0.1, "peak": 0.7}

    assert agrees(replace(GOOD, ground=0.7), 0)
    assert agrees(replace(GOOD, **other_words), 0)  # type: ignore[arg-type]
    assert not agrees(replace(GOOD, ground=0.7, **other_words), 0)  # type: ignore[arg-type]
    assert not agrees(replace(GOOD, ground=0.7, **other_words), 50)  # type: ignore[arg-type]


def test_a_caption_may_cover_some_of_a_photograph_whose_features_agree() -> None:
    captioned = replace(GOOD, low=0.5, worst=-0.3, alike=0.72)

    assert agrees(captioned, 50)
    assert judged(captioned, 50, None, LYING) is Kind.EDITED


UNIT = st.floats(0, 1)
IMPROVING = ("correlation", "middle", "low", "worst", "alike", "textured", "of_copy", "of_look")
WORSENING = ("drift",)
MOVING = ("shift", "explained", "displaced")


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    """Of photographs, with quantiles in their order and the share of alike tiles that these allow."""
    worst, low, middle = sorted(draw(st.tuples(UNIT, UNIT, UNIT)))
    bounds = ((worst, (0.95, 1.0)), (low, (0.75, 0.95)), (middle, (0.5, 0.75)), (1.0, (0.0, 0.5)))
    least, most = next(shares for quantile, shares in bounds if quantile > 0.7)
    return replace(
        GOOD,
        worst=worst,
        low=low,
        middle=middle,
        alike=draw(st.floats(least, most)),
        correlation=draw(st.floats(0.5, 1)),
        textured=draw(st.integers(0, 64)),
        drift=draw(st.floats(0, 16)),
        of_copy=draw(UNIT),
        of_look=draw(UNIT),
    )


@settings(max_examples=300, deadline=None)
@given(evidences(), evidences(), st.none() | st.integers(0, 104), st.integers(0, 60))
def test_better_evidence_never_gives_a_weaker_verdict(
    one: Evidence, other: Evidence, distance: int | None, inliers: int
) -> None:
    def extreme(of_improving: Callable[..., float], of_worsening: Callable[..., float]) -> Evidence:
        picked = dict.fromkeys(IMPROVING, of_improving) | dict.fromkeys(WORSENING, of_worsening)
        return replace(one, **{name: pick(getattr(one, name), getattr(other, name)) for name, pick in picked.items()})

    strong, weak = extreme(max, min), extreme(min, max)

    assert RANK[judged(strong, inliers, distance, LYING)] >= RANK[judged(weak, inliers, distance, LYING)]


@settings(max_examples=300, deadline=None)
@given(evidences(), st.tuples(st.floats(0, 1.5), UNIT, UNIT), st.tuples(st.floats(0, 1.5), UNIT, UNIT))
def test_more_motion_never_gives_a_stronger_verdict(
    evidence: Evidence, one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    calm = replace(evidence, **dict(zip(MOVING, map(min, one, other), strict=True)))
    lively = replace(evidence, **dict(zip(MOVING, map(max, one, other), strict=True)))

    assert RANK[judged(lively, 20, 30, LYING)] <= RANK[judged(calm, 20, 30, LYING)]


@settings(max_examples=300, deadline=None)
@given(evidences(), st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_more_features_that_agree_never_give_a_weaker_verdict(evidence: Evidence, inliers: tuple[int, int]) -> None:
    few, many = sorted(inliers)

    assert RANK[judged(evidence, many, None, LYING)] >= RANK[judged(evidence, few, None, LYING)]


@given(evidences(), evidences())
def test_confidence_is_never_that_of_equal_bytes_and_follows_the_tiles(one: Evidence, other: Evidence) -> None:
    assert 0 <= confidence(one) <= 0.99
    if one.middle <= other.middle and one.low <= other.low:
        assert confidence(one) <= confidence(other)
    assert confidence(replace(one, middle=-1.0, low=-1.0)) == 0
