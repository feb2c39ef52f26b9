import numpy as np
import pytest
from numpy.typing import NDArray

from pictured.imaging.rendering.histogram import Histogram, counted, packed
from pictured.imaging.rendering.reducing import reduced

SPACES = ["rgb", "oklab"]


def photograph(seed: int = 0) -> NDArray[np.uint8]:
    """Smooth shades with a little noise: some thousand colours, opaque."""
    y, x = np.mgrid[0:30, 0:40]
    shades = np.stack([120 + 100 * np.sin(x / 9), 120 + 100 * np.cos(y / 7), 2.0 * (x + y) % 256], axis=-1)
    noisy = np.clip(shades + np.random.default_rng(seed).normal(0, 6, shades.shape), 0, 255)
    return np.dstack([noisy, np.full(x.shape, 255)]).astype(np.uint8)


def histogram(pixels: NDArray[np.uint8]) -> Histogram:
    return counted(packed(pixels))


@pytest.mark.parametrize("space", SPACES)
def test_every_count_of_colours_is_met_exactly(space: str) -> None:
    found = histogram(photograph())
    for count in (*range(2, 12), 16, 17, 31, 32, 33, 64, 127, 128, 255, 256):
        table, places = reduced(found, count, space, 0)
        assert len(np.unique(table, axis=0)) == count
        assert np.array_equal(np.unique(places), np.arange(count))


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [2, 3, 16, 100, 255, 256])
def test_crowded_colours_are_still_told_apart(space: str, count: int) -> None:
    grid = np.stack(np.meshgrid(*[np.arange(100, 107)] * 3), axis=-1).reshape(-1, 3)
    found = histogram(np.hstack([grid, np.full((len(grid), 1), 255)]).astype(np.uint8))
    table, places = reduced(found, count, space, 0)
    assert len(np.unique(table, axis=0)) == count
    assert len(np.unique(places)) == count


@pytest.mark.parametrize("count", [2, 16, 256])
def test_a_picture_with_just_as_many_colours_stays_as_it_is(count: int) -> None:
    colours = np.random.default_rng(0).choice(1 << 24, count, replace=False).astype("<u4") | np.uint32(0xFF000000)
    found = histogram(np.repeat(colours.view(np.uint8).reshape(-1, 4), 3, axis=0))
    table, places = reduced(found, count, "rgb", 0)
    assert len(table) == count
    assert np.array_equal(table[places], found.colours)


def test_one_colour_more_than_there_may_be() -> None:
    colours = (np.arange(257, dtype=np.uint32) * 65_537) | np.uint32(0xFF000000)
    table, places = reduced(histogram(colours.view(np.uint8).reshape(-1, 4)), 256, "rgb", 0)
    assert len(np.unique(table, axis=0)) == 256
    assert len(np.unique(places)) == 256


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [2, 3, 16, 256])
def test_what_is_transparent_gets_one_entry_and_nothing_else_does(space: str, count: int) -> None:
    pixels = photograph()
    pixels[:10] = 0
    found = histogram(pixels)
    table, places = reduced(found, count, space, 0)
    assert len(table) == count
    assert table[0].tolist() == [0, 0, 0, 0]
    assert (table[1:, 3] == 255).all()
    assert np.array_equal(places == 0, found.colours[:, 3] == 0)


def test_half_transparency_is_kept_about_as_it_is() -> None:
    pixels = photograph()
    pixels[..., 3] = np.linspace(1, 255, 40)
    found = histogram(pixels)
    table, places = reduced(found, 64, "rgb", 0)
    away = np.abs(table[places][:, 3].astype(int) - found.colours[:, 3])
    assert np.average(away, weights=found.counts) < 16
    assert (np.diff(table[:, 3].astype(int)) >= 0).all()


def test_the_table_goes_from_dark_to_light() -> None:
    table = reduced(histogram(photograph()), 16, "rgb", 0)[0]
    luma = table[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luma) >= 0).all()


def test_the_same_seed_gives_the_same_table() -> None:
    found = histogram(photograph())
    assert np.array_equal(reduced(found, 20, "rgb", 3)[0], reduced(found, 20, "rgb", 3)[0])


@pytest.mark.parametrize("count", [40])
def test_it_is_as_near_as_k_means_over_all_pixels(count: int) -> None:
    from sklearn.cluster import KMeans

    pixels = photograph()
    found = histogram(pixels)
    table, places = reduced(found, count, "rgb", 0)
    plain = pixels[..., :3].reshape(-1, 3).astype(np.float64)
    peer = KMeans(count, n_init=1, random_state=0).fit(plain)
    error = ((found.colours.astype(float) - table[places]) ** 2).sum(axis=1) @ found.counts
    assert error < 10**0.01 * peer.inertia_
