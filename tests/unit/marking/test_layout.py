import hashlib

import numpy as np

from pictured.marking.layout import PILOTS, layout_of, radii, tilted


def test_every_wave_is_used_once() -> None:
    layout = layout_of(b"s")
    waves = {tuple(wave) for wave in np.concatenate([layout.pilots, layout.data]).tolist()}
    assert len(waves) == len(layout.pilots) + len(layout.data)
    assert all((-k1, -k2) not in waves for k1, k2 in waves)
    assert all(6 <= np.hypot(*wave) <= 28 for wave in waves)


def test_pilots_are_spread_in_direction_and_frequency() -> None:
    pilots = layout_of(b"s").pilots
    assert len(pilots) == PILOTS
    sectors = np.floor(np.arctan2(pilots[:, 1], pilots[:, 0]) / np.pi * PILOTS + 1e-9) % PILOTS
    assert sorted(sectors.tolist()) == list(range(PILOTS))
    counts, _ = np.histogram(radii(pilots), [8.9, 11.43, 14.4, 18.2, 23.1])
    assert counts.tolist() == [4, 4, 4, 4]


def test_the_order_is_a_permutation_of_the_dimensions() -> None:
    layout = layout_of(b"s")
    assert sorted(layout.order.tolist()) == list(range(2 * len(layout.data)))


def test_the_layout_is_the_one_that_marks_were_made_with() -> None:
    layout = layout_of(b"pictured public mark")
    told = [layout.pilots.tolist(), layout.order[:20].tolist(), np.round(layout.phases, 6).tolist()]
    assert hashlib.sha256(repr(told).encode()).hexdigest()[:16] == "7e52371eb582ca19"


def test_another_secret_gives_another_layout() -> None:
    assert not np.array_equal(layout_of(b"s").pilots, layout_of(b"t").pilots)


def test_higher_waves_are_stronger() -> None:
    assert tilted(np.array([[15, 0]])) == 1
    assert tilted(np.array([[28, 0]])) > 1
