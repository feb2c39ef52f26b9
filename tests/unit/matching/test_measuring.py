from collections.abc import Callable
from dataclasses import astuple, fields
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity

from pictured.matching.measuring import Measures, Picture, marr_distance, measures
from pictured.matching.scales import SCALES, Measure

SIDE = 96
NAMES = ("astronaut", "coffee", "chelsea", "camera", "china")
ALL = np.ones((SIDE, SIDE), np.bool_)
SEEDS = st.integers(0, 2**32 - 1)


def small(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def drawn(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    """Anything from one plain value over a few to noise."""
    random = np.random.default_rng(seed)
    values = random.integers(0, 256, int(random.integers(1, 20)))
    return random.choice(values, (height, width)).astype(np.uint8)


def pairs(seed: int, height: int, width: int) -> tuple[Picture, Picture, NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    inside = random.random((height, width)) < random.choice([0.3, 0.9, 1.0])
    inside[random.integers(height), random.integers(width)] = True
    return drawn(seed + 1, height, width), drawn(seed + 2, height, width), inside


def ssim_slowly(first: Picture, second: Picture, inside: NDArray[np.bool_]) -> float:
    """Wang et al. 2004, equations 13 to 17, window by window."""
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    found = []
    for top in range(first.shape[0] - 10):
        for left in range(first.shape[1] - 10):
            window = np.s_[top : top + 11, left : left + 11]
            if not inside[window].all():
                continue
            x, y = first[window].astype(np.float64), second[window].astype(np.float64)
            x_mean, y_mean = (weights * x).sum(), (weights * y).sum()
            x_variance, y_variance = (weights * (x - x_mean) ** 2).sum(), (weights * (y - y_mean) ** 2).sum()
            covariance = (weights * (x - x_mean) * (y - y_mean)).sum()
            luminance = (2 * x_mean * y_mean + 6.5025) / (x_mean**2 + y_mean**2 + 6.5025)
            found.append(luminance * (2 * covariance + 58.5225) / (x_variance + y_variance + 58.5225))
    return float(np.mean(found))


def quadratic_chi_slowly(first: Picture, second: Picture) -> float:
    """Pele and Werman 2010, definition 1, term by term."""
    p, q = ([np.count_nonzero(each // 8 == b) / each.size for b in range(32)] for each in (first, second))
    alike = [[max(0.0, 1 - abs(i - j) / 3) for j in range(32)] for i in range(32)]
    scaled = []
    for i in range(32):
        weight = sum((p[c] + q[c]) * alike[c][i] for c in range(32))
        scaled.append((p[i] - q[i]) / weight**0.9 if weight else 0.0)
    return float(sum(scaled[i] * scaled[j] * alike[i][j] for i in range(32) for j in range(32)) ** 0.5)


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_every_measure_is_symmetric(seed: int, height: int, width: int) -> None:
    first, second, inside = pairs(seed, height, width)
    there, back = measures(first, second, inside), measures(second, first, inside)
    assert astuple(there) == pytest.approx(astuple(back), rel=1e-9, abs=1e-12)


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_a_picture_equals_itself(seed: int, height: int, width: int) -> None:
    picture, _, inside = pairs(seed, height, width)
    found = measures(picture, picture, inside)
    assert (found.mse, found.norm1, found.quadratic_chi) == (0, 0, 0)
    assert found.ssim == pytest.approx(1, abs=1e-12)
    plain = np.ptp(picture[inside]) == 0
    assert found.correlation == pytest.approx(0 if plain else 1, abs=1e-12)


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_every_measure_stays_on_its_scale(seed: int, height: int, width: int) -> None:
    found = measures(*pairs(seed, height, width))
    for field in fields(Measures):
        scale = SCALES[Measure(field.name)]
        assert scale.least <= getattr(found, field.name) <= scale.most


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_what_lies_outside_does_not_matter(seed: int, height: int, width: int) -> None:
    first, second, inside = pairs(seed, height, width)
    other = np.where(inside, first, 255 - first)
    assert measures(other, second, inside) == measures(first, second, inside)


@given(SEEDS)
def test_whole_and_fractional_values_are_measured_alike(seed: int) -> None:
    first, second, inside = pairs(seed, 30, 30)
    assert measures(first.astype(np.float32), second, inside) == measures(first, second, inside)


@given(SEEDS, st.integers(0, 2**576 - 1), st.integers(0, 2**576 - 1), st.integers(0, 2**576 - 1))
def test_the_distance_of_marr_hashes_is_a_metric(seed: int, first: int, second: int, third: int) -> None:
    one, two, three = (each.to_bytes(72) for each in (first, second, third))
    assert marr_distance(one, one) == 0
    assert marr_distance(one, two) == marr_distance(two, one) <= 576
    assert marr_distance(one, three) <= marr_distance(one, two) + marr_distance(two, three)
    flipped = np.unpackbits(np.frombuffer(one, np.uint8))
    changed = np.random.default_rng(seed).choice(576, 40, replace=False)
    flipped[changed] ^= 1
    assert marr_distance(one, np.packbits(flipped).tobytes()) == 40


def test_small_cases_can_be_counted_by_hand() -> None:
    first = np.array([[0, 10], [20, 30]], np.uint8)
    second = np.array([[0, 12], [16, 30]], np.uint8)
    found = measures(first, second, np.ones((2, 2), np.bool_))
    assert found.mse == 5
    assert found.norm1 == 1.5
    assert found.correlation == pytest.approx(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def test_black_and_white_are_as_far_apart_as_can_be() -> None:
    black = np.zeros((SIDE, SIDE), np.uint8)
    found = measures(black, black + 255, ALL)
    assert (found.mse, found.norm1, found.correlation) == (65025, 255, 0)
    assert found.ssim == pytest.approx(0, abs=1e-3)
    assert found.quadratic_chi == pytest.approx(2**0.5)


def test_a_negative_has_the_opposite_correlation(photo: Callable[[str], Image.Image]) -> None:
    picture = small(photo("camera"))
    found = measures(picture, 255 - picture, ALL)
    assert found.correlation == pytest.approx(-1)
    assert found.ssim < 0


@pytest.mark.parametrize("name", NAMES)
def test_ssim_is_that_of_its_source(photo: Callable[[str], Image.Image], name: str) -> None:
    picture = small(photo(name))
    noisy = np.asarray(cv2.add(cv2.GaussianBlur(picture, (5, 5), 0), drawn(4, SIDE, SIDE) // 16), np.uint8)
    inside = np.tri(SIDE, dtype=np.bool_)
    assert measures(picture, noisy, inside).ssim == pytest.approx(ssim_slowly(picture, noisy, inside), abs=1e-9)
    theirs = structural_similarity(
        picture, noisy, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )
    assert measures(picture, noisy, ALL).ssim == pytest.approx(theirs, abs=1e-9)


def test_where_no_window_fits_ssim_takes_all_pixels_as_one_window() -> None:
    first, second = drawn(5, 8, 40).astype(np.float64), drawn(6, 8, 40).astype(np.float64)
    (a, ab), (_, b) = np.cov(first.ravel(), second.ravel(), ddof=0)
    expected = (2 * first.mean() * second.mean() + 6.5025) / (first.mean() ** 2 + second.mean() ** 2 + 6.5025)
    expected *= (2 * ab + 58.5225) / (a + b + 58.5225)
    found = measures(first.astype(np.uint8), second.astype(np.uint8), np.ones((8, 40), np.bool_))
    assert found.ssim == pytest.approx(expected)


@pytest.mark.parametrize("name", NAMES[1:])
def test_quadratic_chi_is_that_of_its_source(photo: Callable[[str], Image.Image], name: str) -> None:
    first, second = small(photo(NAMES[0])), small(photo(name))
    assert measures(first, second, ALL).quadratic_chi == pytest.approx(quadratic_chi_slowly(first, second))


@pytest.mark.parametrize("name", NAMES)
def test_the_more_noise_the_worse_every_measure(photo: Callable[[str], Image.Image], name: str) -> None:
    picture = small(photo(name)).astype(np.float32)
    noise = np.random.default_rng(8).normal(0, 1, picture.shape)
    found = [
        measures(picture, np.clip(picture + strength * noise, 0, 255).astype(np.float32), ALL)
        for strength in (2, 6, 18, 54)
    ]
    for less, more in pairwise(found):
        assert less.mse < more.mse
        assert less.norm1 < more.norm1
        assert less.ssim > more.ssim
        assert less.correlation > more.correlation
    assert found[0].quadratic_chi < found[-1].quadratic_chi


def test_a_brighter_copy_keeps_its_correlation_but_not_its_values(photo: Callable[[str], Image.Image]) -> None:
    picture = small(photo("astronaut")).astype(np.float32) * 0.75
    found = measures(picture, picture + 50, ALL)
    assert found.correlation == pytest.approx(1)
    assert found.mse == pytest.approx(2500)
    assert found.norm1 == pytest.approx(50)


def test_without_a_pixel_in_common_there_is_nothing_to_measure() -> None:
    picture = drawn(1, SIDE, SIDE)
    with pytest.raises(ValueError, match="no pixel in common"):
        measures(picture, picture, ~ALL)
