import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.imaging.rendering.histogram import coarse, counted, looked_up, packed, unpacked


@given(seed=st.integers(0, 100), count=st.integers(1, 500))
@settings(max_examples=30)
def test_every_colour_is_counted_once(seed: int, count: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 4, (count, 4)).astype(np.uint8)
    found = counted(packed(pixels))
    expected = {tuple(pixel): 0 for pixel in pixels.tolist()}
    for pixel in pixels.tolist():
        expected[tuple(pixel)] += 1
    told = dict(zip(map(tuple, found.colours.tolist()), found.counts.tolist(), strict=True))
    assert told == expected


def test_keys_are_colours() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4)).astype(np.uint8)
    assert np.array_equal(unpacked(packed(pixels)), pixels.reshape(-1, 4))


def test_large_pictures_are_counted_in_pieces() -> None:
    pixels = np.random.default_rng(0).integers(0, 8, (1 << 20 | 77, 4)).astype(np.uint8)
    keys = packed(pixels)
    found = counted(keys)
    assert found.counts.sum() == len(pixels)
    assert np.array_equal(np.unique(keys), found.keys)
    values = (np.arange(len(found.keys)) % 251).astype(np.uint8)
    assert np.array_equal(looked_up(keys, found, values), values[np.searchsorted(found.keys, keys)])


def test_cells_hold_what_agrees_in_the_first_bits() -> None:
    pixels = np.array([[0, 0, 0, 255], [7, 7, 7, 255], [8, 0, 0, 255], [0, 0, 8, 255]], dtype=np.uint8)
    found = counted(packed(pixels))
    cells = dict(zip(map(tuple, found.colours.tolist()), coarse(found, 5).tolist(), strict=True))
    assert cells[0, 0, 0, 255] == cells[7, 7, 7, 255]
    assert len(set(cells.values())) == 3
    assert set(cells.values()) == {0, 1, 2}
