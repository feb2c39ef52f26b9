import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from pictured.indexing.framing import Box
from pictured.indexing.regions import regions

Grey = NDArray[np.uint8]
Photo = Callable[[str], Image.Image]
NAMES = ("astronaut", "coffee", "chelsea", "china", "flower", "camera")


def grey(image: Image.Image, quality: int = 60) -> Grey:
    file = io.BytesIO()
    image.convert("L").save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def agreement(one: Box, other: Box) -> float:
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


def finds(found: tuple[Box, ...], box: Box) -> bool:
    return max((agreement(box, each) for each in found), default=0.0) >= 0.95


def page(size: tuple[int, int], ground: int = 252) -> Image.Image:
    whole = Image.new("L", size, ground)
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(13)
    for line, top in enumerate(range(50, size[1] - 50, 18)):
        draw.text(
            (60, top), f"line {line}, a page that is full of words, of more words and of yet more words " * 2, 30, font
        )
    draw.rectangle((size[0] - 60, 0, *size), fill=ground)
    return whole


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sides", [(40, 40, 40, 40), (0, 90, 0, 90), (70, 0, 70, 0), (0, 0, 60, 0)])
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_border_is_trimmed(photo: Photo, name: str, sides: tuple[int, int, int, int], ground: int) -> None:
    picture = ImageOps.contain(photo(name).convert("L"), (640, 640))
    whole = ImageOps.expand(picture, sides, fill=ground)
    left, top = sides[:2]

    found = regions(grey(whole))

    assert finds(found, (left, top, left + picture.width, top + picture.height))
    assert len(found) <= 4


@pytest.mark.parametrize("quality", [30, 90])
@pytest.mark.parametrize("width", [150, 300, 560])
def test_pictures_between_text_are_found(photo: Photo, width: int, quality: int) -> None:
    whole = page((720, 1000))
    one = ImageOps.contain(photo("astronaut").convert("L"), (width, 300))
    other = ImageOps.contain(photo("coffee").convert("L"), (width, 300))
    draw = ImageDraw.Draw(whole)
    for picture, top in ((one, 120), (other, 560)):
        draw.rectangle((0, top - 8, 720, top + picture.height + 8), fill=252)
        whole.paste(picture, (100, top))

    found = regions(grey(whole, quality))

    assert finds(found, (100, 120, 100 + one.width, 120 + one.height))
    assert finds(found, (100, 560, 100 + other.width, 560 + other.height))
    assert len(found) <= 5


@pytest.mark.parametrize("ground", [32, 240])
def test_the_picture_in_a_viewer_is_found(photo: Photo, ground: int) -> None:
    whole = Image.new("L", (1000, 640), ground)
    draw = ImageDraw.Draw(whole)
    draw.rectangle((0, 0, 1000, 30), fill=ground + 12)
    draw.rectangle((0, 31, 200, 640), fill=ground - 10)
    for top in range(50, 620, 24):
        draw.text((20, top), f"IMG_{top:04}.jpg", 255 - ground, ImageFont.load_default(13))
    picture = photo("coffee").convert("L").resize((700, 467))
    whole.paste(picture, (250, 31))

    assert finds(regions(grey(whole)), (250, 31, 950, 498))


@pytest.mark.parametrize("gap", [0, 3, 14])
def test_the_pictures_of_a_collage_are_found(photo: Photo, gap: int) -> None:
    whole = Image.new("L", (900 + 2 * gap, 500 + gap), 255)
    boxes = []
    for index, name in enumerate(NAMES):
        left, top = (index % 3) * (300 + gap), (index // 3) * (250 + gap)
        whole.paste(ImageOps.fit(photo(name).convert("L"), (300, 250)), (left, top))
        boxes.append((left, top, left + 300, top + 250))

    found = regions(grey(whole))

    assert all(finds(found, box) for box in boxes)


def test_a_picture_in_a_frame_within_a_border_is_found_with_and_without_the_frame(photo: Photo) -> None:
    picture = photo("coffee").convert("L").resize((480, 320))
    whole = ImageOps.expand(ImageOps.expand(picture, 40, fill=255), 50, fill=0)

    found = regions(grey(whole))

    assert finds(found, (90, 90, 570, 410))
    assert finds(found, (50, 50, 610, 450))


def test_a_picture_turned_on_a_plain_ground_has_its_bounding_box(photo: Photo) -> None:
    turned = photo("astronaut").convert("L").rotate(12, expand=True, fillcolor=255)
    whole = ImageOps.expand(turned, 60, fill=255)

    found = regions(grey(whole))

    assert max(agreement((60, 60, 60 + turned.width, 60 + turned.height), box) for box in found) > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_photograph_has_hardly_any_region(photo: Photo, name: str) -> None:
    assert len(regions(grey(ImageOps.contain(photo(name), (900, 900))))) <= 1


def test_a_page_of_text_has_none() -> None:
    assert regions(grey(page((720, 1000)))) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (1000, 1), (59, 900), (60, 60), (61, 777)])
@pytest.mark.parametrize("value", [0, 255])
def test_narrow_and_empty_pictures_have_none(shape: tuple[int, int], value: int) -> None:
    assert regions(np.full(shape, value, np.uint8)) == ()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 400),
    width=st.integers(1, 400),
    blocks=st.integers(1, 40),
)
def test_regions_lie_within_the_picture_and_are_large_enough(seed: int, height: int, width: int, blocks: int) -> None:
    random = np.random.default_rng(seed)
    whole = np.full((height, width), random.integers(0, 256), np.uint8)
    for _ in range(blocks):
        top, left = int(random.integers(0, height)), int(random.integers(0, width))
        patch = whole[top : top + int(random.integers(1, 200)), left : left + int(random.integers(1, 200))]
        patch[...] = random.integers(0, 256, patch.shape)

    found = regions(whole)

    assert len(found) <= 12
    for left, top, right, bottom in found:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        assert min(right - left, bottom - top) >= 60
