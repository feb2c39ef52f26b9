from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.disk.creating import created
from pictured.errors import Changed, Refused, Unreadable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_the_block_writes_gets_the_name(tmp_path: Path) -> None:
    with created(tmp_path / "a.png") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        temporary.write_bytes(b"picture")
        assert not (tmp_path / "a.png").exists()
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"picture"


def test_a_file_that_the_block_puts_in_the_place_of_the_temporary_counts(tmp_path: Path) -> None:
    with created(tmp_path / "a.png") as temporary:
        (tmp_path / "other").write_bytes(b"picture")
        (tmp_path / "other").replace(temporary)
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"picture"


def test_the_umask_rules_the_permissions(tmp_path: Path, in_child: Callable[[Callable[[], int]], int]) -> None:
    def work() -> int:
        os.umask(0o027)
        with created(tmp_path / "a.png") as temporary:
            temporary.write_bytes(b"picture")
        return 0

    assert in_child(work) == 0
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o640


@pytest.mark.parametrize("error", [Refused("is no picture."), KeyboardInterrupt(), ValueError("not ours")])
def test_a_block_that_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    def work() -> None:
        with created(tmp_path / "a.png") as temporary:
            temporary.write_bytes(b"half")
            raise error

    with pytest.raises(type(error)):
        work()
    assert names(tmp_path) == []


def test_an_error_of_the_system_names_the_target(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"a\.png cannot be written: the disk is full"), created(tmp_path / "a.png"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "empty file", "folder", "dangling link"])
def test_a_name_that_is_taken_is_refused_before_the_work(tmp_path: Path, kind: str) -> None:
    occupy(tmp_path / "a.png", kind)
    before = (tmp_path / "a.png").lstat()
    with pytest.raises(Changed, match="exists already"), created(tmp_path / "a.png"):
        pytest.fail("the block ran")
    assert (tmp_path / "a.png").lstat() == before
    assert names(tmp_path) == ["a.png"]


@pytest.mark.parametrize("kind", ["file", "empty file", "folder", "dangling link"])
def test_a_name_that_is_taken_meanwhile_is_left_alone(tmp_path: Path, kind: str) -> None:
    def work() -> None:
        with created(tmp_path / "a.png") as temporary:
            temporary.write_bytes(b"picture")
            occupy(tmp_path / "a.png", kind)
            before.append((tmp_path / "a.png").lstat())

    before: list[os.stat_result] = []
    with pytest.raises(Changed, match="exists already"):
        work()
    assert [(tmp_path / "a.png").lstat()] == before
    assert names(tmp_path) == ["a.png"]


def occupy(path: Path, kind: str) -> None:
    match kind:
        case "file":
            path.write_bytes(b"mine")
        case "empty file":
            path.touch()
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("nothing")


def test_without_hard_links_the_name_is_given_too(
    tmp_path: Path, in_child: Callable[[Callable[[], int]], int], refuse_hard_links: Callable[[int], None]
) -> None:
    def work() -> int:
        refuse_hard_links(errno.EPERM)
        with created(tmp_path / "a.png") as temporary:
            temporary.write_bytes(b"picture")
        return 0

    assert in_child(work) == 0
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"picture"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"there is no folder .*gone"), created(tmp_path / "gone" / "a.png"):
        pytest.fail("the block ran")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unreadable, match="is not a folder"), created(tmp_path / "file" / "a.png"):
        pytest.fail("the block ran")


def test_a_name_that_is_too_long_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="too long"), created(tmp_path / ("a" * 300)):
        pytest.fail("the block ran")
