import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray

from pictured.errors import Refused
from pictured.imaging.operations import Encoding, Tile
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.tiling import pixels_digest, tiled
from pictured.imaging.traits import Traits


def canvas(pixels: NDArray[np.generic], kind: str = "PNG", interpretation: str | None = None) -> Canvas:
    height, width = pixels.shape[:2]
    traits = Traits(kind, width, height, 1, 1, 8 * pixels.itemsize, "rgb", False, False, None, None, 0, {})
    image = pyvips.Image.new_from_array(pixels, interpretation=interpretation)
    return Canvas(image, Path("a.png"), traits, Metadata())


def noise(*shape: int, kind: str = "uint8") -> NDArray[np.generic]:
    return np.random.default_rng(1).integers(0, np.iinfo(kind).max + 1, shape).astype(kind)


def told(tiles: tuple[Canvas, ...]) -> dict[str, object]:
    return dict(tiles[0].notes[-1].told)


def test_tiles_hold_their_windows_pixel_by_pixel() -> None:
    pixels = noise(70, 100, 3)
    tiles = tiled(canvas(pixels), Tile(32, 32, 8, "partial"))
    assert len(tiles) == 12
    for tile in tiles:
        window = tile.window
        assert window is not None
        part = pixels[window.top : window.top + window.height, window.left : window.left + window.width]
        assert np.array_equal(tile.image.numpy(), part)


@pytest.mark.parametrize(("shape", "kind"), [((40, 50), "uint8"), ((40, 50, 4), "uint16"), ((5, 3, 3), "uint8")])
def test_padded_tiles_go_on_with_the_reflection(shape: tuple[int, ...], kind: str) -> None:
    pixels = noise(*shape, kind=kind)
    border = [(0, 64 - shape[0]), (0, 64 - shape[1])] + [(0, 0)] * (len(shape) - 2)
    whole = np.pad(pixels, border, mode="symmetric")
    for tile in tiled(canvas(pixels), Tile(32, 32, 0, "pad")):
        window = tile.window
        assert window is not None
        assert (tile.image.width, tile.image.height) == (32, 32)
        part = whole[window.top : window.top + 32, window.left : window.left + 32]
        assert np.array_equal(tile.image.numpy().reshape(part.shape), part)


def test_shifted_tiles_show_nothing_but_picture() -> None:
    pixels = noise(40, 50, 3)
    tiles = tiled(canvas(pixels), Tile(32, 32, 0, "shift"))
    assert np.array_equal(tiles[-1].image.numpy(), pixels[8:, 18:])
    assert {(tile.image.width, tile.image.height) for tile in tiles} == {(32, 32)}


def test_a_picture_smaller_than_a_shifted_tile_is_filled_up() -> None:
    (tile,) = tiled(canvas(noise(10, 20, 3)), Tile(32, 32, 0, "shift"))
    assert (tile.image.width, tile.image.height) == (32, 32)


def test_what_cropping_cuts_off_is_told() -> None:
    assert told(tiled(canvas(noise(40, 70, 3)), Tile(32, 32, 0, "crop"))) | {"pixels_sha256": ""} == {
        "tiles": 2,
        "rows": 1,
        "columns": 2,
        "width": 64,
        "height": 32,
        "cut_off_right": 6,
        "cut_off_below": 8,
        "pixels_sha256": "",
    }


def test_the_digest_is_that_of_the_samples() -> None:
    pixels = noise(600, 10, 3, kind="uint16")
    assert pixels_digest(pyvips.Image.new_from_array(pixels)) == hashlib.sha256(pixels.tobytes()).hexdigest()
    assert told(tiled(canvas(pixels), Tile(64, 64)))["pixels_sha256"] == hashlib.sha256(pixels.tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("source", "interpretation", "expected"),
    [("JPEG", "srgb", "png"), ("WEBP", "srgb", "png"), ("PNG", "srgb", None), ("TIFF", "srgb", None)],
)
def test_tiles_are_stored_without_loss(source: str, interpretation: str, expected: str | None) -> None:
    tiles = tiled(canvas(noise(8, 8, 3), source, interpretation), Tile(4, 4))
    assert {tile.encoding.format for tile in tiles} == {expected}


def test_cmyk_is_stored_where_it_can_stay() -> None:
    tiles = tiled(canvas(noise(8, 8, 4), "JPEG", "cmyk"), Tile(4, 4))
    assert {tile.encoding.format for tile in tiles} == {"tiff"}


def test_a_format_that_was_chosen_stays() -> None:
    chosen = replace(canvas(noise(8, 8, 3), "JPEG"), encoding=Encoding("webp", 80))
    assert {tile.encoding for tile in tiled(chosen, Tile(4, 4))} == {Encoding("webp", 80)}


def test_pixels_that_are_computed_are_computed_once() -> None:
    pixels = noise(64, 64, 3)
    computed = canvas(pixels).painted(pyvips.Image.new_from_array(pixels).invert())
    tiles = tiled(computed, Tile(32, 32))
    assert np.array_equal(tiles[3].image.numpy(), 255 - pixels[32:, 32:])


def test_animations_are_refused() -> None:
    moving = canvas(noise(20, 10, 3))
    moving.image.set_type(pyvips.GValue.gint_type, "page-height", 10)
    with pytest.raises(Refused, match="is animated"):
        tiled(moving, Tile(4, 4))


def test_tiles_are_not_tiled_again() -> None:
    tile = tiled(canvas(noise(20, 10, 3)), Tile(8, 8))[0]
    with pytest.raises(Refused, match="tiled twice"):
        tiled(tile, Tile(4, 4))
