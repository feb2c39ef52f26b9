import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import pyvips
import typer
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from pictured.cli.untiling import untile
from pictured.errors import Changed, ExitCode, Refused, TooLarge, UsageError, Vanished
from pictured.imaging.operations import Encoding, Operation, Tile
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.traits import Traits

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PICTURED_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    app = typer.Typer()
    app.command("untile")(untile)

    def work(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments])

    return work


def cut(folder: Path, pixels: np.ndarray, *operations: Operation, source: str = "a.png") -> Path:
    """Save a picture, cut it as a rule does, give the files their names, and give the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    deep = pixels.dtype == np.uint16
    kind = ("grey16" if deep else "b-w") if pixels.ndim == 2 else ("rgb16" if deep else "srgb")
    pyvips.Image.new_from_array(pixels, interpretation=kind).write_to_file(str(folder / source))
    height, width = pixels.shape[:2]
    kind = {".png": "PNG", ".tif": "TIFF", ".jpg": "JPEG"}[Path(source).suffix]
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    mode = "grey" if pixels.ndim == 2 else "rgb"
    depth, size = 8 * pixels.itemsize, (folder / source).stat().st_size
    traits = Traits(kind, width, height, 1, 1, depth, mode, bands in (2, 4), False, None, None, size, {})
    (folder / "tiles").mkdir()
    for made in rendered(Order(folder / source, traits, operations, folder / "tiles")).made:
        made.file.rename(folder / "tiles" / f"{made.name}{made.extension}")
    return folder / "tiles" / "manifest.json"


def noise(*shape: int, kind: str = "uint8") -> np.ndarray:
    return np.random.default_rng(3).integers(0, np.iinfo(kind).max + 1, shape).astype(kind)


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(70, 90), (70, 90, 3), (70, 90, 4)])
def test_the_picture_comes_back_exactly(
    tmp_path: Path, run: Run, ending: str, kind: str, shape: tuple[int, ...]
) -> None:
    pixels = noise(*shape, kind=kind)
    manifest = cut(tmp_path, pixels, Tile(32, 32, 5, "pad"), source=f"a{ending}")
    result = run(manifest, "--out", tmp_path / f"back{ending}")
    assert result.exit_code == 0, result.exception
    assert "exactly the pixels that were cut" in result.output
    back = pyvips.Image.new_from_file(str(tmp_path / f"back{ending}")).numpy()
    assert back.dtype == pixels.dtype
    assert np.array_equal(back, pixels)


def test_a_jpeg_is_cut_without_loss(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32), source="a b.jpg")
    assert {path.suffix for path in manifest.parent.iterdir()} == {".png", ".json"}
    result = run(manifest.parent, "--json")
    assert json.loads(result.stdout) == {
        "untiled": str(manifest.with_name("a b.png")),
        "width": 90,
        "height": 70,
        "tiles": 9,
        "exact": True,
        "error": None,
    }
    with Image.open(tmp_path / "a b.jpg") as source, Image.open(manifest.with_name("a b.png")) as back:
        decoded = pyvips.Image.new_from_file(str(tmp_path / "a b.jpg")).numpy()
        assert np.array_equal(np.asarray(back), decoded)
        assert back.size == source.size


def test_loss_is_told(tmp_path: Path, run: Run) -> None:
    result = run(cut(tmp_path, noise(70, 90, 3), Tile(32, 32), Encoding("jpeg", 80)))
    assert result.exit_code == 0, result.exception
    assert "not the same pixels: the tiles were stored with loss" in result.output


def test_exif_fields_and_profile_are_kept(tmp_path: Path, run: Run) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ada"
    exif[0x0112] = 6
    profile = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").icc_export(output_profile="p3")
    icc = bytes(profile.get("icc-profile-data"))
    pixels = noise(70, 90, 3)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=exif, icc_profile=icc)
    traits = Traits("JPEG", 90, 70, 6, 1, 8, "rgb", False, False, None, None, 1, {})
    (tmp_path / "tiles").mkdir()
    for made in rendered(Order(tmp_path / "a.jpg", traits, (Tile(32, 32),), tmp_path / "tiles")).made:
        made.file.rename(tmp_path / "tiles" / f"{made.name}{made.extension}")
    assert run(tmp_path / "tiles").exit_code == 0
    with Image.open(tmp_path / "tiles" / "a.png") as back:
        assert back.size == (70, 90)
        assert back.getexif()[0x013B] == "Ada"
        assert back.getexif().get(0x0112, 1) == 1
        assert back.info["icc_profile"] == icc


def test_nothing_is_overwritten(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    (tmp_path / "back.png").write_bytes(b"mine")
    result = run(manifest, "--out", tmp_path / "back.png")
    assert isinstance(result.exception, Changed)
    assert result.exception.exit_code == ExitCode.SOME_FAILED
    assert (tmp_path / "back.png").read_bytes() == b"mine"


def test_an_ending_that_loses_something_is_refused(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    result = run(manifest, "--out", tmp_path / "back.jpg")
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == ExitCode.USAGE


def test_a_missing_tile_is_named_and_nothing_is_left(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    manifest.with_name("r001-c001.png").unlink()
    result = run(manifest, "--out", tmp_path / "back.png")
    assert isinstance(result.exception, Vanished)
    assert "manifest.json names the tile r001-c001.png, which is missing" in str(result.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "tiles"]


def test_a_changed_tile_is_named(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    manifest.with_name("r001-c001.png").write_bytes(manifest.with_name("r000-c000.png").read_bytes())
    result = run(manifest)
    assert isinstance(result.exception, Changed)
    assert "r001-c001.png, which is not the file that it was made for" in str(result.exception)


def test_a_tile_that_is_a_link_is_refused(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    tile = manifest.with_name("r001-c001.png")
    tile.rename(tmp_path / "elsewhere.png")
    tile.symlink_to(tmp_path / "elsewhere.png")
    result = run(manifest)
    assert isinstance(result.exception, Refused)
    assert "is a symbolic link" in str(result.exception)


def test_a_tile_that_is_far_too_large_is_not_read(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    with manifest.with_name("r001-c001.png").open("r+b") as file:
        file.truncate(10**11)
    assert isinstance(run(manifest).exception, TooLarge)


def test_a_manifest_that_points_elsewhere_is_refused(tmp_path: Path, run: Run) -> None:
    manifest = cut(tmp_path, noise(70, 90, 3), Tile(32, 32))
    told = json.loads(manifest.read_text())
    told["tiles"][0] |= {"file": "../a.png", "sha256": hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(told))
    result = run(manifest)
    assert isinstance(result.exception, Refused)
    assert str(result.exception).startswith(f"{manifest} is no manifest of tiles (tiles.0.file)")


def test_what_is_no_manifest_is_refused(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert isinstance(run(tmp_path / "a.json").exception, Refused)
    assert isinstance(run(tmp_path / "b.json").exception, Vanished)
