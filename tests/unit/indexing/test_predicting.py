from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.predicting import DEAD_BAND, Predictor, compared, predictor

Grey = NDArray[np.float32]
NAMES = ("astronaut", "coffee", "chelsea", "china", "flower")


def of(picture: Grey) -> Predictor:
    return predictor([picture[top : top + 96, left : left + 96] for top in (60, 150) for left in (60, 150, 240)])


def grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"), np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0])
def test_a_picture_holds_more_than_its_blurred_copy(
    photo: Callable[[str], Image.Image], name: str, sigma: float
) -> None:
    picture = grey(photo(name))
    blurred = cv2.GaussianBlur(picture, (0, 0), sigma).round().astype(np.float32)
    assert compared(of(picture), of(blurred)).ratio > DEAD_BAND


@pytest.mark.parametrize("name", NAMES)
def test_sharpening_adds_no_detail_and_is_seen(photo: Callable[[str], Image.Image], name: str) -> None:
    picture = grey(photo(name))
    sharp = np.clip(picture + 1.5 * (picture - cv2.GaussianBlur(picture, (0, 0), 2.0)), 0, 255).astype(np.float32)
    seen = compared(of(sharp), of(picture))
    assert seen.ratio < DEAD_BAND
    assert seen.first.amplification > 1.2 > seen.second.amplification


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("strength", [5.0, 20.0])
def test_noise_is_told_from_detail(photo: Callable[[str], Image.Image], name: str, strength: float) -> None:
    picture = cv2.GaussianBlur(grey(photo(name)), (0, 0), 0.8)
    noise = np.random.default_rng(5).normal(0, strength, picture.shape)
    seen = compared(of((picture + noise).astype(np.float32)), of(picture.astype(np.float32)))
    assert seen.first.noise
    assert not seen.second.noise


@given(seed=st.integers(0, 2**32 - 1), gain=st.floats(0.5, 1.5))
@settings(max_examples=20, deadline=None)
def test_swapping_two_pictures_negates_the_ratio(seed: int, gain: float) -> None:
    random = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(random.uniform(0, 255, (400, 400)).astype(np.float32), (0, 0), 2.0)
    other = (gain * cv2.GaussianBlur(picture, (0, 0), 1.0)).astype(np.float32)
    assert compared(of(picture), of(other)).ratio == pytest.approx(-compared(of(other), of(picture)).ratio, abs=1e-6)


@pytest.mark.parametrize("value", [0, 128, 255])
def test_pictures_of_one_colour_prove_nothing(value: int) -> None:
    flat = np.full((400, 400), value, np.float32)
    assert compared(of(flat), of(flat)).ratio == 0
