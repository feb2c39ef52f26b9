from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from pictured.indexing.overlaying import Overlay
from pictured.indexing.rewriting import paper, rewritten

RISE = 1.65
LINES = [f"{'lorem ipsum dolor sit amet consectetur'[n % 7 :]} {n * 137 % 91:02d}.{n * 71 % 89:02d}" for n in range(20)]


def page(changed: str | None = None) -> Image.Image:
    image = Image.new("L", (600, 700), 250)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        text = changed if number == 11 and changed else line
        draw.text((40, 40 + 30 * number), text, fill=20, font_size=18)
    return image


def coded(image: Image.Image, quality: int) -> Image.Image:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def pair(copy: Image.Image, query: Image.Image) -> Overlay:
    first, second = (np.asarray(each) for each in (copy, query))
    there = np.zeros(first.shape, np.bool_)
    there[3:-3, 3:-3] = True
    return Overlay(first, second, there, np.eye(2, 3), np.eye(2, 3), 1.0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda image: image,
        lambda image: coded(image, 10),
        lambda image: coded(image, 40),
        lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        lambda image: image.filter(ImageFilter.UnsharpMask(2, 120)),
    ],
)
def test_coding_and_filters_write_nothing(damage: Callable[[Image.Image], Image.Image]) -> None:
    assert rewritten(pair(page(), damage(page()))).rise < RISE
    assert rewritten(pair(damage(page()), page())).rise < RISE


@pytest.mark.parametrize("quality", [95, 40, 10])
def test_one_other_digit_is_seen(quality: int) -> None:
    other = LINES[11][:-1] + str((int(LINES[11][-1]) + 3) % 10)

    assert rewritten(pair(page(), coded(page(other), quality))).rise > RISE


def test_another_word_is_seen() -> None:
    assert rewritten(pair(page(), page(LINES[11].replace("dolor", "major")))).rise > RISE


def test_blank_pages_differ_in_nothing() -> None:
    blank = Image.new("L", (300, 200), 255)

    assert rewritten(pair(blank, blank)).rise == 0.0


def test_paper_has_one_tone() -> None:
    there = np.ones((200, 300), np.bool_)

    assert paper(np.full((200, 300), 255, np.uint8), there) == 1.0
    assert paper(np.asarray(page().resize((300, 200))), there) > 0.25
    assert paper(np.random.default_rng(1).integers(0, 255, (200, 300), np.uint8), there) < 0.1
