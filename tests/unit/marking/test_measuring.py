import numpy as np
import pytest
from skimage.metrics import structural_similarity

from pictured.marking.measuring import psnr, ssim


def test_the_similarity_is_that_of_scikit_image() -> None:
    rng = np.random.default_rng(0)
    plane = rng.uniform(0, 255, (60, 80)).astype(np.float32)
    change = rng.normal(0, 9, (60, 80)).astype(np.float32)
    _, known = structural_similarity(
        plane, plane + change, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, full=True
    )
    assert ssim(plane, change) == pytest.approx(float(known.mean()), abs=2e-3)


def test_no_change_is_perfect_likeness() -> None:
    assert ssim(np.full((20, 20), 77, np.float32), np.zeros((20, 20), np.float32)) == pytest.approx(1)


def test_an_error_of_one_step_is_48_db() -> None:
    assert psnr(1.0) == pytest.approx(48.13, abs=0.01)
