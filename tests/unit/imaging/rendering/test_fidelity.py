import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from pictured.imaging.rendering.fidelity import psnr, ssim


def pair(height: int = 90, width: int = 70) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:height, 0:width]
    one = np.stack([x * 3 % 256, y * 2 % 256, (x + y) % 256], axis=-1).astype(np.uint8)
    noise = np.random.default_rng(0).integers(-9, 10, one.shape)
    return one, np.clip(one + noise, 0, 255).astype(np.uint8)


def test_psnr_is_that_of_the_field() -> None:
    one, other = pair()
    assert psnr(one, other) == pytest.approx(peak_signal_noise_ratio(one, other), abs=1e-4)


@pytest.mark.parametrize("height", [30, 90, 266, 267, 700])
def test_ssim_is_that_of_the_field(height: int) -> None:
    one, other = pair(height)
    luma = [each.astype(np.float64) @ [0.299, 0.587, 0.114] for each in (one, other)]
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    assert ssim(one, other) == pytest.approx(structural_similarity(*luma, **settings), abs=1e-4)


def test_equal_pictures_have_no_noise() -> None:
    one, _ = pair()
    assert psnr(one, one) is None
    assert ssim(one, one) == pytest.approx(1)


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (50, 3), (10, 10), (11, 11)])
def test_tiny_pictures_are_measured_too(size: tuple[int, int]) -> None:
    one, other = pair(*size)
    assert -1 <= ssim(one, other) <= 1


def test_colour_that_nobody_sees_does_not_count() -> None:
    one, other = (np.dstack([each, np.zeros(each.shape[:2], dtype=np.uint8)]) for each in pair())
    assert psnr(one, other) is None
    assert ssim(one, other) == pytest.approx(1)
