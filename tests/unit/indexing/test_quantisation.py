import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from pictured.indexing.quantisation import quantiser

NAMES = ("astronaut", "coffee", "chelsea", "china", "flower")


def saved(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def fresh(image: Image.Image) -> Image.Image:
    return image.resize((image.width * 4 // 5, image.height * 4 // 5), Image.Resampling.LANCZOS)


def measured(image: Image.Image) -> float:
    return quantiser(np.asarray(image.convert("L")))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("quality", "mean"), [(30, 95.7), (50, 57.6), (75, 29.0), (85, 17.3)])
def test_pixels_remember_the_table_that_they_went_through(
    photo: Callable[[str], Image.Image], name: str, quality: int, mean: float
) -> None:
    assert measured(saved(fresh(photo(name)), quality)) == pytest.approx(mean, rel=0.3)


@pytest.mark.parametrize("name", NAMES)
def test_a_finer_coding_does_not_hide_a_coarse_one(photo: Callable[[str], Image.Image], name: str) -> None:
    assert measured(saved(saved(fresh(photo(name)), 40), 95)) > 50


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_was_never_coded_remembers_nothing(photo: Callable[[str], Image.Image], name: str) -> None:
    assert measured(fresh(photo(name))) == 1.0


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (8, 8), (300, 5), (64, 64)])
@pytest.mark.parametrize("value", [0, 100, 255])
def test_a_picture_without_texture_remembers_nothing(size: tuple[int, int], value: int) -> None:
    assert quantiser(np.full(size, value, np.uint8)) == 1.0
