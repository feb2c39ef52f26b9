import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import pyvips

from pictured.imaging.operations import Encoding, Operation, Resize, Tile
from pictured.imaging.rendered import Made
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.manifest import manifest
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.tiling import tiled
from pictured.imaging.traits import Traits


def made(folder: Path, tiles: tuple[Canvas, ...], extension: str) -> list[Made]:
    found = []
    for tile in tiles:
        assert tile.window is not None
        file = folder / f"r{tile.window.row:03d}-c{tile.window.column:03d}{extension}"
        tile.image.write_to_file(str(file))
        digest = hashlib.sha256(file.read_bytes()).digest()
        found.append(Made(file, file.stem, extension, extension[1:], 0, 0, file.stat().st_size, digest))
    return found


def described(
    folder: Path, extension: str = ".png", *after: Operation, bands: int = 3, source: str = "a b.jpg"
) -> dict[str, object]:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, bands)).astype(np.uint8)
    traits = Traits("JPEG", 50, 40, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    kind = {2: "b-w", 3: "srgb", 4: "srgb"}[bands]
    whole = Canvas(pyvips.Image.new_from_array(pixels, interpretation=kind), Path(source), traits, Metadata())
    tiles = tiled(whole, Tile(32, 32, 4, "shift"))
    text = manifest(Path(source), (Tile(32, 32, 4, "shift"), *after), tiles, made(folder, tiles, extension))
    return json.loads(text)


def test_it_tells_where_every_tile_lies(tmp_path: Path) -> None:
    found = described(tmp_path)
    tiles = found.pop("tiles")
    digest = found.pop("pixels_sha256")
    assert found == {
        "kind": "pictured tiles",
        "version": 1,
        "source": "a b.jpg",
        "width": 50,
        "height": 40,
        "bands": 3,
        "bit_depth": 8,
        "mode": "rgb",
        "alpha": False,
        "tile": {"width": 32, "height": 32, "overlap": 4, "last": "shift"},
        "lossless": True,
    }
    assert len(str(digest)) == 64
    assert found["alpha"] is False
    assert tiles[3] == {
        "file": "r001-c001.png",
        "row": 1,
        "column": 1,
        "x": 18,
        "y": 8,
        "width": 32,
        "height": 32,
        "sha256": hashlib.sha256((tmp_path / "r001-c001.png").read_bytes()).hexdigest(),
    }


def test_tiles_whose_pixels_the_format_changed_are_not_lossless(tmp_path: Path) -> None:
    assert described(tmp_path, ".jpg")["lossless"] is False


def test_tiles_that_something_was_done_to_are_not_lossless(tmp_path: Path) -> None:
    assert described(tmp_path, ".png", Resize(width=16))["lossless"] is False
    assert described(tmp_path, ".png", Encoding("png"))["lossless"] is True


@pytest.mark.parametrize(("bands", "mode"), [(2, "grey"), (4, "rgb")])
def test_alpha_is_told(tmp_path: Path, bands: int, mode: str) -> None:
    found = described(tmp_path, bands=bands)
    assert found["alpha"] is True
    assert (found["mode"], found["bands"]) == (mode, bands)


def test_a_name_that_cannot_be_shown_is(tmp_path: Path) -> None:
    assert described(tmp_path, source="a\nb\\c\udcff.jpg")["source"] == "a_b_c_.jpg"
