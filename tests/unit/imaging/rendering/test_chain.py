import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.errors import FileError
from pictured.imaging.operations import Encoding, Operation, Quantise, Tile
from pictured.imaging.rendered import Order, Rendered
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.traits import Traits


def photograph(bands: int = 3) -> np.ndarray:
    y, x = np.mgrid[0:60, 0:80]
    shades = np.stack([120 + 100 * np.sin(x / 9), 120 + 100 * np.cos(y / 7), 2.0 * (x + y) % 256], axis=-1)
    alpha = np.where(x < 40, 255, 0)
    return np.dstack([shades, alpha]).astype(np.uint8)[..., :bands]


def made(folder: Path, *operations: Operation, bands: int = 3) -> Rendered:
    Image.fromarray(photograph(bands)).save(folder / "a.png")
    (folder / "made").mkdir()
    size = (folder / "a.png").stat().st_size
    traits = Traits("PNG", 80, 60, 1, 1, 8, "rgb", bands == 4, False, None, None, size, {})
    return rendered(Order(folder / "a.png", traits, operations, folder / "made"))


def test_one_picture_is_one_file_without_a_name(tmp_path: Path) -> None:
    (only,) = made(tmp_path, Quantise(16)).made
    assert (only.name, only.extension, only.format, only.width, only.height) == ("", ".png", "png", 80, 60)
    assert only.size == only.file.stat().st_size
    assert only.digest == hashlib.sha256(only.file.read_bytes()).digest()


def test_tiles_are_named_by_row_and_column_and_have_a_manifest(tmp_path: Path) -> None:
    found = made(tmp_path, Tile(32, 32)).made
    assert [each.name for each in found] == [f"r00{row}-c00{column}" for row in (0, 1) for column in (0, 1, 2)] + [
        "manifest"
    ]
    last = found[-1]
    assert (last.extension, last.format, last.width, last.height) == (".json", "json", 0, 0)
    told = json.loads(last.file.read_bytes())
    assert [each["file"] for each in told["tiles"]] == [f"{each.name}.png" for each in found[:-1]]
    assert told["lossless"] is True


def test_a_picture_that_is_one_tile_has_a_manifest_too(tmp_path: Path) -> None:
    assert [each.name for each in made(tmp_path, Tile(100, 100)).made] == ["r000-c000", "manifest"]


def test_what_follows_tile_is_done_to_each(tmp_path: Path) -> None:
    found = made(tmp_path, Tile(32, 32), Quantise(4)).made
    for each in found[:-1]:
        with Image.open(each.file) as tile:
            assert tile.mode == "P"
            assert len(tile.convert("RGB").getcolors() or ()) == 4
    assert json.loads(found[-1].file.read_bytes())["lossless"] is False


@pytest.mark.parametrize("kind", ["png", "gif", "tiff"])
@pytest.mark.parametrize("colours", [2, 16, 256])
def test_few_colours_are_stored_as_a_palette(tmp_path: Path, kind: str, colours: int) -> None:
    rendering = made(tmp_path, Quantise(colours), Encoding(kind))
    with Image.open(rendering.made[0].file) as picture:
        assert picture.mode in {"P", "1"}
        assert len(picture.convert("RGB").getcolors() or ()) == colours
    action, told = rendering.notes[0]
    assert action == "quantise"
    assert told["colours_after"] == colours


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_transparency_survives_the_palette(tmp_path: Path, kind: str) -> None:
    (only,) = made(tmp_path, Quantise(16), Encoding(kind), bands=4).made
    with Image.open(only.file) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGBA"))[..., 3], photograph(4)[..., 3])


def test_a_damaged_picture_is_an_error_about_the_file(tmp_path: Path) -> None:
    Image.fromarray(photograph()).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[: len(content) // 2])
    (tmp_path / "made").mkdir()
    traits = Traits("PNG", 80, 60, 1, 1, 8, "rgb", False, False, None, None, len(content), {})
    with pytest.raises(FileError, match=r"\.$"):
        rendered(Order(tmp_path / "a.png", traits, (Tile(32, 32),), tmp_path / "made"))
