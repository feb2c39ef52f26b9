from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pictured.matching.orienting import Affine, product
from pictured.matching.warping import FRAME, Pair, blurred, inside, overlap, refined, softened, tone_curve, warped

Photo = Callable[[str], Image.Image]
Values = NDArray[np.float32]
NAMES = ("astronaut", "coffee", "chelsea", "camera", "china", "flower")
STILL = np.eye(2, 3)


def grey(image: Image.Image, size: tuple[int, int] = (FRAME, FRAME)) -> Values:
    return np.asarray(image.convert("L").resize(size, Image.Resampling.LANCZOS), np.float32)


def shifted(x: float, y: float = 0) -> Affine:
    return np.array([[1, 0, x], [0, 1, y]], np.float64)


def corners_apart(one: Affine, other: Affine) -> float:
    corners = np.array([[0, FRAME, FRAME, 0], [0, 0, FRAME, FRAME], [1, 1, 1, 1]])
    return float(np.abs((one - other) @ corners).max())


def test_equal_pictures_share_everything() -> None:
    shared = overlap((96, 128), (288, 384), np.array([[3, 0, 1], [0, 3, 1]], np.float64))

    assert shared is not None
    assert (shared.of_copy, shared.of_look) == pytest.approx((1, 1), abs=0.01)
    assert shared.framing == pytest.approx(np.array([[128 / 96, 0, 1 / 6], [0, 1, 0]]), abs=0.01)


def test_a_look_at_a_part_shares_a_part() -> None:
    shared = overlap((100, 100), (100, 100), np.array([[2, 0, 0.5], [0, 2, 0.5]]))

    assert shared is not None
    assert (shared.of_copy, shared.of_look) == pytest.approx((0.25, 1), abs=0.01)
    other = overlap((100, 100), (100, 100), shifted(50))
    assert other is not None
    assert (other.of_copy, other.of_look) == pytest.approx((0.5, 0.5), abs=0.01)


@pytest.mark.parametrize("affine", [shifted(200), shifted(0, -500), np.zeros((2, 3)), np.array([[1, 1, 0], [1, 1, 0]])])
def test_what_does_not_meet_shares_nothing(affine: Affine) -> None:
    assert overlap((100, 100), (100, 100), affine.astype(np.float64)) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(-4, 4), min_size=4, max_size=4),
    st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    st.tuples(st.integers(1, 128), st.integers(1, 128)),
    st.tuples(st.integers(1, 384), st.integers(1, 384)),
)
def test_shares_are_shares_whatever_the_map(
    linear: list[float], shift: tuple[float, float], copy: tuple[int, int], look: tuple[int, int]
) -> None:
    shared = overlap(copy, look, np.column_stack([np.array(linear).reshape(2, 2), shift]))

    if shared is not None:
        assert 0 <= shared.of_copy <= 1.01
        assert 0 <= shared.of_look <= 1.01
        assert np.linalg.det(shared.framing[:, :2]) > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rough", [False, True])
def test_the_search_finds_a_small_shift_and_squeeze(photo: Photo, name: str, rough: bool) -> None:  # noqa: FBT001
    look = grey(photo(name), (192, 192))
    truth = np.array([[1.92, 0.03, 4], [-0.02, 1.97, 2]])
    base = blurred(warped(look, truth), 1)
    begin = product(truth, shifted(1.5, -1.2))

    found = refined(Pair(base, look, begin, 1, 1), begin, rough=rough)

    assert found is not None
    assert corners_apart(found, truth) < 0.5 < corners_apart(begin, truth)


def test_a_rough_search_reaches_further(photo: Photo) -> None:
    look = grey(photo("astronaut"), (192, 192))
    truth = np.array([[1.9, 0, 4], [0, 1.9, 4]])
    begin = product(truth, shifted(5, 4))

    found = refined(Pair(blurred(warped(look, truth), 1), look, begin, 1, 1), begin, rough=True)

    assert found is not None
    assert corners_apart(found, truth) < 1


@pytest.mark.parametrize("rough", [False, True])
def test_the_search_gives_up_where_there_is_nothing_to_see(rough: bool) -> None:  # noqa: FBT001
    plain = np.full((FRAME, FRAME), 128, np.float32)

    found = refined(Pair(plain, plain, STILL, 1, 1), STILL, rough=rough)

    assert found is None or np.isfinite(found).all()


def test_laying_with_the_identity_changes_nothing(photo: Photo) -> None:
    picture = grey(photo("coffee"))

    assert warped(picture, STILL) == pytest.approx(picture)
    assert warped(picture, shifted(3))[:, :-3] == pytest.approx(picture[:, 3:])
    assert (warped(picture, shifted(3))[:, -3:] == picture[:, -1:]).all()


def test_inside_is_where_a_pixel_has_a_counterpart() -> None:
    there = inside((FRAME, FRAME), shifted(10, -5))

    assert there.sum() == (FRAME - 10) * (FRAME - 5)
    assert not there[:5].any()
    assert not there[:, -10:].any()
    assert inside((7, 9), shifted(-0.4, 0.4)).sum() == 7 * 9


def test_only_what_will_be_made_smaller_is_softened(photo: Photo) -> None:
    picture = grey(photo("coffee"))

    assert softened(picture, 1.1) is picture
    assert softened(picture, 4).std() < softened(picture, 2).std() < picture.std()


def test_the_search_goes_by_what_counts(photo: Photo) -> None:
    """What was drawn over a picture would draw the alignment with it."""
    look = grey(photo("astronaut"), (192, 192))
    truth = np.array([[1.92, 0, 4], [0, 1.97, 2]])
    base = blurred(warped(look, truth), 1)
    drawn = base.copy()
    drawn[:, 60:] = drawn[::-1, 60:]
    begin = product(truth, shifted(1.5, -1.2))
    left = np.zeros((FRAME, FRAME), np.bool_)
    left[:, :55] = True

    found = refined(Pair(drawn, look, begin, 1, 1), begin, rough=False, by=left)

    assert found is not None
    assert corners_apart(found, truth) < 1


def test_another_gamma_and_contrast_are_undone(photo: Photo) -> None:
    model = grey(photo("chelsea"))
    other = 40 + 150 * (model / 255) ** 1.8
    there = np.ones_like(model, np.bool_)
    curve = tone_curve(other, model, there)

    assert np.abs(curve.applied(other) - model).mean() < 1.5
    assert curve.applied(other).dtype == np.float32


def test_a_curve_is_straight_where_only_brightness_and_contrast_differ(photo: Photo) -> None:
    model = grey(photo("chelsea"))
    there = np.ones_like(model, np.bool_)

    assert tone_curve(40 + model / 2, model, there).straight == pytest.approx(1)
    assert tone_curve(255 * (model / 255) ** 3, model, there).straight < 0.99


def test_where_nothing_is_shared_tones_stay(photo: Photo) -> None:
    picture = grey(photo("chelsea"))
    curve = tone_curve(picture, picture / 2, np.zeros_like(picture, np.bool_))

    assert curve.applied(picture) is picture
    assert tone_curve(picture, np.full_like(picture, 7), picture > 0).straight == 1
