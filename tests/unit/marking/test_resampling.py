import numpy as np
import pytest

from pictured.marking.resampling import resized, weights


@pytest.mark.parametrize("after", [7, 50, 100, 133, 300])
def test_a_plain_line_stays_plain(after: int) -> None:
    assert np.allclose(weights(100, after).sum(axis=1), 1, atol=1e-5)


def test_the_same_size_changes_nothing() -> None:
    plane = np.random.default_rng(0).normal(0, 1, (9, 14)).astype(np.float32)
    assert np.allclose(resized(plane, 9, 14), plane, atol=1e-6)


def test_a_slope_keeps_its_place() -> None:
    line = np.tile(np.arange(100, dtype=np.float32), (5, 1))
    half = resized(line, 5, 50)
    assert np.allclose(half[:, 5:45], 2 * np.arange(50)[5:45] + 0.5, atol=1e-3)


def test_what_is_too_fine_is_averaged_away() -> None:
    stripes = np.tile(np.array([0.0, 200.0], np.float32), (4, 60))
    assert np.ptp(resized(stripes, 4, 30)[:, 4:-4]) < 2
