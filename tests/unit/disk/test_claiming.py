from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pictured.disk.claiming import (
    as_recorded,
    claim_in_place,
    claim_name,
    claim_new,
    claimed,
    discard,
    remove,
    remove_reservation,
    seen,
    still_ours,
)
from pictured.disk.reading import stamp_from
from pictured.errors import Changed
from pictured.flow import Form

if TYPE_CHECKING:
    from conftest import World


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


LINKLESS = [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    temporary = tmp_path / ".pictured-1-00000000.tmp"
    temporary.write_bytes(b"picture")
    return temporary, tmp_path / "a.jpg"


def test_a_free_name_is_taken(pair: tuple[Path, Path]) -> None:
    claim_new(*pair)
    assert pair[1].samefile(pair[0])


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link", "empty file"])
def test_a_name_that_is_taken_is_left_alone(pair: tuple[Path, Path], kind: str) -> None:
    occupy(pair[1], kind)
    before = stamp_from(pair[1].lstat())
    with pytest.raises(Changed, match="exists already"):
        claim_new(*pair)
    assert stamp_from(pair[1].lstat()) == before
    assert pair[0].read_bytes() == b"picture"


def occupy(path: Path, kind: str) -> None:
    match kind:
        case "file":
            path.write_bytes(b"mine")
        case "empty file":
            path.touch()
        case "folder":
            path.mkdir()
        case "link":
            path.with_name("other").write_bytes(b"mine")
            path.symlink_to("other")
        case _:
            path.symlink_to("nothing")


@pytest.mark.parametrize("code", LINKLESS)
def test_without_hard_links_a_free_name_is_taken_too(
    pair: tuple[Path, Path], in_child: Callable, refuse_hard_links: Callable[[int], None], code: int
) -> None:
    def work() -> int:
        refuse_hard_links(code)
        claim_new(*pair)
        return 0

    assert in_child(work) == 0
    assert names(pair[1].parent) == ["a.jpg"]
    assert pair[1].read_bytes() == b"picture"


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link", "empty file"])
def test_without_hard_links_a_name_that_is_taken_is_left_alone(
    pair: tuple[Path, Path], in_child: Callable, refuse_hard_links: Callable[[int], None], kind: str
) -> None:
    occupy(pair[1], kind)
    before = stamp_from(pair[1].lstat())

    def work() -> int:
        refuse_hard_links(errno.EPERM)
        with pytest.raises(Changed, match="exists already"):
            claim_new(*pair)
        return 0

    assert in_child(work) == 0
    assert stamp_from(pair[1].lstat()) == before
    assert not claim_name(pair[0]).exists()


def test_another_failure_to_link_is_no_reason_to_reserve(
    pair: tuple[Path, Path], in_child: Callable, refuse_hard_links: Callable[[int], None]
) -> None:
    def work() -> int:
        refuse_hard_links(errno.EIO)
        with pytest.raises(OSError, match="Input/output"):
            claim_new(*pair)
        return 0

    assert in_child(work) == 0
    assert names(pair[0].parent) == [pair[0].name]


def test_our_own_file_is_replaced(world: World) -> None:
    ours = world.placed(world.write(world.target, b"worse"), world.write(world.root / "w", b"worse"))
    world.write(world.temporary, b"better")
    claim_in_place(world.temporary, ours)
    assert names(world.target.parent) == ["a.jpg"]
    assert world.target.read_bytes() == b"better"


CHANGES: dict[str, Callable[[Path], object]] = {
    "touched": os.utime,
    "grown": lambda path: path.write_bytes(b"worse and more"),
    "saved anew": lambda path: (path.with_name("n").write_bytes(b"worse"), path.with_name("n").replace(path)),
    "removed": lambda path: path.unlink(),
    "made a link": lambda path: (path.rename(path.with_name("n")), path.symlink_to("n")),
    "made a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_file_that_somebody_changed_is_theirs(world: World, tree: Callable, change: Callable[[Path], object]) -> None:
    ours = world.placed(world.write(world.target, b"worse"), world.write(world.root / "w", b"worse"))
    world.write(world.temporary, b"better")
    change(world.target)
    before = tree(world.root)
    assert not as_recorded(ours)
    assert not still_ours(ours)
    assert not remove(ours)
    with pytest.raises(Changed, match="it is yours and stays"):
        claim_in_place(world.temporary, ours)
    assert tree(world.root) == before


def test_other_bytes_under_an_old_stamp_are_theirs(world: World) -> None:
    ours = world.placed(world.write(world.target, b"worse"), world.write(world.root / "w", b"worse"))
    mtime = world.target.lstat().st_mtime_ns
    with world.target.open("r+b") as file:
        file.write(b"rated")
    os.utime(world.target, ns=(mtime, mtime))
    assert as_recorded(ours)
    assert not still_ours(ours)
    assert not remove(ours)
    assert world.target.read_bytes() == b"rated"


def test_a_link_that_points_elsewhere_is_theirs(world: World) -> None:
    world.target.parent.mkdir(parents=True)
    world.target.symlink_to(world.source)
    ours = world.placed(world.target, world.source, Form.SYMLINK)
    assert still_ours(ours)
    assert not still_ours(replace(ours, source=world.root / "photos" / "b.jpg"))


def test_a_hard_link_is_ours_until_its_bytes_change(world: World) -> None:
    world.target.parent.mkdir(parents=True)
    world.target.hardlink_to(world.source)
    ours = world.placed(world.target, world.source, Form.HARDLINK)
    assert still_ours(ours)
    world.source.write_bytes(b"edited in place")
    assert not still_ours(ours)


def test_only_an_empty_file_is_a_reservation(tmp_path: Path) -> None:
    for kind in ("file", "folder", "link", "dangling link"):
        occupy(tmp_path / kind, kind)
        remove_reservation(tmp_path / kind)
        assert seen(tmp_path / kind) is not None
    occupy(tmp_path / "empty file", "empty file")
    remove_reservation(tmp_path / "empty file")
    remove_reservation(tmp_path / "empty file")
    assert seen(tmp_path / "empty file") is None


def test_nothing_is_seen_where_nothing_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "a", tmp_path / "file" / "a", tmp_path / ("a" * 300)):
        assert seen(path) is None
        discard(path)


@pytest.mark.parametrize("form", list(Form))
def test_a_free_target_was_not_claimed(world: World, form: Form) -> None:
    assert claimed(world.step(form), (world.temporary,)) is None


def test_a_copy_with_bytes_and_time_of_the_source_was_claimed(world: World) -> None:
    world.write(world.target, world.source.read_bytes())
    assert claimed(world.step(), (world.temporary,)) == stamp_from(world.target.lstat())


def test_the_two_seconds_of_fat_are_allowed_for(world: World) -> None:
    mtime = world.source.lstat().st_mtime_ns // 2_000_000_000 * 2_000_000_000
    world.write(world.target, world.source.read_bytes(), mtime)
    assert claimed(world.step(), ()) == stamp_from(world.target.lstat())


def test_a_copy_of_another_time_is_somebody_elses(world: World) -> None:
    world.write(world.target, world.source.read_bytes(), 1_700_000_000_000_000_000)
    assert claimed(world.step(), ()) is None


def test_other_bytes_of_the_same_time_are_somebody_elses(world: World) -> None:
    world.write(world.target, world.source.read_bytes()[::-1])
    assert claimed(world.step(), ()) is None


def test_nothing_was_claimed_as_long_as_a_leftover_is_another_file(world: World) -> None:
    world.write(world.target, world.source.read_bytes())
    world.write(world.temporary, world.source.read_bytes())
    assert claimed(world.step(), (world.temporary,)) is None
    world.temporary.unlink()
    world.temporary.hardlink_to(world.target)
    assert claimed(world.step(), (world.temporary,)) is not None


def test_a_copy_is_no_hard_link(world: World) -> None:
    world.write(world.target, world.source.read_bytes())
    assert claimed(world.step(Form.HARDLINK), ()) is None


def test_a_link_to_the_target_of_a_copy_is_no_copy(world: World) -> None:
    world.target.parent.mkdir(parents=True)
    world.target.symlink_to(world.source)
    assert claimed(world.step(Form.COPY), ()) is None
    assert claimed(world.step(Form.SYMLINK), ()) == stamp_from(world.target.lstat())
