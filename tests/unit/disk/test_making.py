from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from pictured.disk.making import make, removed_on_error
from pictured.disk.reading import stamp_from
from pictured.errors import Changed, Refused, Unreadable, Vanished
from pictured.flow import Form

if TYPE_CHECKING:
    from conftest import World


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def ready(world: World) -> World:
    world.target.parent.mkdir(parents=True)
    return world


def test_a_copy_has_bytes_mode_and_times_of_its_source(ready: World) -> None:
    os.utime(ready.source, ns=(1_000_000_123, 2_000_000_456))
    step = ready.step()
    os.utime(ready.source, ns=(1_000_000_123, 2_000_000_456))
    stamp = make(step, ready.temporary)
    made = ready.temporary.lstat()
    assert ready.temporary.read_bytes() == ready.source.read_bytes()
    assert (made.st_atime_ns, made.st_mtime_ns, made.st_mode) == (1_000_000_123, 2_000_000_456, 0o100640)
    assert stamp == stamp_from(made)
    assert made.st_ino != ready.source.lstat().st_ino


def test_permission_beyond_reading_and_writing_is_not_copied(ready: World) -> None:
    ready.source.chmod(0o4755)
    make(ready.step(), ready.temporary)
    assert ready.temporary.lstat().st_mode == 0o100755


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000])
def test_every_size_is_copied_whole(ready: World, size: int) -> None:
    ready.write(ready.source, os.urandom(size))
    assert make(ready.step(), ready.temporary).size == size
    assert ready.temporary.read_bytes() == ready.source.read_bytes()


def test_a_hard_link_shares_everything_with_its_source(ready: World) -> None:
    step = ready.step(Form.HARDLINK)
    assert make(step, ready.temporary) == step.stamp
    assert ready.temporary.samefile(ready.source)
    assert ready.source.lstat().st_mode == 0o100640


def test_a_symbolic_link_has_its_own_stamp(ready: World) -> None:
    stamp = make(ready.step(Form.SYMLINK), ready.temporary)
    assert ready.temporary.readlink() == ready.source
    assert stamp == stamp_from(ready.temporary.lstat())


def test_a_clone_falls_back_to_a_copy(ready: World) -> None:
    stamp = make(ready.step(Form.REFLINK), ready.temporary)
    assert ready.temporary.read_bytes() == ready.source.read_bytes()
    assert stamp.mtime_ns == ready.source.lstat().st_mtime_ns


@pytest.mark.parametrize("kind", ["xfs", "btrfs"])
def test_a_clone_shares_its_blocks(new_world: Callable, tmp_path: Path, mount: Callable[..., Path], kind: str) -> None:
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(400 << 20)
    try:
        subprocess.run([f"mkfs.{kind}", "-q", image], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip(f"cannot make {kind} here")
    ready = type(new_world())(mount("-o", "loop", str(image)))
    ready.write(ready.source, os.urandom(20 << 20))
    ready.target.parent.mkdir(parents=True)
    os.sync()
    free = os.statvfs(ready.root).f_bfree
    make(ready.step(Form.REFLINK), ready.temporary)
    os.sync()
    taken = (free - os.statvfs(ready.root).f_bfree) * os.statvfs(ready.root).f_frsize
    assert ready.temporary.read_bytes() == ready.source.read_bytes()
    assert taken < 5 << 20


@pytest.mark.parametrize("form", list(Form))
def test_a_temporary_that_exists_is_left_alone(ready: World, form: Form) -> None:
    ready.temporary.write_bytes(b"someone")
    with pytest.raises(Changed, match="in the way"):
        make(ready.step(form), ready.temporary)
    assert ready.temporary.read_bytes() == b"someone"


@pytest.mark.parametrize("form", [Form.COPY, Form.REFLINK])
def test_other_bytes_than_indexed_are_not_copied(ready: World, form: Form) -> None:
    with pytest.raises(Changed, match="no longer holds"):
        make(ready.step(form, digest=bytes(32)), ready.temporary)
    assert names(ready.temporary.parent) == []


@pytest.mark.parametrize("form", [Form.COPY, Form.REFLINK, Form.HARDLINK])
def test_a_source_with_another_stamp_is_not_taken(ready: World, form: Form) -> None:
    step = ready.step(form)
    os.utime(ready.source)
    with pytest.raises(Changed):
        make(step, ready.temporary)
    assert names(ready.temporary.parent) == []


def test_a_source_that_grows_all_the_time_is_given_up(ready: World) -> None:
    step = ready.step()
    reads = 0

    def grow(_: FrameType, event: str, called: object) -> None:
        nonlocal reads
        if event == "c_call" and getattr(called, "__name__", "") == "read":
            reads += 1
            assert reads < 9
            with ready.source.open("ab") as file:
                file.write(bytes(100_000))

    sys.setprofile(grow)
    try:
        with pytest.raises(Changed):
            make(step, ready.temporary)
    finally:
        sys.setprofile(None)
    assert reads > 0
    assert names(ready.temporary.parent) == []


@pytest.mark.parametrize("form", [Form.COPY, Form.REFLINK, Form.HARDLINK])
def test_a_link_in_place_of_the_source_is_not_followed(ready: World, form: Form) -> None:
    step = ready.step(form)
    ready.source.rename(ready.source.with_name("moved"))
    ready.source.symlink_to("moved")
    with pytest.raises(Refused, match="symbolic link"):
        make(step, ready.temporary)
    assert names(ready.temporary.parent) == []


@pytest.mark.parametrize("form", [Form.COPY, Form.REFLINK, Form.HARDLINK])
def test_a_source_that_is_gone_has_vanished(ready: World, form: Form) -> None:
    step = ready.step(form)
    ready.source.unlink()
    with pytest.raises(Vanished):
        make(step, ready.temporary)
    assert names(ready.temporary.parent) == []


def test_a_hard_link_to_another_volume_says_what_to_set(new_world: Callable, mount: Callable[..., Path]) -> None:
    ready = new_world()
    temporary = mount("-t", "tmpfs", "tmpfs") / "t"
    with pytest.raises(Unreadable, match="set `as: copy`"):
        make(ready.step(Form.HARDLINK), temporary)


def test_a_folder_that_disappeared_is_told(world: World) -> None:
    for form in Form:
        with pytest.raises(Unreadable, match="its folder has disappeared"):
            make(world.step(form), world.temporary)


def test_what_is_ours_is_removed_whatever_the_failure(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(KeyboardInterrupt), removed_on_error(tmp_path / "a", tmp_path / "never made"):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_the_failure_is_told_even_if_nothing_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="full"), removed_on_error(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "full")


def test_bytes_that_were_made_anew_are_written_with_the_times_and_mode_of_their_source(ready: World) -> None:
    content = b"<x:xmpmeta/>" * 10
    step = ready.step(content=content, digest=hashlib.sha256(content).digest())

    stamp = make(step, ready.temporary)

    assert ready.temporary.read_bytes() == content
    assert stamp.mtime_ns == step.stamp.mtime_ns
    assert ready.temporary.stat().st_mode & 0o777 == ready.source.stat().st_mode & 0o777
