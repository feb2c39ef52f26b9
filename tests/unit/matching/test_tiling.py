from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pictured.matching.tiling import displaced, flattened, ground, motion, peak, tiles, untiled
from pictured.matching.warping import FRAME, blurred, warped

Photo = Callable[[str], Image.Image]
Values = NDArray[np.float32]
NAMES = ("astronaut", "coffee", "chelsea", "camera", "china", "flower")
EVERY = np.ones(64, np.bool_)
THERE = np.ones((FRAME, FRAME), np.bool_)


def grey(image: Image.Image) -> Values:
    return blurred(np.asarray(image.convert("L").resize((FRAME, FRAME), Image.Resampling.LANCZOS), np.float32), 1)


def noisy(picture: Values) -> Values:
    return picture + np.random.default_rng(4).normal(0, 4, picture.shape).astype(np.float32)


def shifted(picture: Values, pixels: float) -> Values:
    return warped(picture, np.array([[1, 0, pixels], [0, 1, 0]], np.float64))


def moving(base: Values, other: Values) -> tuple[float, float]:
    return motion(base, flattened(tiles(base)), flattened(tiles(other)), EVERY)


def test_tiles_are_squares_row_by_row() -> None:
    frame = np.arange(FRAME**2).reshape(FRAME, FRAME)

    assert tiles(frame).shape == (64, 144)
    assert np.array_equal(tiles(frame)[0].reshape(12, 12), frame[:12, :12])
    assert np.array_equal(tiles(frame)[13].reshape(12, 12), frame[12:24, 60:72])
    assert np.array_equal(tiles(untiled(np.arange(64)))[:, 77], np.arange(64))


@settings(deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 255), st.integers(0, 2**32 - 1))
def test_planes_leave_nothing_and_change_nothing(across: float, down: float, light: float, seed: int) -> None:
    y, x = np.mgrid[:FRAME, :FRAME]
    plane = (across * x + down * y + light).astype(np.float32)
    texture = np.random.default_rng(seed).normal(0, 20, (FRAME, FRAME)).astype(np.float32)

    assert np.abs(flattened(tiles(plane))).max() < 0.05
    assert np.abs(flattened(tiles(texture + plane)) - flattened(tiles(texture))).max() < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_a_small_shift_is_measured_and_explains_the_difference(photo: Photo, name: str) -> None:
    base = grey(photo(name))
    (far, much), (near, _), (_, little) = (
        moving(base, shifted(base, 0.6)),
        moving(base, shifted(base, 0.2)),
        moving(base, noisy(base)),
    )

    assert near < far < 1.2
    assert much > 0.6
    assert little < 0.2


def test_equal_frames_do_not_move(photo: Photo) -> None:
    base = grey(photo("coffee"))

    assert moving(base, base) == (0, 0)
    assert motion(base, flattened(tiles(base)), flattened(tiles(base)), ~EVERY) == (0, 0)


def moved_thing(base: Values, by: int) -> Values:
    """The same scene, in which a thing of three by three tiles lies a little further to the right."""
    thing = np.random.default_rng(6).normal(128, 60, (30, 30)).astype(np.float32)
    scene = base.copy()
    scene[33:63, 30 + by : 60 + by] = thing
    return blurred(scene, 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_thing_that_moved_is_found_again(photo: Photo, name: str) -> None:
    one, other = (moved_thing(grey(photo(name)), by) for by in (0, 4))
    unlike = np.zeros((8, 8), np.bool_)
    unlike[2:6, 2:6] = True

    assert displaced(one, other, unlike.ravel(), THERE) > 0.3


@pytest.mark.parametrize("name", NAMES)
def test_what_was_drawn_over_is_not_found_again(photo: Photo, name: str) -> None:
    base = grey(photo(name))
    over = base.copy()
    over[33:63, 30:60] = 0
    unlike = np.zeros((8, 8), np.bool_)
    unlike[2:6, 2:6] = True

    assert displaced(base, over, unlike.ravel(), THERE) < 0.3


def test_where_nothing_differs_nothing_is_displaced(photo: Photo) -> None:
    base = grey(photo("coffee"))

    assert displaced(base, base, ~EVERY, THERE) == 0
    assert displaced(base, base, EVERY, THERE) == 0
    assert displaced(base, shifted(base, 4), EVERY, ~THERE) == 0


def test_the_ground_is_the_share_that_has_one_tone(photo: Photo) -> None:
    random = np.random.default_rng(1)
    noise = random.uniform(0, 255, (FRAME, FRAME)).astype(np.float32)
    page = noise.copy()
    page[:, :48] = 200
    paper = page + random.normal(0, 0.5, page.shape).astype(np.float32)

    assert ground(noise, THERE) < 0.15
    assert ground(np.full_like(noise, 7), THERE) == 1
    assert 0.4 < ground(page, THERE) < 0.65
    assert 0.4 < ground(paper, THERE) < 0.65
    assert ground(grey(photo("astronaut")), THERE) < ground(page, THERE)


def test_the_peak_is_the_largest_difference_of_any_spot(photo: Photo) -> None:
    base = grey(photo("coffee"))
    spotted = base.copy()
    spotted[40:52, 30:42] = 255 - spotted[40:52, 30:42].mean()

    assert peak(base, base, THERE) == 0
    assert peak(base, 40 + base / 2, THERE) < 0.01
    assert peak(base, noisy(base), THERE) < 0.2 < peak(base, spotted, THERE)
