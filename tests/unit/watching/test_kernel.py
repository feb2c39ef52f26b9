import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictured.watching.kernel import inodes_in, unwatched, watch_limit, watched_inodes
from pictured.watching.observing import Observing

FDINFO = """\
pos:	0
flags:	02000000
mnt_id:	15
inotify wd:2 ino:9e7e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:7e9e0000640d1b6d
inotify wd:1 ino:a111 sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:11a10000640d1b6d
"""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: only its kernel tells")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a/b", "a/c", "d"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a/link").symlink_to(tmp_path)
    return tmp_path


@pytest.fixture
def observing() -> Iterator[Observing]:
    found = Observing(lambda _: None, lambda _: None)
    yield found
    found.stop()


def inodes(*folders: Path) -> frozenset[int]:
    return frozenset(folder.stat().st_ino for folder in folders)


def test_watches_are_read_as_the_kernel_writes_them() -> None:
    assert inodes_in(FDINFO) == {0x9E7E, 0xA111}
    assert inodes_in("pos:\t0\nflags:\t02\neventfd-count: 0\n") == set()


@on_linux
def test_every_directory_that_is_watched_is_found(root: Path, observing: Observing) -> None:
    before = watched_inodes()
    assert observing.watch(root).mode == "events"
    assert watched_inodes() - before == inodes(root, root / "a", root / "a/b", root / "a/c", root / "d")
    assert unwatched(root, [root], watched_inodes()) == []


def test_directories_without_a_watch_are_found_at_any_depth_and_links_are_not_followed(root: Path) -> None:
    assert unwatched(root, [root / "a", root / "a/b"], inodes(root, root / "a", root / "d")) == [
        root / "a/b",
        root / "a/c",
    ]
    assert unwatched(root, [root / "d"], inodes(root)) == [root / "d"]


def test_what_is_gone_again_is_passed_over(root: Path) -> None:
    assert unwatched(root, [root / "gone"], inodes(root)) == []


def test_nothing_is_said_where_the_kernel_has_other_inodes_than_programs(root: Path) -> None:
    assert unwatched(root, [root / "a"], frozenset({1, 2})) == []


@on_linux
def test_the_limit_is_a_number() -> None:
    assert (watch_limit() or 0) > 0
