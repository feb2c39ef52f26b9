import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.errors import Changed, Refused
from pictured.imaging.operations import Operation, Resize, Tile
from pictured.imaging.rendered import Made
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.layout import Layout, layout
from pictured.imaging.rendering.manifest import manifest
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.tiling import tiled
from pictured.imaging.rendering.untiling import Untiled, store, untiled
from pictured.imaging.traits import Traits

KINDS = {("uint8", 1): "b-w", ("uint8", 2): "b-w", ("uint16", 1): "grey16", ("uint16", 2): "grey16"}


def cut(
    folder: Path, pixels: NDArray[np.generic], operation: Tile, ending: str = ".png", after: tuple[Operation, ...] = ()
) -> Layout:
    """Write the tiles of a picture and give their manifest."""
    height, width, bands = pixels.shape
    kind = pixels.dtype.name
    traits = Traits("PNG", width, height, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    interpretation = KINDS.get((kind, bands), "srgb" if kind == "uint8" else "rgb16")
    image = pyvips.Image.new_from_array(pixels, interpretation=interpretation)
    tiles = tiled(Canvas(image, Path("a.png"), traits, Metadata()), operation)
    if after:
        tiles = tuple(tile.painted(tile.image.resize(0.5)) for tile in tiles)
    made = []
    for number, tile in enumerate(tiles):
        file = folder / f"{number}{ending}"
        tile.image.write_to_file(str(file))
        digest = hashlib.sha256(file.read_bytes()).digest()
        made.append(Made(file, str(number), ending, ending[1:], 0, 0, file.stat().st_size, digest))
    return layout(manifest(Path("a.png"), (operation, *after), tiles, made), 10**6)


def reader(folder: Path) -> Callable[[str], bytes]:
    return lambda name: (folder / name).read_bytes()


def noise(*shape: int, kind: str = "uint8") -> NDArray[np.generic]:
    return np.random.default_rng(3).integers(0, np.iinfo(kind).max + 1, shape).astype(kind)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[tuple[int, int, int], str, Tile, str]:
    size = draw(st.integers(1, 60)), draw(st.integers(1, 60)), draw(st.sampled_from([1, 2, 3, 4]))
    width, height = draw(st.integers(8, 40)), draw(st.integers(8, 40))
    overlap = draw(st.integers(0, min(width, height) // 2))
    tile = Tile(width, height, overlap, draw(st.sampled_from(["pad", "shift", "partial"])))
    return size, draw(st.sampled_from(["uint8", "uint16"])), tile, draw(st.sampled_from([".png", ".tif"]))


@given(case=cuts())
@settings(max_examples=40, deadline=None)
def test_what_was_cut_comes_back_to_the_bit(case: tuple[tuple[int, int, int], str, Tile, str]) -> None:
    shape, kind, tile, ending = case
    pixels = noise(*shape, kind=kind)
    with TemporaryDirectory() as name:
        folder = Path(name)
        described = cut(folder, pixels, tile, ending)
        assert described.lossless
        back = untiled(described, reader(folder))
        assert back.exact
        store(back, "png", folder / "back")
        written = pyvips.Image.new_from_file(str(folder / "back"))
        assert np.array_equal(written.numpy().reshape(shape), pixels)
        assert written.numpy().dtype == pixels.dtype


def test_cropped_tiles_come_back_to_what_they_showed(tmp_path: Path) -> None:
    pixels = noise(50, 70, 3)
    back = untiled(cut(tmp_path, pixels, Tile(32, 32, 4, "crop")), reader(tmp_path))
    assert back.exact
    assert np.array_equal(back.image.numpy(), pixels[:32, :60])


def test_tiles_with_loss_come_back_and_it_is_told(tmp_path: Path) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32), ".jpg")
    back = untiled(described, reader(tmp_path))
    assert not described.lossless
    assert not back.exact
    assert (back.image.width, back.image.height) == (70, 50)


def test_tiles_that_were_resized_cannot_be_put_together(tmp_path: Path) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32), after=(Resize(percent=50),))
    with pytest.raises(Refused, match=r"names the tile 0.png, which has 16 x 16 pixels.*not 32 x 32"):
        untiled(described, reader(tmp_path))


def test_a_tile_that_was_changed_is_named(tmp_path: Path) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32))
    pyvips.Image.black(32, 32, bands=3).write_to_file(str(tmp_path / "1.png"))
    with pytest.raises(Changed, match=r"names the tile 1.png, which is not the file"):
        untiled(described, reader(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_a_tile_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32))
    first = described.tiles[0].model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
    harmed = described.model_copy(update={"tiles": (first, *described.tiles[1:])})
    (tmp_path / "0.png").write_bytes(content)
    with pytest.raises(Refused, match=r"names the tile 0.png, which is (no picture|damaged)"):
        untiled(harmed, reader(tmp_path))


def test_a_tile_that_ends_too_early_is_named(tmp_path: Path) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32))
    half = (tmp_path / "0.png").read_bytes()[:1500]
    (tmp_path / "0.png").write_bytes(half)
    first = described.tiles[0].model_copy(update={"sha256": hashlib.sha256(half).hexdigest()})
    harmed = described.model_copy(update={"tiles": (first, *described.tiles[1:])})
    with pytest.raises(Refused, match=r"names the tile 0.png, which is damaged"):
        untiled(harmed, reader(tmp_path))


def test_a_tile_of_another_picture_is_noticed(tmp_path: Path) -> None:
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32))
    (tmp_path / "0.png").write_bytes((tmp_path / "1.png").read_bytes())
    first = described.tiles[0].model_copy(update={"sha256": described.tiles[1].sha256})
    harmed = described.model_copy(update={"tiles": (first, *described.tiles[1:])})
    with pytest.raises(Refused, match="do not come to the picture"):
        untiled(harmed, reader(tmp_path))


def test_a_profile_comes_along(tmp_path: Path) -> None:
    profile = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").icc_export(output_profile="p3")
    icc = bytes(profile.get("icc-profile-data"))
    described = cut(tmp_path, noise(50, 70, 3), Tile(32, 32))
    tile = pyvips.Image.new_from_file(str(tmp_path / "0.png")).copy_memory()
    tile.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    tile.write_to_file(str(tmp_path / "0.png"))
    digest = hashlib.sha256((tmp_path / "0.png").read_bytes()).hexdigest()
    first = described.tiles[0].model_copy(update={"sha256": digest})
    back = untiled(described.model_copy(update={"tiles": (first, *described.tiles[1:])}), reader(tmp_path))
    assert back.metadata.icc == icc
    store(back, "tiff", tmp_path / "back")
    assert pyvips.Image.new_from_file(str(tmp_path / "back")).get("icc-profile-data") == icc


def test_a_picture_is_stored_whole(tmp_path: Path) -> None:
    pixels = noise(20, 30, 3)
    picture = Untiled(pyvips.Image.new_from_array(pixels), Metadata(), exact=True)
    store(picture, "tiff", tmp_path / "back")
    assert np.array_equal(pyvips.Image.new_from_file(str(tmp_path / "back")).numpy(), pixels)
    assert [path.name for path in tmp_path.iterdir()] == ["back"]
