import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused, TooLarge
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import InvisibleMark, Quantise, Resize, Tile
from pictured.imaging.rendered import Order
from pictured.rules.examining import examine
from pictured.rules.rendering import render

LIMITS = DecodingLimits(pixels=10**7, memory=10**9)
Draw = Callable[..., Path]


def order(path: Path, folder: Path, *operations: Resize | Quantise) -> Order:
    folder.mkdir(exist_ok=True)
    return Order(path, examine(path, stamp_of(path), LIMITS), operations, folder)


def test_a_result_lies_in_the_folder_and_is_described(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "a.jpg", "coffee", width=120)
    done = render(order(path, tmp_path / "drafts", Resize(long_edge=60)), stamp_of(path), LIMITS)
    [made] = done.made
    assert (made.width, made.height, made.extension, made.name) == (60, 40, ".jpg", "")
    assert made.file.parent == tmp_path / "drafts"
    assert made.size == made.file.stat().st_size


def test_a_file_that_changed_is_not_rendered(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "a.jpg", "coffee", width=120)
    stamp, asked = stamp_of(path), order(path, tmp_path / "drafts", Resize(long_edge=60))
    draw(path, "rocket", width=100)
    with pytest.raises(Changed):
        render(asked, stamp, LIMITS)


def test_an_error_names_the_file(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "a.jpg", "coffee", width=120)
    asked = order(path, tmp_path / "drafts", Resize(long_edge=60))
    with pytest.raises(TooLarge, match=r"a\.jpg has .* megapixels; limits\.megapixels is 0\.001\."):
        render(asked, stamp_of(path), DecodingLimits(pixels=1000, memory=10**9))
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises((Refused, Exception), match=r"a\.jpg"):
        render(asked, stamp_of(path), LIMITS)


def test_the_process_that_renders_loads_the_engine_and_nothing_else_that_is_large() -> None:
    code = (
        "import sys, pictured.rules.rendering;"
        "print(*{'pyvips', 'PIL', 'numpy', 'cv2', 'pydantic', 'typer', 'sqlite3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pyvips"]


def test_a_mark_is_read_back_from_the_coded_file(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "a.jpg", "china", width=480)
    (tmp_path / "drafts").mkdir()
    asked = Order(path, examine(path, stamp_of(path), LIMITS), (InvisibleMark(key=bytes(8)),), tmp_path / "drafts")
    assert dict(render(asked, stamp_of(path), LIMITS).notes)["read_back"]["margins_db"]


def test_the_tiles_of_a_picture_share_one_random_key(tmp_path: Path, draw: Draw) -> None:
    path = draw(tmp_path / "a.jpg", "china", width=480)
    (tmp_path / "drafts").mkdir()
    operations = (Tile(width=240, height=320), InvisibleMark(bits=64))
    asked = Order(path, examine(path, stamp_of(path), LIMITS), operations, tmp_path / "drafts")
    notes = dict(render(asked, stamp_of(path), LIMITS).notes)
    assert len(str(notes["invisible_mark"]["key"])) == 16
    assert [margin is not None for margin in notes["read_back"]["margins_db"]] == [True, True]  # type: ignore[attr-defined]
