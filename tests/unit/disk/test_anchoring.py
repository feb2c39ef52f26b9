import os
from pathlib import Path

import pytest

from pictured.disk.anchoring import inside, stamp_inside
from pictured.disk.reading import stamp_of
from pictured.errors import Refused, Vanished


def test_what_is_done_in_a_held_folder_stays_there_when_a_link_takes_its_place(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "a/b", tmp_path / "elsewhere"
    folder.mkdir(parents=True)
    (elsewhere / "b").mkdir(parents=True)

    with inside(folder) as held:
        (tmp_path / "a").rename(tmp_path / "moved")
        (tmp_path / "a").symlink_to(elsewhere)
        os.mkdir("made", dir_fd=held)

    assert (tmp_path / "moved/b/made").is_dir()
    assert list((elsewhere / "b").iterdir()) == []


@pytest.mark.parametrize("path", ["link", "link/below", "file", "file/below"])
def test_a_folder_that_is_reached_over_a_link_or_a_file_is_not_held(tmp_path: Path, path: str) -> None:
    (tmp_path / "real/below").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").touch()

    with pytest.raises(NotADirectoryError), inside(tmp_path / path):
        pass


def test_a_folder_that_is_not_there_is_not_held(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), inside(tmp_path / "a/b"):
        pass


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    with inside(tmp_path) as before:
        pass

    with inside(tmp_path / "a/b"), pytest.raises(NotADirectoryError), inside(tmp_path / "link/b"):
        pass

    with inside(tmp_path) as after:
        assert after == before


def test_a_stamp_is_that_of_the_file_and_none_is_given_over_a_link(tmp_path: Path) -> None:
    file = tmp_path / "a/1.jpg"
    file.parent.mkdir()
    file.write_bytes(b"picture")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "a/link.jpg").symlink_to("1.jpg")

    assert stamp_inside(file) == stamp_of(file)
    for path in (tmp_path / "b/1.jpg", tmp_path / "a/2.jpg"):
        with pytest.raises(Vanished):
            stamp_inside(path)
    with pytest.raises(Refused, match="a symbolic link"):
        stamp_inside(tmp_path / "a/link.jpg")
