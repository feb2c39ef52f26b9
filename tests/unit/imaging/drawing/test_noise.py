import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.drawing.noise import fractal, ridged, sampled, smoothstep

fractions = st.floats(-3, 3, width=32)


@pytest.mark.parametrize("fall", [1.0, 2.5])
def test_noise_has_mean_0_and_deviation_1(fall: float) -> None:
    plane = fractal(np.random.default_rng(1), 64, fall)
    assert (plane.shape, plane.dtype) == ((64, 64), np.float32)
    assert abs(float(plane.mean())) < 1e-3
    assert abs(float(plane.std()) - 1) < 1e-3


def test_noise_that_falls_faster_is_smoother() -> None:
    rough, smooth = (fractal(np.random.default_rng(1), 64, fall) for fall in (1.0, 2.5))
    assert np.abs(np.diff(smooth)).mean() < 0.3 * np.abs(np.diff(rough)).mean()


@given(fractions, fractions)
def test_noise_repeats_beyond_its_edges(across: float, down: float) -> None:
    plane = fractal(np.random.default_rng(2), 16, 1.5)
    here = sampled(plane, np.float32([across]), np.float32([down]))
    beyond = sampled(plane, np.float32([across + 1]), np.float32([down - 2]))
    assert here == pytest.approx(beyond, abs=1e-3)


def test_noise_at_its_own_points_is_itself() -> None:
    plane = fractal(np.random.default_rng(3), 8, 1.0)
    down, across = np.mgrid[0:8, 0:8].astype(np.float32) / 8
    assert np.array_equal(sampled(plane, across, down), plane)


def test_ridges_crest_where_the_noise_is_0() -> None:
    plane = np.float32([[0, 1], [-1, 0]])
    down, across = np.mgrid[0:2, 0:2].astype(np.float32) / 2
    assert ridged(plane, across, down) == pytest.approx(np.array([[1, 0.1], [0.1, 1]]))


@given(st.floats(-10, 10, width=32), st.floats(-5, 5), st.floats(0.1, 5))
def test_a_smooth_step_goes_from_0_to_1_either_way(value: float, low: float, wide: float) -> None:
    up = float(smoothstep(np.float32(value), low, low + wide))
    down = float(smoothstep(np.float32(value), low + wide, low))
    assert 0 <= up <= 1
    assert up + down == pytest.approx(1, abs=1e-4)
