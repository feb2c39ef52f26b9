import numpy as np
import pytest

from pictured.errors import Refused
from pictured.imaging.rendering.dithering import dithered

BLACK, WHITE, CLEAR = [0, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0]


def grey(level: int, size: int = 40) -> np.ndarray:
    return np.full((size, size, 4), [level, level, level, 255], dtype=np.uint8)


@pytest.mark.parametrize("level", [32, 64, 128, 200])
def test_the_mean_is_kept(level: int) -> None:
    table = np.array([BLACK, WHITE], dtype=np.uint8)
    found = dithered(grey(level), table, np.zeros((40, 40), dtype=np.uint8))
    assert table[found][..., 0].mean() == pytest.approx(level, abs=6)


def test_what_is_transparent_stays_so() -> None:
    pixels = grey(128)
    pixels[:10] = 0
    table = np.array([CLEAR, BLACK, WHITE], dtype=np.uint8)
    found = dithered(pixels, table, np.zeros((40, 40), dtype=np.uint8))
    assert (found[:10] == 0).all()
    assert set(np.unique(found[10:])) == {1, 2}


def test_a_colour_that_would_get_lost_is_kept() -> None:
    table = np.array([BLACK, [120, 255, 0, 255], WHITE], dtype=np.uint8)
    places = np.zeros((40, 40), dtype=np.uint8)
    places[7, 9] = 1
    found = dithered(grey(128), table, places)
    assert np.array_equal(np.unique(found), [0, 1, 2])


def test_half_transparency_is_refused() -> None:
    table = np.array([[0, 0, 0, 100], WHITE], dtype=np.uint8)
    with pytest.raises(Refused, match="half-transparent"):
        dithered(grey(128), table, np.zeros((40, 40), dtype=np.uint8))
