import numpy as np
from scipy.signal.windows import tukey

from pictured.marking.spectrum import SIDE, peaks, taper


def test_a_weak_wave_is_a_peak_at_its_frequency() -> None:
    y, x = np.mgrid[0:400, 0:600]
    plane = np.random.default_rng(0).normal(0, 1, x.shape) + 0.4 * np.cos(2 * np.pi * (90 * x - 60 * y) / SIDE)
    found = peaks(plane.astype(np.float32))
    assert found.shape == (SIDE, SIDE // 2 + 1)
    assert found[SIDE - 60, 90] == found.max()
    assert np.mean(found[SIDE - 60, 84:97] == found.max()) < 0.5


def test_planes_are_tapered_with_a_tukey_window() -> None:
    for side in (48, 113, 640):
        assert np.allclose(taper(side), tukey(side, 0.05), rtol=0, atol=1e-12)


def test_the_axes_are_blank() -> None:
    plane = np.tile(np.arange(200) // 10 % 2, (200, 1)).astype(np.float32)
    found = peaks(plane)
    assert (found[0] == 0).all()
    assert (found[:, 0] == 0).all()


def test_small_planes_have_a_map_too() -> None:
    assert np.isfinite(peaks(np.zeros((48, 60), np.float32))).all()


def test_a_strong_wave_is_highest_where_it_is_and_does_not_drown_the_weak() -> None:
    y, x = np.mgrid[0:400, 0:600]
    noise = np.random.default_rng(0).normal(0, 1, x.shape)
    weak = 0.15 * np.cos(2 * np.pi * (90 * x - 60 * y) / SIDE)
    strong = 9 * np.cos(2 * np.pi * (150 * x + 80 * y) / SIDE)
    found = peaks((noise + weak + strong).astype(np.float32))
    assert np.unravel_index(found.argmax(), found.shape) == (80, 150)
    assert found[80, 150] < 20 * found[SIDE - 60, 90]
