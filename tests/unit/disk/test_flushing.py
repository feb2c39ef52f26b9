import sys
from pathlib import Path
from types import BuiltinFunctionType, FrameType

import pytest

from pictured.disk.flushing import drop_cache, flush, flush_folder, make_folders


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folders_are_made_as_deep_as_needed(tmp_path: Path) -> None:
    make_folders(tmp_path / "a" / "b" / "c")
    make_folders(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_every_folder_that_is_made_is_flushed_into_the_one_above(tmp_path: Path) -> None:
    calls: list[str] = []

    def note(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and isinstance(called, BuiltinFunctionType) and called.__module__ == "posix":
            calls.append(called.__name__)

    sys.setprofile(note)
    try:
        make_folders(tmp_path / "a" / "b")
    finally:
        sys.setprofile(None)
    assert [name for name in calls if name in {"mkdir", "fsync"}] == ["mkdir", "fsync", "mkdir", "fsync"]


def test_nothing_is_made_below_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    with pytest.raises(NotADirectoryError):
        make_folders(tmp_path / "link" / "a" / "b")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("below", ["file", "file/a/b"])
def test_a_file_is_never_made_a_folder(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        make_folders(tmp_path / below)
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_folder_and_a_file_are_flushed(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.write(b"x")
        flush(file.fileno())
        drop_cache(file.fileno())
    flush_folder(tmp_path)
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_folder_whose_file_system_cannot_flush_counts_as_flushed() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a file system that cannot flush folders")
    flush_folder(Path("/proc/self"))


def test_a_missing_folder_cannot_be_flushed(tmp_path: Path) -> None:
    before = len(names(Path("/dev/fd")))
    with pytest.raises(FileNotFoundError):
        flush_folder(tmp_path / "gone")
    assert len(names(Path("/dev/fd"))) == before
