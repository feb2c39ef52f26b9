from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pictured.indexing.displacing import displaced
from pictured.indexing.overlaying import Overlay

Photo = Callable[[str], Image.Image]


def pair(copy: Image.Image, query: Image.Image) -> Overlay:
    first, second = (np.asarray(each.convert("L")) for each in (copy, query))
    return Overlay(first, second, np.ones(first.shape, np.bool_), np.eye(2, 3), np.eye(2, 3), 1.0)


@pytest.fixture
def scene(photo: Photo) -> Callable[[int, int], Image.Image]:
    """A cat's face over a cup of coffee, at a place."""

    def paint(x: int, y: int) -> Image.Image:
        ground = photo("coffee").resize((480, 320))
        ground.paste(photo("chelsea").crop((120, 40, 260, 160)), (x, y))
        return ground

    return paint


def test_a_thing_that_has_moved_is_found_in_both(scene: Callable[[int, int], Image.Image]) -> None:
    seen = displaced(pair(scene(150, 90), scene(168, 80)))

    assert seen.least > 5
    assert seen.share > 0.3


def test_what_is_drawn_over_has_not_moved(photo: Photo) -> None:
    copy = photo("coffee").resize((480, 320))
    query = copy.copy()
    draw = ImageDraw.Draw(query)
    draw.ellipse((60, 60, 200, 160), fill=(200, 30, 40))
    draw.text((240, 200), "holiday 2019", fill="white", font_size=40)

    assert displaced(pair(copy, query)).share < 0.2
    assert displaced(pair(query, copy)).share < 0.2


def test_nothing_differs_between_equals(photo: Photo) -> None:
    seen = displaced(pair(photo("coffee"), photo("coffee")))

    assert (seen.least, seen.both, seen.share) == (0, 0, 0.0)


def test_noise_is_found_nowhere(photo: Photo) -> None:
    rng = np.random.default_rng(1)
    values: NDArray[np.uint8] = rng.integers(0, 255, (320, 480), np.uint8)

    assert displaced(pair(photo("coffee").resize((480, 320)), Image.fromarray(values))).share < 0.1
