from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pictured.indexing.grounds import lying, part, pictorial, sheet

Grey = NDArray[np.uint8]


def page(size: tuple[int, int] = (600, 800), ground: int = 250) -> Image.Image:
    whole = Image.new("L", size, ground)
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(14)
    for line, top in enumerate(range(40, size[1] - 40, 19)):
        draw.text((50, top), f"line {line} of a page that is full of words, and of more words", 255 - ground, font)
    return whole


@pytest.mark.parametrize("ground", [20, 250])
def test_text_is_not_taken_for_a_picture(ground: int) -> None:
    prepared = sheet(np.asarray(page(ground=ground)))

    assert lying(prepared).boxes == ()
    assert not pictorial(part(prepared, (46, 36, 440, 400)))


@pytest.mark.parametrize("ground", [20, 250])
def test_a_picture_among_text_is_found(photo: Callable[[str], Image.Image], ground: int) -> None:
    whole = page(ground=ground)
    whole.paste(photo("coffee").convert("L").resize((300, 200)), (150, 300))

    found = lying(sheet(np.asarray(whole)))

    assert len(found.boxes) == 1
    assert np.abs(np.subtract(found.boxes[0], (75, 150, 225, 250))).max() <= 4
    assert found.plain


def test_paper_that_darkens_to_one_side_is_ground_all_over(photo: Callable[[str], Image.Image]) -> None:
    whole = page()
    whole.paste(photo("coffee").convert("L").resize((300, 200)), (150, 300))
    noise = np.random.default_rng(3).normal(0, 3, (800, 600))
    scanned = np.clip(np.asarray(whole) * np.linspace(0.95, 0.8, 600) + noise, 0, 255).astype(np.uint8)

    found = lying(sheet(scanned))

    assert len(found.boxes) == 1
    assert np.abs(np.subtract(found.boxes[0], (75, 150, 225, 250))).max() <= 4


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "camera", "china", "flower"])
def test_photographs_are_pictorial(photo: Callable[[str], Image.Image], name: str) -> None:
    assert pictorial(sheet(np.asarray(photo(name).convert("L"))))


def test_flat_shapes_are_not_pictorial() -> None:
    whole = Image.new("L", (400, 300), 255)
    draw = ImageDraw.Draw(whole)
    for index in range(5):
        draw.rectangle((30 + 70 * index, 250 - 40 * index, 80 + 70 * index, 270), fill=40 * index)

    assert not pictorial(sheet(np.asarray(whole)))


def test_a_sheet_without_a_ground_has_nothing_lying_on_it() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (300, 400)).astype(np.uint8)

    assert lying(sheet(noise)).boxes == ()
