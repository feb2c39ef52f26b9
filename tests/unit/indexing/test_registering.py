from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from pictured.indexing.overlaying import View
from pictured.indexing.registering import Lie, registered

Photo = Callable[[str], Image.Image]


def view(image: Image.Image) -> View:
    grey = np.asarray(image.convert("L"))
    return View(grey, (0, 0, grey.shape[1], grey.shape[0]), image.size)


def corners(at: Lie) -> list[tuple[float, float]]:
    a, b, c, d, e, f = at
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]


@pytest.mark.parametrize("off", [0.0, 0.006, -0.012])
def test_a_cut_copy_is_placed_to_a_fraction_of_a_pixel(photo: Photo, off: float) -> None:
    best = photo("coffee")
    box = (90, 60, 480, 340)
    copy = best.crop(box).resize((260, 187), Image.Resampling.LANCZOS)
    true = (390 / 600, 0.0, 0.0, 280 / 400, 90 / 600, 60 / 400)

    found = registered(view(best), view(copy), (true[0] + off, 0.0, 0.0, true[3] - off, true[4] + off, true[5]))

    assert np.abs(np.subtract(corners(found), corners(true))).max() * 600 < 0.7


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_copy_of_the_whole_fills_it_exactly_however_it_is_turned(photo: Photo, turns: int) -> None:
    best = photo("coffee")
    copy = best.resize((300, 200), Image.Resampling.LANCZOS).rotate(90 * turns, expand=True)
    exact: list[Lie] = [(1, 0, 0, 1, 0, 0), (0, 1, -1, 0, 1, 0), (-1, 0, 0, -1, 1, 1), (0, -1, 1, 0, 0, 1)]
    rough = tuple(each + 0.003 for each in exact[turns])

    assert registered(view(best), view(copy), rough) == exact[turns]  # type: ignore[arg-type]


def test_where_too_little_agrees_it_stays_as_it_was(photo: Photo) -> None:
    at: Lie = (0.5, 0.0, 0.0, 0.5, 0.25, 0.25)

    assert registered(view(photo("coffee")), view(Image.new("RGB", (300, 200), "grey")), at) == at
    assert registered(view(photo("coffee")), view(photo("rocket")), (0.0,) * 6) == (0.0,) * 6  # type: ignore[comparison-overlap, arg-type]
