from collections.abc import Callable

import numpy as np
import pytest

from pictured.marking.embedding import Visibility, embed, usual, utmost
from pictured.marking.luminance import luminance
from pictured.marking.marks import PUBLIC
from pictured.marking.measuring import ssim
from pictured.marking.reading import read

KEY = bytes(range(100, 132))
Scene = Callable[..., np.ndarray]


def test_the_picture_keeps_its_shape_depth_and_look(scene: Scene) -> None:
    picture = scene()
    made = embed(picture, KEY)
    assert made.picture.shape == picture.shape
    assert made.picture.dtype == picture.dtype
    assert made.ssim >= 0.985
    assert made.psnr > 34
    assert made.margin_db > 2


@pytest.mark.parametrize("form", ["grey", "16 bits", "alpha", "float"])
def test_every_kind_of_picture_takes_a_mark(form: str, scene: Scene) -> None:
    picture = scene()
    match form:
        case "grey":
            picture = picture[..., 1]
        case "16 bits":
            picture = picture.astype(np.uint16) * 257
        case "alpha":
            picture = np.dstack([picture, np.full(picture.shape[:2], 99, np.uint8)])
        case _:
            picture = picture.astype(np.float32)
    made = embed(picture, KEY)
    assert made.picture.shape == picture.shape
    assert made.picture.dtype == picture.dtype
    assert read(made.picture).key == KEY
    if form == "alpha":
        assert (made.picture[..., 3] == 99).all()


def test_the_picture_that_was_given_stays(scene: Scene) -> None:
    picture = scene()
    before = picture.copy()
    embed(picture, KEY)
    assert np.array_equal(picture, before)


def test_quiet_places_change_less_than_busy_ones(scene: Scene) -> None:
    picture = scene()
    change = luminance(embed(picture, KEY).picture) - luminance(picture)
    assert np.std(change[:90]) < 0.7 * np.std(change[200:])


def test_the_limits_are_kept(scene: Scene) -> None:
    picture = scene()
    assert embed(picture, KEY, visibility=Visibility(0.995, 9, 30)).ssim >= 0.9945
    assert embed(picture, KEY, visibility=Visibility(0.9, 9, 44)).psnr >= 43.8


def test_the_same_picture_and_key_give_the_same_pixels(scene: Scene) -> None:
    assert np.array_equal(embed(scene(), KEY).picture, embed(scene(), KEY, PUBLIC).picture)


def test_a_plain_picture_has_no_margin() -> None:
    assert embed(np.full((200, 300), 255, np.uint8), KEY).margin_db < 1.5


def test_small_pictures_may_show_more() -> None:
    assert usual(200_000).ssim < usual(1_000_000).ssim < usual(8_000_000).ssim
    assert usual(200_000).quiet > usual(8_000_000).quiet


def test_a_picture_that_leaves_little_margin_shows_more() -> None:
    assert utmost(200_000) == usual(200_000)
    picture = np.random.default_rng(2).normal(128, 40, (900, 1200)).clip(0, 255).astype(np.uint8)
    quiet, loud = embed(picture, KEY, visibility=usual(picture.size)), embed(picture, KEY)
    assert utmost(picture.size).ssim < usual(picture.size).ssim
    assert loud.psnr < quiet.psnr - 0.5
    assert loud.margin_db > quiet.margin_db
    assert loud.ssim >= utmost(picture.size).ssim - 0.0005


def test_the_similarity_told_is_that_of_the_pixels(scene: Scene) -> None:
    picture = scene()[..., 1]
    made = embed(picture, KEY)
    before = picture.astype(np.float32)
    assert made.ssim == pytest.approx(ssim(before, made.picture.astype(np.float32) - before), abs=0.001)
