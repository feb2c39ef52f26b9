from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from pictured.disk.reading import stamp_of
from pictured.errors import FileError
from pictured.flow import Kind, Match, Picture, Transform
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.confirming import BENT, MOVED, REWRITTEN, confirm
from pictured.indexing.fingerprinting import fingerprint

Photo = Callable[[str], Image.Image]
LIMITS = DecodingLimits(pixels=10**8, memory=10**9)


@pytest.fixture
def told(tmp_path: Path) -> Callable[[Image.Image, Image.Image], str | None]:
    """What contradicts that one picture shows all of another."""

    def ask(copy: Image.Image, query: Image.Image, quality: int = 90, transform: Transform | None = None) -> str | None:
        paths = tmp_path / "copy.jpg", tmp_path / "query.jpg"
        copy.save(paths[0], quality=95)
        query.save(paths[1], quality=quality)
        [answer] = confirm(paths[1], stamp_of(paths[1]), [claim(paths[0], transform or Transform())], LIMITS)
        return answer

    return ask


def claim(path: Path, transform: Transform) -> Match:
    stamp = stamp_of(path)
    return Match(Picture(path, stamp, fingerprint(path, stamp, LIMITS)), Kind.SAME, 0.9, transform)


def captioned(image: Image.Image) -> Image.Image:
    image = image.copy()
    ImageDraw.Draw(image).text((40, 60), "SAMPLE", fill="white", font_size=60, stroke_width=2, stroke_fill="black")
    return image


def letter(name: str) -> Image.Image:
    image = Image.new("RGB", (800, 1130), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 40, 740, 70), fill=(30, 60, 120))
    for line in range(30):
        text = name if line == 4 else f"line {line * 37 % 101} of the letter says what it said to everybody else"
        draw.text((60, 120 + 30 * line), text, fill=(20, 20, 20), font_size=18)
    return image


@pytest.mark.parametrize(
    "damage",
    [
        lambda image: image.resize((150, 100)),
        lambda image: image.resize((60, 40)),
        lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        ImageOps.grayscale,
        lambda image: image.point([round(255 * (v / 255) ** 1.6) for v in range(256)] * 3),
        captioned,
    ],
)
def test_what_copies_suffer_contradicts_nothing(
    photo: Photo,
    told: Callable[[Image.Image, Image.Image, int], str | None],
    damage: Callable[[Image.Image], Image.Image],
) -> None:
    assert told(photo("coffee"), damage(photo("coffee")), 25) is None


def test_a_thing_that_moved_contradicts(photo: Photo, told: Callable[[Image.Image, Image.Image], str | None]) -> None:
    frames = []
    for place in ((200, 150), (220, 140)):
        frame = photo("coffee").copy()
        frame.paste(photo("chelsea").crop((120, 40, 260, 160)), place)
        frames.append(frame)

    assert told(*frames) == MOVED


def test_another_point_of_view_contradicts(
    photo: Photo, told: Callable[[Image.Image, Image.Image], str | None]
) -> None:
    copy = photo("coffee")
    bent = Image.new("RGB", copy.size)
    for left in range(0, copy.width, 4):
        step = round(4 * np.sin(left / 60))
        bent.paste(copy.crop((left + step, 0, left + step + 4, copy.height)), (left, 0))

    assert told(copy, bent) in (BENT, MOVED)


def test_another_name_on_a_letter_contradicts(told: Callable[[Image.Image, Image.Image], str | None]) -> None:
    assert told(letter("To Mrs Anna Baker"), letter("To Mrs Emma Doyle")) == REWRITTEN
    assert told(letter("To Mrs Anna Baker"), letter("To Mrs Anna Baker")) is None


def test_a_copy_that_is_gone_is_not_contradicted(tmp_path: Path, photo: Photo) -> None:
    paths = [tmp_path / name for name in ("copy.jpg", "query.jpg")]
    for path in paths:
        photo("coffee").save(path)
    gone = claim(paths[0], Transform())
    paths[0].unlink()

    assert confirm(paths[1], stamp_of(paths[1]), [gone], LIMITS) == (None,)


def test_a_query_that_is_gone_is_told(tmp_path: Path, photo: Photo) -> None:
    path = tmp_path / "query.jpg"
    photo("coffee").save(path)
    stamp = stamp_of(path)
    path.unlink()

    with pytest.raises(FileError):
        confirm(path, stamp, [], LIMITS)
