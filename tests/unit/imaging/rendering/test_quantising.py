from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray

from pictured.errors import Refused
from pictured.imaging.operations import Encoding, Quantise
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.quantising import quantised
from pictured.imaging.traits import Traits


def canvas(pixels: NDArray[np.generic], interpretation: str = "srgb") -> Canvas:
    height, width = pixels.shape[:2]
    traits = Traits("JPEG", width, height, 1, 1, 8 * pixels.itemsize, "rgb", False, False, None, None, 0, {})
    image = pyvips.Image.new_from_array(pixels, interpretation=interpretation)
    return Canvas(image, Path("a.jpg"), traits, Metadata())


def photograph(bands: int = 3) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:60, 0:80]
    shades = np.stack([120 + 100 * np.sin(x / 9), 120 + 100 * np.cos(y / 7), 2.0 * (x + y) % 256], axis=-1)
    noisy = np.clip(shades + np.random.default_rng(0).normal(0, 6, (60, 80, 1)), 0, 255)
    return np.dstack([noisy, np.full(x.shape, 255)]).astype(np.uint8)[..., :bands]


def table(found: Canvas) -> NDArray[np.uint8]:
    return np.frombuffer(found.palette or b"", dtype=np.uint8).reshape(-1, 4)


def told(found: Canvas) -> dict[str, object]:
    return dict(found.notes[-1].told)


@pytest.mark.parametrize("colours", [2, 16, 100, 256])
@pytest.mark.parametrize("dither", [False, True])
def test_the_pixels_are_exactly_the_colours_of_the_palette(colours: int, *, dither: bool) -> None:
    found = quantised(canvas(photograph()), Quantise(colours, dither=dither))
    pixels = found.image.numpy()
    assert pixels.shape == (60, 80, 3)
    used = {tuple(colour) for colour in pixels.reshape(-1, 3).tolist()}
    assert used == {tuple(colour) for colour in table(found)[:, :3].tolist()}
    assert len(used) == colours
    assert (table(found)[:, 3] == 255).all()


def test_what_it_costs_and_saves_is_told() -> None:
    pixels = photograph()
    note = told(quantised(canvas(pixels), Quantise(16)))
    assert note["colours_before"] == len(np.unique(pixels.reshape(-1, 3), axis=0))
    assert note["colours_after"] == 16
    assert note["raw_bytes"] == 60 * 80 * 3
    assert note["indexed_bytes"] == 60 * 40 + 48
    assert isinstance(note["psnr"], float)
    assert 20 < note["psnr"] < 40
    assert isinstance(note["ssim"], float)
    assert 0.3 < note["ssim"] < 1


def test_few_colours_stay_as_they_are() -> None:
    pixels = (photograph() // 128) * 255
    found = quantised(canvas(pixels), Quantise(16, dither=True))
    assert np.array_equal(found.image.numpy(), pixels)
    assert told(found)["psnr"] is None
    assert told(found)["colours_after"] == told(found)["colours_before"]


@pytest.mark.parametrize("dither", [False, True])
def test_what_is_transparent_stays_so_whatever_colour_it_hides(*, dither: bool) -> None:
    pixels = photograph(4)
    pixels[:30, :, 3] = 0
    found = quantised(canvas(pixels), Quantise(8, dither=dither))
    assert np.array_equal(found.image.numpy()[..., 3] == 0, pixels[..., 3] == 0)
    assert (table(found)[:, 3] == 0).sum() == 1
    assert len(table(found)) == 8


def test_half_transparency_survives() -> None:
    pixels = photograph(4)
    pixels[..., 3] = np.linspace(0, 255, 80)
    found = quantised(canvas(pixels), Quantise(64))
    assert len(np.unique(table(found)[:, 3])) > 8
    with pytest.raises(Refused, match="half-transparent"):
        quantised(canvas(pixels), Quantise(64, dither=True))


def test_sixteen_bits_become_eight_and_that_is_told() -> None:
    found = quantised(canvas(photograph().astype(np.uint16) * 257, "rgb16"), Quantise(16))
    assert found.image.format == "uchar"
    assert told(found)["given_up"] == ["16 bits"]
    assert told(found)["raw_bytes"] == 60 * 80 * 6


@pytest.mark.parametrize(
    ("bands", "kind", "depth"), [(1, "b-w", "uint8"), (2, "b-w", "uint8"), (1, "grey16", "uint16")]
)
def test_grey_stays_grey_in_a_palette(bands: int, kind: str, depth: str) -> None:
    pixels = photograph(4)[..., [0, 3]][..., :bands].astype(depth)
    if depth == "uint16":
        pixels *= 257
    found = quantised(canvas(pixels, kind), Quantise(16))
    assert found.image.bands == bands + 2
    assert len(table(found)) == 16
    assert (table(found)[:, 0] == table(found)[:, 1]).all()


def test_cmyk_becomes_srgb() -> None:
    found = quantised(canvas(photograph(4), "cmyk"), Quantise(16))
    assert found.image.bands == 3
    assert len(table(found)) == 16


def test_a_profile_stays_where_it_fits() -> None:
    rgb, grey = Metadata(icc=bytes(16) + b"RGB " + bytes(108)), Metadata(icc=bytes(16) + b"GRAY" + bytes(108))
    assert quantised(replace(canvas(photograph()), metadata=rgb), Quantise(16)).metadata == rgb
    dull = replace(canvas(photograph(1)[..., 0], "b-w"), metadata=grey)
    assert quantised(dull, Quantise(16)).metadata.icc is None


def test_it_is_stored_as_png_unless_a_format_was_chosen() -> None:
    chosen = replace(canvas(photograph()), encoding=Encoding("gif"))
    assert quantised(canvas(photograph()), Quantise(16)).encoding.format == "png"
    assert quantised(chosen, Quantise(16)).encoding.format == "gif"


def test_the_same_seed_gives_the_same_picture() -> None:
    one, other = (quantised(canvas(photograph()), Quantise(30, "oklab", seed=4)) for _ in range(2))
    assert one.palette == other.palette
    assert np.array_equal(one.image.numpy(), other.image.numpy())


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2)])
def test_tiny_pictures_are_taken(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    assert len(table(quantised(canvas(pixels), Quantise(2)))) == min(2, size[0] * size[1])


def test_animations_are_refused() -> None:
    moving = canvas(photograph())
    moving.image.set_type(pyvips.GValue.gint_type, "page-height", 30)
    with pytest.raises(Refused, match="is animated"):
        quantised(moving, Quantise(16))
