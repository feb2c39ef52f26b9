import numpy as np

from pictured.marking.masking import mask


def test_busy_places_hide_more_than_quiet_ones() -> None:
    plane = np.full((80, 160), 128, np.float32)
    plane[:, 80:] += np.random.default_rng(0).normal(0, 12, (80, 80))
    found = mask(plane)
    assert 0.5 < found[:, :60].mean() < 0.7
    assert found[:, 100:].mean() > 3


def test_next_to_nothing_goes_into_white_and_black() -> None:
    for level in (0, 255):
        assert mask(np.full((40, 40), level, np.float32)).max() < 0.35


def test_nothing_hides_more_than_14_times() -> None:
    assert mask(np.random.default_rng(0).normal(128, 90, (80, 80)).astype(np.float32)).max() <= 14


def test_a_plain_place_beside_a_busy_one_stays_quiet() -> None:
    plane = np.full((80, 160), 128, np.float32)
    plane[:, 80:] += np.random.default_rng(0).normal(0, 40, (80, 80))
    found = mask(plane)
    assert found[:, 70:76].mean() < 0.25 * found[:, 100:].mean()
