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


@pytest.mark.parametrize(
    ("size", "short_side", "shape"),
    [
        ((3000, 1000), 192, (200, 600)),
        ((3000, 1000), 128, (143, 429)),
        ((3000, 1000), 512, (1000, 3000)),
        ((383, 383), 192, (383, 383)),
        ((384, 384), 192, (192, 192)),
        ((1, 5000), 192, (5000, 1)),
    ],
)
def test_a_large_picture_is_reduced_by_a_whole_factor(
    size: tuple[int, int], short_side: int, shape: tuple[int, int]
) -> None:
    assert luminance_of(Image.new("RGB", size), 8, short_side).shape == shape


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK", "P", "I", "F", "I;16"])
def test_every_mode_is_reduced(mode: str) -> None:
    deep = Image.fromarray(np.zeros((500, 700), np.uint16))
    image = deep if mode == "I;16" else Image.new(mode, (700, 500))
    assert luminance_of(image, 16 if mode == "I;16" else 8).shape == (250, 350)


def test_not_a_number_is_black() -> None:
    values = np.full((4, 4), np.nan, np.float32)
    values[0, 0] = 1.0
    found = luminance_of(Image.fromarray(values), 32)
    assert (found[0, 0], found[1, 1]) == (255, 0)
