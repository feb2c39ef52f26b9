from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pictured.marking.luminance import luminance
from pictured.marking.whitening import whitened


def test_quiet_and_busy_places_come_out_alike(scene: Callable[..., np.ndarray]) -> None:
    even = whitened(luminance(scene()))
    assert even.shape == (300, 400)
    assert np.std(even[:100]) == pytest.approx(np.std(even[200:]), rel=0.4)


def test_brightness_and_contrast_do_not_matter(scene: Callable[..., np.ndarray]) -> None:
    plane = luminance(scene())
    one, other = whitened(plane), whitened(0.7 * plane + 30)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98


def test_a_plain_picture_holds_nothing() -> None:
    assert np.abs(whitened(np.full((70, 90), 130, np.float32))).max() < 0.1


def test_stripes_give_way_to_what_is_hidden_in_them() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (128, 128))
    hidden = (gaussian_filter(noise, 1.2) - gaussian_filter(noise, 3)).ravel()
    stripes = 100 + 60 * np.sin(2 * np.pi * 9 * np.arange(128) / 128)
    picture = (stripes + 8 * hidden.reshape(128, 128)).astype(np.float32)
    plain = np.corrcoef(picture.ravel(), hidden)[0, 1]
    assert np.corrcoef(whitened(picture).ravel(), hidden)[0, 1] > 5 * plain


@pytest.mark.parametrize("shape", [(48, 48), (49, 131), (64, 200)])
def test_any_shape_is_kept(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(0).normal(128, 20, shape).astype(np.float32)
    assert whitened(plane).shape == shape


def test_places_near_white_count_less() -> None:
    grain = np.random.default_rng(0).normal(0, 1.5, (96, 192)).astype(np.float32)
    plane = 128 + grain
    plane[:, 96:] += 124
    even = whitened(plane)
    assert np.std(even[:, 120:]) < 0.6 * np.std(even[:, :72])
