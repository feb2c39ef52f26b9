import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, TooLarge
from pictured.flow import Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Tile
from pictured.indexing.closeups import closeup, full, lie
from pictured.indexing.registering import Lie

LIMITS = DecodingLimits(pixels=10**7, memory=10**9)
WHOLE: Lie = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Photo = Callable[[str], Image.Image]


def kept(path: Path, image: Image.Image) -> tuple[Path, Stamp]:
    image.save(path)
    return path, stamp_of(path)


def seen(tile: Tile) -> Image.Image:
    with Image.open(io.BytesIO(tile.webp), formats=["WEBP"]) as image:
        assert image.size == (tile.width, tile.height)
        return image.convert("RGB")


def test_the_part_is_where_the_two_differ_pixel_by_pixel(tmp_path: Path, photo: Photo) -> None:
    best = photo("coffee")
    drawn = best.copy()
    ImageDraw.Draw(drawn).rectangle((440, 300, 500, 340), fill="white")

    found = closeup(
        kept(tmp_path / "a.png", best), kept(tmp_path / "b.png", drawn), WHOLE, LIMITS,
        side=160, most=60_000, pixels=10**7,
    )  # fmt: skip

    left, top, right, bottom = (round(each) for each in np.multiply(found.where, (600, 400, 600, 400)))
    assert (right - left, bottom - top) == (found.best.width, found.best.height) == (160, 160)
    assert left <= 450
    assert right >= 490
    assert top <= 310
    assert bottom >= 330
    ours = np.asarray(best.crop((left, top, right, bottom)), float)
    assert np.abs(np.asarray(seen(found.best)) - ours).mean() < 6
    a, _, _, d, e, f = found.at
    box = np.array([left + e * 160, top + f * 160, left + (a + e) * 160, top + (d + f) * 160]).round().astype(int)
    theirs = np.asarray(drawn.crop(tuple(box)), float)
    assert np.abs(np.asarray(seen(found.copy)) - theirs).mean() < 6


def test_a_smaller_copy_gives_as_many_pixels_as_it_has(tmp_path: Path, photo: Photo) -> None:
    best = photo("coffee")
    pair = kept(tmp_path / "a.png", best), kept(tmp_path / "b.png", best.resize((300, 200)))

    found = closeup(*pair, WHOLE, LIMITS, side=120, most=60_000, pixels=10**7)
    back = closeup(*pair[::-1], WHOLE, LIMITS, side=120, most=60_000, pixels=10**7)

    assert (found.best.width, back.best.width) == (120, 60)
    assert 60 <= found.copy.width <= 66
    assert 120 <= back.copy.width <= 126


@pytest.mark.parametrize("most", [12_000, 5_000, 2_500])
def test_it_keeps_to_its_bytes_and_never_gives_up_resolution(tmp_path: Path, photo: Photo, most: int) -> None:
    pair = kept(tmp_path / "a.png", photo("coffee")), kept(tmp_path / "b.jpg", photo("coffee"))

    found = closeup(*pair, WHOLE, LIMITS, side=300, most=most, pixels=10**7)

    assert len(found.best.webp) + len(found.copy.webp) <= most
    left, _, right, _ = found.where
    assert found.best.width == round(600 * (right - left))


def test_every_pixel_is_given_without_loss(tmp_path: Path, photo: Photo) -> None:
    path, stamp = kept(tmp_path / "a.png", photo("coffee"))

    found = full(path, stamp, LIMITS, most=10**6)

    with Image.open(io.BytesIO(found.bmp), formats=["BMP"]) as image:
        assert np.array_equal(np.asarray(image), np.asarray(photo("coffee")))
    assert (found.width, found.height) == (600, 400)
    with pytest.raises(TooLarge, match=r"a\.png has 0\.24 megapixels"):
        full(path, stamp, LIMITS, most=1000)


def test_a_file_that_changed_is_named(tmp_path: Path, photo: Photo) -> None:
    best = kept(tmp_path / "a.png", photo("coffee"))
    copy = tmp_path / "b.png", Stamp(1, 1, 1)
    kept(tmp_path / "b.png", photo("coffee"))

    assert lie(best, best, (1.0, 0.0, 0.0, 1.0, 0.003, 0.0), LIMITS) == WHOLE
    for work in (lambda: lie(best, copy, WHOLE, LIMITS), lambda: full(*copy, LIMITS, most=10**7)):
        with pytest.raises(Changed, match=r"b\.png"):
            work()
