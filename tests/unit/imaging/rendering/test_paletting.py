from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from pictured.errors import Refused
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.paletting import store
from pictured.imaging.traits import Traits

TRAITS = Traits("PNG", 30, 20, 1, 1, 8, "rgb", False, False, None, None, 99, {})


def palette(count: int, *, alpha: bool = False) -> np.ndarray:
    colours = np.random.default_rng(4).permutation(256)[:count].astype(np.uint8)
    made = np.stack([colours, colours[::-1], 255 - colours, np.full(count, 255, np.uint8)], axis=1)
    if alpha:
        made[0, 3] = 0
    return made


def canvas(colours: np.ndarray, bands: int = 3) -> Canvas:
    indices = np.resize(np.arange(len(colours)), (20, 30))
    image = pyvips.Image.new_from_array(np.ascontiguousarray(colours[indices][..., :bands])).copy(interpretation="srgb")
    return Canvas(image, Path("a.png"), TRAITS, Metadata(), touched=True, palette=colours.tobytes())


@pytest.mark.parametrize("kind", ["png", "gif", "tiff"])
@pytest.mark.parametrize("count", [2, 3, 16, 17, 256])
def test_indices_and_palette_are_stored(kind: str, count: int, tmp_path: Path) -> None:
    made = canvas(palette(count))
    store(made, kind, tmp_path / "a")
    with Image.open(tmp_path / "a") as picture:
        assert picture.mode == "P"
        assert np.array_equal(np.asarray(picture.convert("RGB")), made.image.numpy())


def test_a_png_takes_no_more_bits_than_its_colours_need(tmp_path: Path) -> None:
    for count, bits in ((2, 1), (4, 2), (16, 4), (17, 8)):
        store(canvas(palette(count)), "png", tmp_path / "a.png")
        assert (tmp_path / "a.png").read_bytes()[24] == bits


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_transparency_is_kept(kind: str, tmp_path: Path) -> None:
    made = canvas(palette(9, alpha=True), bands=4)
    store(made, kind, tmp_path / "a")
    with Image.open(tmp_path / "a") as picture:
        assert np.array_equal(np.asarray(picture.convert("RGBA"))[..., 3], made.image.numpy()[..., 3])


def test_a_pixel_that_is_not_in_the_palette_is_refused(tmp_path: Path) -> None:
    made = canvas(palette(9))
    broken = Canvas(made.image.invert(), made.path, TRAITS, Metadata(), palette=made.palette)
    with pytest.raises(Refused, match="put quantise last"):
        store(broken, "png", tmp_path / "a.png")
