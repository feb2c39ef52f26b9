import numpy as np
import pytest
from PIL import Image

from pictured.imaging.luminance import luminance_of

GRADIENT = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "P", "I", "F"])
def test_every_mode_gives_the_same_light(mode: str) -> None:
    image = Image.fromarray(GRADIENT)
    if mode == "P":
        image = image.quantize(256)
    else:
        image = image.convert(mode) if mode in ("LA", "I", "F") else image.convert("RGB").convert(mode)
    found = luminance_of(image, 8)
    assert found.dtype == np.uint8
    assert found.shape == GRADIENT.shape
    assert np.abs(found.astype(int) - GRADIENT).max() <= 2


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    deep = (GRADIENT.astype(np.uint16) * 257).astype("<u2")
    assert np.array_equal(luminance_of(Image.fromarray(deep), 16), GRADIENT)


def test_twelve_bits_use_the_whole_range() -> None:
    deep = (GRADIENT.astype(np.uint16) * 16).astype("<u2")
    assert luminance_of(Image.fromarray(deep), 12).max() >= 253


def test_black_and_white_are_the_ends_of_the_range() -> None:
    assert set(np.unique(luminance_of(Image.fromarray(GRADIENT > 128), 1))) == {0, 255}


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_parts_are_white(mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0)).convert(mode)
    assert luminance_of(image, 8).min() == 255


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.info["transparency"] = 0
    assert luminance_of(image, 8).min() == 255


def test_a_large_picture_is_reduced_to_a_short_side_of_128_or_more() -> None:
    assert luminance_of(Image.new("RGB", (3000, 1000)), 8).shape == (143, 429)
    assert luminance_of(Image.new("RGB", (255, 255)), 8).shape == (255, 255)


def test_not_a_number_is_black() -> None:
    values = np.full((4, 4), np.nan, np.float32)
    values[0, 0] = 1.0
    found = luminance_of(Image.fromarray(values), 32)
    assert (found[0, 0], found[1, 1]) == (255, 0)
