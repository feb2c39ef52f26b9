from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import BuiltinFunctionType, FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.claiming import claim_name
from pictured.disk.placing import finish, is_gone, place, take_back, temporary_name
from pictured.disk.reading import stamp_from
from pictured.errors import Changed, FileError, Refused, Unreadable, Vanished
from pictured.flow import Collect, Form, Placed, Stamp

if TYPE_CHECKING:
    from conftest import World


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


DIED = 42
LIMIT = 500
HELD = getattr(os, "O_PATH", 0)
CALLS_THAT_MATTER = ("posix", "fcntl", "_io")
TOUCHES = frozenset(
    {"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.symlink", "os.chmod", "os.utime", "fcntl.ioctl"}
)


def upgrade(world: World, form: Form, *, elsewhere: bool) -> Collect:
    """Place a worse picture, as an earlier run did, and ask for a better one instead of it."""
    worse = world.write(world.root / "photos" / "worse.jpg", b"worse" * 99)
    old = world.target.with_name("old.jpg") if elsewhere else world.target
    old.parent.mkdir(parents=True, exist_ok=True)
    if form is Form.SYMLINK:
        old.symlink_to(worse)
    elif form is Form.HARDLINK:
        old.hardlink_to(worse)
    else:
        world.write(old, b"worse" * 99)
    return world.step(form, world.placed(old, worse, form))


SITUATIONS: dict[str, Callable[..., Collect]] = {
    "new": lambda world, form: world.step(form),
    "in place": lambda world, form: upgrade(world, form, elsewhere=False),
    "elsewhere": lambda world, form: upgrade(world, form, elsewhere=True),
}
every_form = pytest.mark.parametrize("form", list(Form))
every_situation = pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS.keys())


@given(st.binary(min_size=1, max_size=255), st.integers(1, 2**63))
def test_the_name_of_a_temporary_is_short_hidden_and_the_same_again(name: bytes, intent: int) -> None:
    name = name.replace(b"/", b"_").replace(b"\0", b"_")
    target = Path("/best") / os.fsdecode(b"x" if name in {b".", b".."} else name)
    temporary = temporary_name(target, intent)
    assert temporary == temporary_name(target, intent)
    assert temporary.parent == target.parent
    assert temporary.name.startswith(f".pictured-{intent}-")
    assert max(len(os.fsencode(temporary.name)), len(os.fsencode(claim_name(temporary).name))) <= 64


@every_form
@every_situation
def test_a_placed_file_is_all_that_changes(world: World, tree: Callable, form: Form, situation: Callable) -> None:
    step = situation(world, form)
    expected = tree(world.root)
    if step.replaces is not None:
        del expected[os.fsencode(step.replaces.target.relative_to(world.root))]
    stamp = place(step, world.temporary)
    after = tree(world.root)
    placed = after.pop(b"best/2010/a.jpg")
    assert stamp == stamp_from(world.target.lstat())
    assert world.target.read_bytes() == world.source.read_bytes()
    match form:
        case Form.SYMLINK:
            assert placed == ("link", b"photos/a.jpg")
        case Form.HARDLINK:
            assert stamp == step.stamp
            assert world.target.samefile(world.source)
            # In its turn the target comes first in the listing.
            after[b"photos/a.jpg"] = (*after[b"photos/a.jpg"][:3], b"photos/a.jpg")
        case _:
            assert placed[:2] == ("0o100640", world.source.lstat().st_mtime_ns)
            assert world.target.lstat().st_nlink == 1
    if form is Form.HARDLINK and b"photos/worse.jpg" in expected:
        expected[b"photos/worse.jpg"] = (*expected[b"photos/worse.jpg"][:3], b"photos/worse.jpg")
    assert after == expected


def test_bytes_are_on_the_disk_before_their_name_and_both_before_the_old_file_goes(world: World) -> None:
    calls: list[str] = []

    def note(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and isinstance(called, BuiltinFunctionType) and called.__module__ == "posix":
            calls.append(called.__name__)

    step = upgrade(world, Form.COPY, elsewhere=True)
    sys.setprofile(note)
    try:
        place(step, world.temporary)
    finally:
        sys.setprofile(None)
    order = [name for name in calls if name in {"fsync", "fchmod", "utime", "link", "unlink", "posix_fadvise"}]
    expected = ["fsync", "posix_fadvise", "fchmod", "utime", "fsync", "link", "unlink", "fsync", "unlink", "fsync"]
    assert order == [name for name in expected if name != "posix_fadvise" or sys.platform == "linux"]


@every_form
def test_a_target_that_exists_stays(world: World, tree: Callable, form: Form) -> None:
    world.write(world.target, b"mine")
    before = tree(world.root)
    with pytest.raises(Changed, match="exists already"):
        place(world.step(form), world.temporary)
    assert tree(world.root) == before


@every_form
def test_a_target_that_exists_stays_where_another_file_is_replaced(world: World, tree: Callable, form: Form) -> None:
    step = upgrade(world, form, elsewhere=True)
    world.write(world.target, b"mine")
    before = tree(world.root)
    with pytest.raises(Changed, match="exists already"):
        place(step, world.temporary)
    assert tree(world.root) == before


@every_form
@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("removed", [False, True])
def test_a_replaced_file_that_somebody_changed_stays(
    world: World,
    tree: Callable,
    form: Form,
    *,
    elsewhere: bool,
    removed: bool,
) -> None:
    step = upgrade(world, form, elsewhere=elsewhere)
    assert step.replaces is not None
    step.replaces.target.unlink()
    if not removed:
        world.write(step.replaces.target, b"edited by a person")
    before = tree(world.root)
    with pytest.raises(Changed, match="yours and stays"):
        place(step, world.temporary)
    assert tree(world.root) == before


def test_a_hard_link_that_is_already_the_best_is_replaced_by_itself(world: World, tree: Callable) -> None:
    world.target.parent.mkdir(parents=True)
    world.target.hardlink_to(world.source)
    before = tree(world.root)
    step = world.step(Form.HARDLINK, world.placed(world.target, world.source, Form.HARDLINK))
    assert place(step, world.temporary) == step.stamp
    assert tree(world.root) == before


def test_a_source_never_counts_as_the_file_to_replace(world: World, tree: Callable) -> None:
    before = tree(world.root)
    itself = world.placed(world.source, world.source)
    for target in (world.source, world.target):
        with pytest.raises(Refused, match="cannot replace itself"):
            place(world.step(Form.COPY, itself, target=target), world.temporary)
    assert tree(world.root) == before


@every_form
def test_a_source_that_changed_is_not_taken(world: World, form: Form) -> None:
    step = world.step(form)
    os.utime(world.source)
    with pytest.raises(Changed, match="has changed"):
        place(step, world.temporary)
    assert not world.target.parent.exists()


@every_form
def test_a_source_that_is_gone_has_vanished(world: World, form: Form) -> None:
    step = world.step(form)
    world.source.unlink()
    with pytest.raises(Vanished):
        place(step, world.temporary)


@every_form
def test_a_pipe_at_the_source_does_not_block(world: World, form: Form) -> None:
    step = world.step(form)
    world.source.unlink()
    os.mkfifo(world.source)
    with pytest.raises(Refused, match="FIFO"):
        place(step, world.temporary)


@every_form
def test_a_link_at_the_source_is_not_followed(world: World, form: Form) -> None:
    step = world.step(form)
    world.source.rename(world.root / "moved")
    world.source.symlink_to(world.root / "moved")
    with pytest.raises(Refused, match="symbolic link"):
        place(step, world.temporary)


NAMES = [b"\xff.jpg", b"a\nb.jpg", "海.jpg".encode(), b"x" * 251 + b".jpg", b"-rf", b" "]


@every_form
@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_any_name_can_be_placed(world: World, form: Form, name: bytes) -> None:
    try:
        source = world.write(world.root / os.fsdecode(name), b"picture")
    except OSError:
        pytest.skip("this file system does not allow the name")
    target = world.target.with_name(os.fsdecode(name))
    step = world.step(form, source=source, stamp=stamp_from(source.lstat()), target=target)
    step = world.step(form, source=source, stamp=step.stamp, target=target, digest=world.placed(source, source).digest)
    place(step, temporary_name(target, 1))
    assert names(target.parent) == [os.fsdecode(name)]
    assert target.read_bytes() == b"picture"


def test_a_name_that_is_too_long_is_told_and_leaves_nothing(world: World, tree: Callable) -> None:
    before = tree(world.root)
    target = world.target.with_name("x" * 256)
    for _ in ("folder missing", "folder there"):
        with pytest.raises(Unreadable, match="too long for the file system; choose a shorter name template"):
            place(world.step(target=target), temporary_name(target, 1))
        assert finish(world.step(target=target), temporary_name(target, 1)) is None
    assert tree(world.root) == before


def test_a_file_in_place_of_a_folder_is_told_and_stays(world: World, tree: Callable) -> None:
    world.write(world.target.parent, b"mine")
    before = tree(world.root)
    with pytest.raises(Unreadable, match="a part of its path is not a folder"):
        place(world.step(), world.temporary)
    assert finish(world.step(), world.temporary) is None
    assert tree(world.root) == before


def test_a_full_disk_is_told_and_leaves_nothing(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs")
    world.write(world.source, os.urandom(200_000))
    step = world.step(target=best / "a.jpg")
    with pytest.raises(Unreadable, match=r"a\.jpg cannot be written: the disk is full; free some space"):
        place(step, temporary_name(step.target, 1))
    assert names(best) == []


def test_a_target_that_exists_is_told_before_anything_is_copied(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs")
    world.write(world.source, os.urandom(200_000))
    world.write(best / "a.jpg", b"mine")
    with pytest.raises(Changed, match="exists already"):
        place(world.step(target=best / "a.jpg"), best / "t")


def test_a_full_disk_keeps_the_worse_copy(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs")
    world.write(world.source, os.urandom(200_000))
    worse = world.write(world.root / "worse", b"worse")
    ours = world.placed(world.write(best / "a.jpg", b"worse"), worse)
    with pytest.raises(Unreadable, match="the disk is full"):
        place(world.step(Form.COPY, ours, target=best / "a.jpg"), best / ".pictured-1-0.tmp")
    assert names(best) == ["a.jpg"]
    assert (best / "a.jpg").read_bytes() == b"worse"


@every_form
def test_a_read_only_destination_is_told(world: World, mount: Callable[..., Path], form: Form) -> None:
    best = mount("-t", "tmpfs", "-o", "ro", "tmpfs")
    for target in (best / "a.jpg", best / "new" / "a.jpg"):
        with pytest.raises(Unreadable, match=r"read-only; mount it writable|set `as: copy`"):
            place(world.step(form, target=target), temporary_name(target, 1))


def test_a_destination_without_permission_is_told(world: World) -> None:
    world.target.parent.mkdir(parents=True)
    world.target.parent.chmod(0o500)
    if os.access(world.target.parent, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(Unreadable, match="permission is denied; let the user who runs pictured write"):
        place(world.step(), world.temporary)


def test_another_volume_gets_copies_and_symbolic_links(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "tmpfs")
    for form in (Form.COPY, Form.REFLINK, Form.SYMLINK):
        target = best / form.value
        place(world.step(form, target=target), temporary_name(target, 1))
        assert target.read_bytes() == world.source.read_bytes()
    with pytest.raises(Unreadable, match="set `as: copy`"):
        place(world.step(Form.HARDLINK, target=best / "h"), best / "t")
    assert sorted(names(best)) == ["copy", "reflink", "symlink"]


# After a crash


def states(world: World, step: Collect) -> Iterator[tuple[str, Callable[[], object], bool]]:
    """Every state a crash can leave, by hand: a name, what makes it, and whether the target is claimed in it."""
    claim = claim_name(world.temporary)
    content = world.source.read_bytes()

    def whole(path: Path) -> None:
        world.write(path, content)

    def linked() -> None:
        whole(world.temporary)
        world.target.unlink(missing_ok=True)
        world.target.hardlink_to(world.temporary)

    yield "nothing", lambda: None, False
    yield "folder", lambda: world.target.parent.mkdir(parents=True, exist_ok=True), False
    yield "empty temporary", lambda: world.write(world.temporary, b""), False
    yield "half a temporary", lambda: world.write(world.temporary, content[:99], mode=0o600), False
    yield "whole temporary", lambda: whole(world.temporary), False
    if step.replaces is None or step.replaces.target != step.target:
        yield "both names", linked, True
        yield "claim name", lambda: whole(claim), False
        yield "reservation", lambda: (whole(claim), world.target.touch()), False
    yield "target only", lambda: (world.target.unlink(missing_ok=True), whole(world.target)), True
    if step.replaces is not None and step.replaces.target != step.target:
        yield "old gone", lambda: (whole(world.target), step.replaces.target.unlink()), True


@every_situation
def test_every_state_a_crash_leaves_is_finished(new_world: Callable, tree: Callable, situation: Callable) -> None:
    every = [name for name, _, _ in states(new_world(), situation(new_world(), Form.COPY))]
    for at, expected_name in enumerate(every):
        world = new_world()
        step = situation(world, Form.COPY)
        before = tree(world.root)
        name, arrange, done = list(states(world, step))[at]
        assert name == expected_name
        arrange()
        undisturbed = new_world()
        place(situation(undisturbed, Form.COPY), undisturbed.temporary)
        for _ in ("first", "again"):
            stamp = finish(step, world.temporary)
            assert (stamp is not None) == done, name
            assert tree(world.root) == (tree(undisturbed.root) if done else before), name
        assert stamp == (stamp_from(world.target.lstat()) if done else None)


def test_recovery_leaves_a_file_that_a_person_put_there(world: World, tree: Callable) -> None:
    step = world.step()
    world.write(world.target, b"mine")
    before = tree(world.root)
    world.write(world.temporary, world.source.read_bytes())
    assert finish(step, world.temporary) is None
    assert tree(world.root) == before


def test_recovery_leaves_an_empty_file_that_is_no_reservation(world: World, tree: Callable) -> None:
    step = world.step()
    world.write(world.target, b"")
    before = tree(world.root)
    world.write(world.temporary, world.source.read_bytes())
    assert finish(step, world.temporary) is None
    assert tree(world.root) == before


def test_recovery_leaves_a_file_that_took_the_place_of_the_reservation(world: World, tree: Callable) -> None:
    step = world.step()
    world.write(world.target, b"mine")
    before = tree(world.root)
    world.write(claim_name(world.temporary), world.source.read_bytes())
    assert finish(step, world.temporary) is None
    assert tree(world.root) == before


def test_recovery_leaves_a_replaced_file_that_was_changed_since(world: World, tree: Callable) -> None:
    step = upgrade(world, Form.COPY, elsewhere=True)
    assert step.replaces is not None
    world.write(world.target, world.source.read_bytes())
    world.write(step.replaces.target, b"edited by a person")
    before = tree(world.root)
    assert finish(step, world.temporary) == stamp_from(world.target.lstat())
    assert tree(world.root) == before


def test_recovery_works_when_the_source_is_gone(world: World) -> None:
    step = world.step()
    place(step, world.temporary)
    world.source.unlink()
    assert finish(step, world.temporary) == stamp_from(world.target.lstat())


def die_at(root: Path, count: int, act: Callable[[], None]) -> None:
    """Call `act` just before the `count`-th touch of a file below `root`."""
    left = count

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event not in TOUCHES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & HELD):
            return
        paths = [os.fspath(value) for value in arguments if isinstance(value, str | os.PathLike)]
        # A name alone is one in a folder that is held open.
        if not paths or any(path.startswith(str(root)) or "/" not in path for path in paths):
            left -= 1
            if left == 0:
                act()

    sys.addaudithook(hook)


def die_after(_: Path, count: int, act: Callable[[], None]) -> None:
    """Call `act` just after the `count`-th call of the system, of whatever kind."""
    left = count

    def note(_: FrameType, event: str, called: object) -> None:
        nonlocal left
        if event == "c_return" and isinstance(called, BuiltinFunctionType):
            owner = called.__self__
            if type(owner).__module__ in CALLS_THAT_MATTER or getattr(owner, "__name__", "") in CALLS_THAT_MATTER:
                left -= 1
                if left == 0:
                    act()

    sys.setprofile(note)


RUNS = [(form, situation, False) for form in Form for situation in SITUATIONS]
RUNS += [(form, situation, True) for form in (Form.COPY, Form.SYMLINK) for situation in ("new", "elsewhere")]
every_run = pytest.mark.parametrize(("form", "name", "linkless"), RUNS)
# Without clones, which the file systems of tests seldom have, a clone is a copy after one call that failed.
unlike_run = pytest.mark.parametrize(("form", "name", "linkless"), [run for run in RUNS if run[0] is not Form.REFLINK])


@pytest.fixture
def run(in_child: Callable, request: pytest.FixtureRequest) -> Callable[..., int]:
    """Place a step in a child, with something that happens at the N-th touch; 0: placed, 3: an error that we raised."""

    def start(
        world: World,
        step: Collect,
        *,
        linkless: bool,
        trigger: Callable = die_at,
        count: int = 0,
        act: Callable[[], None] = lambda: None,
    ) -> int:
        refuse = request.getfixturevalue("refuse_hard_links") if linkless else None

        def work() -> int:
            if refuse is not None:
                refuse(errno.EPERM)
            trigger(world.root, count, act)
            try:
                place(step, world.temporary)
            except FileError:
                return 3
            finally:
                sys.setprofile(None)
            return 0

        return in_child(work)

    return start


@every_run
@pytest.mark.parametrize("trigger", [die_at, die_after])
def test_killed_anywhere_and_recovered_it_is_done_or_never_was(
    *,
    new_world: Callable,
    tree: Callable,
    run: Callable,
    form: Form,
    name: str,
    trigger: Callable,
    linkless: bool,
) -> None:
    undisturbed = new_world()
    assert run(undisturbed, SITUATIONS[name](undisturbed, form), linkless=linkless) == 0
    done = tree(undisturbed.root)
    finished = []
    for count in range(1, LIMIT):
        world = new_world()
        step = SITUATIONS[name](world, form)
        before = tree(world.root)
        code = run(world, step, linkless=linkless, trigger=trigger, count=count, act=lambda: os._exit(DIED))
        if code == 0:
            break
        assert code == DIED
        stamp = finish(step, world.temporary)
        finished.append(stamp is not None)
        assert tree(world.root) == (before if stamp is None else done), count
        assert finish(step, world.temporary) == stamp
        assert tree(world.root) == (before if stamp is None else done), count
        if stamp is None:
            stamp = place(step, world.temporary)
            assert tree(world.root) == done
        assert stamp == stamp_from(world.target.lstat())
    assert finished == sorted(finished)
    assert {True, False} == set(finished)
    assert 2 < len(finished) < LIMIT - 2


@unlike_run
def test_killed_in_recovery_too_it_is_done_or_never_was(
    *, new_world: Callable, tree: Callable, run: Callable, in_child: Callable, form: Form, name: str, linkless: bool
) -> None:
    undisturbed = new_world()
    assert run(undisturbed, SITUATIONS[name](undisturbed, form), linkless=linkless) == 0
    done = tree(undisturbed.root)
    for first in range(1, LIMIT):
        code = 0
        for second in range(1, LIMIT):
            world = new_world()
            step = SITUATIONS[name](world, form)
            before = tree(world.root)
            code = run(world, step, linkless=linkless, count=first, act=lambda: os._exit(DIED))

            def recover(world: World = world, step: Collect = step, second: int = second) -> int:
                die_at(world.root, second, lambda: os._exit(DIED))
                finish(step, world.temporary)
                return 0

            again = in_child(recover)
            stamp = finish(step, world.temporary)
            assert tree(world.root) == (before if stamp is None else done), (first, second)
            if again == 0:
                break
            assert again == DIED
        if code == 0:
            return
    pytest.fail("it never ended")


@unlike_run
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_an_error_anywhere_changes_nothing_or_comes_too_late(
    *, new_world: Callable, tree: Callable, run: Callable, form: Form, name: str, code: int, linkless: bool
) -> None:
    undisturbed = new_world()
    assert run(undisturbed, SITUATIONS[name](undisturbed, form), linkless=linkless) == 0
    done = tree(undisturbed.root)
    failed = placed = 0
    for count in range(1, LIMIT):
        world = new_world()
        step = SITUATIONS[name](world, form)
        before = tree(world.root)

        def fail(world: World = world) -> None:
            (world.root / "failed").touch()
            raise OSError(code, os.strerror(code))

        ended = run(world, step, linkless=linkless, count=count, act=fail)
        if not (world.root / "failed").exists():
            break
        (world.root / "failed").unlink()
        after = tree(world.root)
        assert ended in {0, 3}, count
        if ended == 3:
            failed += 1
            assert after == before, count
        else:
            placed += 1
            assert after[b"best/2010/a.jpg"][0] == done[b"best/2010/a.jpg"][0]
            assert world.target.read_bytes() == world.source.read_bytes()
            assert finish(step, world.temporary) is not None
            assert tree(world.root) == done
    assert failed > 1
    assert placed > 0


# Taking back


@every_form
def test_what_was_placed_is_taken_back_and_nothing_else(world: World, tree: Callable, form: Form) -> None:
    before = tree(world.root)
    place(world.step(form), world.temporary)
    placed = world.placed(world.target, world.source, form)
    assert take_back(placed)
    assert tree(world.root) == before
    assert not take_back(placed)
    assert tree(world.root) == before


@every_form
def test_what_was_placed_is_gone_when_its_name_is_free(world: World, form: Form) -> None:
    place(world.step(form), world.temporary)
    placed = world.placed(world.target, world.source, form)
    assert not is_gone(placed)
    take_back(placed)
    assert is_gone(placed)


def test_what_lies_on_a_volume_that_is_not_there_is_not_gone(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "tmpfs")
    place(world.step(target=best / "a.jpg"), best / "t")
    placed = world.placed(best / "a.jpg", world.source)
    with ExitStack() as after:
        assert os.system(f"mount -t tmpfs tmpfs {best}") == 0  # noqa: S605
        after.callback(os.system, f"umount {best}")
        assert not placed.target.exists()
        assert not is_gone(placed)


@every_form
def test_what_somebody_changed_is_not_taken_back(world: World, tree: Callable, form: Form) -> None:
    place(world.step(form), world.temporary)
    placed = world.placed(world.target, world.source, form)
    world.target.unlink()
    world.write(world.target, b"edited by a person")
    before = tree(world.root)
    assert not take_back(placed)
    assert tree(world.root) == before


def test_a_read_only_destination_gives_nothing_back(world: World, mount: Callable[..., Path]) -> None:
    best = mount("-t", "tmpfs", "tmpfs")
    step = world.step(target=best / "a.jpg")
    place(step, best / "t")
    with ExitStack() as after:
        assert os.system(f"mount -o remount,ro {best}") == 0  # noqa: S605
        after.callback(os.system, f"mount -o remount,rw {best}")
        with pytest.raises(Unreadable, match="read-only"):
            take_back(world.placed(best / "a.jpg", world.source))


def test_the_stamp_does_not_depend_on_the_temporary(world: World) -> None:
    stamp: Stamp = place(world.step(), world.temporary)
    placed = Placed(1, "best", world.target, stamp, world.step().digest, world.source, Form.COPY, "")
    assert take_back(placed)
