from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.rendering.searching import lowest_quality


def counted(score: Callable[[int], float]) -> tuple[Callable[[int], float], list[int]]:
    asked: list[int] = []

    def at(quality: int) -> float:
        asked.append(quality)
        return score(quality)

    return at, asked


def curve(quality: int) -> float:
    return 100 - (101 - quality) ** 1.2 / 2.5


def test_a_smooth_curve_is_found_in_five_trials() -> None:
    for target in (60.0, 77.0, 87.0):
        at, asked = counted(curve)
        found = lowest_quality(at, target, 70, within=(5, 98))
        assert found is not None
        assert 0 <= curve(found) - target < 1
        assert len(asked) <= 5


def test_a_target_out_of_reach_is_none() -> None:
    assert lowest_quality(lambda quality: quality / 2, 87, 80, within=(5, 98)) is None


def test_a_picture_that_is_always_good_takes_the_lowest_quality() -> None:
    found = lowest_quality(lambda _: 99.0, 87, 80, within=(5, 98))
    assert found is not None
    assert found <= 10


@given(
    st.integers(1, 100).flatmap(lambda step: st.tuples(st.just(step), st.integers(0, 100))),
    st.integers(5, 98),
)
def test_what_is_found_meets_the_target_and_nothing_is_tried_twice(where: tuple[int, int], guess: int) -> None:
    step, slope = where

    def score(quality: int) -> float:
        return (80 if quality >= step else 40) + quality * slope / 1000

    at, asked = counted(score)
    found = lowest_quality(at, 78, guess, within=(5, 98))
    assert len(asked) == len(set(asked))
    assert all(5 <= quality <= 98 for quality in asked)
    if score(98) >= 78:
        assert found is not None
        assert score(found) >= 78
    else:
        assert found is None
