"""A picture and its companions: real files, whole trees compared, and a death at every touch."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pictured.disk.placing import temporary_name
from pictured.disk.reading import stamp_of
from pictured.disk.together import finish_together, place_together, refusal_to_take_back, take_back_together
from pictured.errors import Changed, Unreadable, Vanished
from pictured.flow import Collect, Form, Placed, Stamp

if TYPE_CHECKING:
    from conftest import World

DIED, INTENT = 42, 7
TOUCHES = frozenset({"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.symlink", "os.chmod", "os.utime"})
COMPANIONS = {"a.jpg.xmp": b"<x/>", "a.mov": b"film" * 300, "a.dng": b"raw" * 500}


def alone(step: Collect, source: Path, target: Path, replaces: Placed | None = None) -> Collect:
    import hashlib

    return Collect(
        step.entry,
        None,
        source,
        stamp_of(source),
        hashlib.sha256(source.read_bytes()).digest(),
        target,
        step.form,
        "it belongs to the picture",
        replaces,
    )


def unit(world: World, form: Form = Form.COPY, replaces: Placed | None = None) -> Collect:
    """The picture of the world with three companions."""
    step = world.step(form, replaces)
    owned = {each.target: each for each in (replaces, *replaces.companions)} if replaces else {}
    companions = []
    for name, content in COMPANIONS.items():
        source, target = world.write(world.source.with_name(name), content), world.target.with_name(name)
        companions.append(alone(step, source, target, owned.get(target)))
    return replace(step, companions=tuple(companions))


def placed(step: Collect, number: int = 3) -> Placed:
    """Place a step and give the record of it."""
    stamps = place_together(step, number)
    steps = (step, *step.companions)
    every = [
        Placed(number + at, "best", each.target, stamp, each.digest, each.source, each.form, "only copy")
        for at, (each, stamp) in enumerate(zip(steps, stamps, strict=True))
    ]
    return replace(every[0], companions=tuple(every[1:]))


def older(world: World, form: Form, name: str = "a.jpg") -> Placed:
    """A unit that an earlier run placed: a poorer picture with a sidecar of its own, and edits."""
    poorer = world.root / "poorer"
    step = world.step(form)
    sources = {name: b"poorer" * 99, f"{name}.xmp": b"<old/>", "a.aae": b"edits"}
    for each, content in sources.items():
        world.write(poorer / each, content)
    steps = [alone(step, poorer / each, world.target.with_name(each)) for each in sources]
    return placed(replace(steps[0], companions=tuple(steps[1:])))


def new(world: World, form: Form) -> Collect:
    return unit(world, form)


def in_place(world: World, form: Form) -> Collect:
    return unit(world, form, older(world, form))


def elsewhere(world: World, form: Form) -> Collect:
    return unit(world, form, older(world, form, "a.png"))


def over_a_companion(world: World, form: Form) -> Collect:
    """What was the picture before has the name of a companion now."""
    return unit(world, form, older(world, form, "a.dng"))


def without_companions_now(world: World, form: Form) -> Collect:
    return world.step(form, older(world, form))


every_form = pytest.mark.parametrize("form", list(Form))
every_situation = pytest.mark.parametrize(
    "situation", [new, in_place, elsewhere, over_a_companion, without_companions_now]
)
Situation = Callable[..., Collect]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@every_form
@every_situation
def test_a_unit_is_placed_as_a_whole_and_nothing_else_is_left(world: World, form: Form, situation: Situation) -> None:
    step = situation(world, form)

    stamps = place_together(step, INTENT)

    steps = (step, *step.companions)
    assert names(step.target.parent) == sorted(each.target.name for each in steps)
    assert [each.target.read_bytes() for each in steps] == [each.source.read_bytes() for each in steps]
    assert [each.target.lstat().st_ino for each in steps] == [stamp.inode for stamp in stamps]
    assert [each.target.is_symlink() for each in steps] == [form is Form.SYMLINK] * len(steps)


@every_situation
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_companion_that_is_gone_changed_or_unreadable_leaves_everything_as_it_was(
    world: World, tree: Callable[[Path], object], situation: Situation, number: int
) -> None:
    step = situation(world, Form.COPY)
    if not step.companions:
        pytest.skip("has no companion")
    source = step.companions[number - 1].source
    before, sources = tree(step.target.parent), source.read_bytes()

    source.unlink()
    with pytest.raises(Vanished, match=source.name):
        place_together(step, INTENT)
    world.write(source, b"other")
    with pytest.raises(Changed, match=source.name):
        place_together(step, INTENT)
    world.write(source, sources)
    unread = replace(step.companions[number - 1], stamp=stamp_of(source), digest=b"")
    others = [each for each in step.companions if each.source != source]
    with pytest.raises(Changed, match=source.name):
        place_together(replace(step, companions=(*others, unread)), INTENT)
    spoilt = replace(step.companions[number - 1], stamp=stamp_of(source), digest=bytes(32))
    with pytest.raises(Changed, match=source.name):
        place_together(replace(step, companions=(*others, spoilt)), INTENT)

    assert tree(step.target.parent) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_companion_that_may_not_be_read_is_named(world: World) -> None:
    step = unit(world)
    step.companions[1].source.chmod(0)

    with pytest.raises(Unreadable, match=step.companions[1].source.name):
        place_together(step, INTENT)


@every_situation
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_name_that_somebody_took_leaves_everything_as_it_was(
    world: World, tree: Callable[[Path], object], situation: Situation, number: int
) -> None:
    step = situation(world, Form.COPY)
    target = [step, *step.companions][number % (1 + len(step.companions))].target
    world.write(target, b"theirs")
    before = tree(step.target.parent)

    with pytest.raises(Changed, match=target.name):
        place_together(step, INTENT)

    assert tree(step.target.parent) == before


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_person_changed_of_the_replaced_unit_stays_and_so_does_the_rest(
    world: World, tree: Callable[[Path], object], number: int
) -> None:
    step = in_place(world, Form.COPY)
    assert step.replaces is not None
    world.write(step.replaces.companions[number - 1].target, b"rated by a person")
    before = tree(step.target.parent)

    with pytest.raises(Changed, match="yours"):
        place_together(step, INTENT)

    assert tree(step.target.parent) == before


@every_situation
@pytest.mark.parametrize("form", [Form.COPY, Form.HARDLINK, None])
def test_wherever_it_dies_recovery_leaves_all_or_nothing_of_the_unit(
    new_world: Callable[..., World],
    tree: Callable[[Path], object],
    in_child: Callable[[Callable[[], int]], int],
    refuse_hard_links: Callable[[int], None],
    situation: Situation,
    form: Form | None,
) -> None:
    """Without a form, it is a copy where there are no hard links."""
    ends = []
    for last in range(1, 400):
        world = new_world()
        step = situation(world, form or Form.COPY)
        before = tree(step.target.parent)

        def work(step: Collect = step, last: int = last, world: World = world) -> int:
            if form is None:
                refuse_hard_links(errno.EPERM)
            return dying(step, world, last)

        code = in_child(work)

        stamps = finish_together(step, INTENT)
        after = tree(step.target.parent)
        assert finish_together(step, INTENT) == stamps
        assert tree(step.target.parent) == after
        ends.append(stamps is not None)
        if stamps is None:
            assert after == before
        else:
            assert names(step.target.parent) == sorted(each.target.name for each in (step, *step.companions))
            assert None not in stamps
        if code == 0:
            break
    else:
        pytest.fail("it never came to its end")
    # Once the picture has its name, the step is done; before, it is not.
    assert ends == sorted(ends)
    assert len(set(ends)) == 2


def dying(step: Collect, world: World, last: int) -> int:
    count = 0

    def touched(event: str, args: tuple[object, ...]) -> None:
        nonlocal count
        ours = [each for each in args if isinstance(each, str | os.PathLike) and str(world.root) in str(each)]
        if event in TOUCHES and ours:
            count += 1
            if count == last:
                os._exit(DIED)

    sys.addaudithook(touched)
    place_together(step, INTENT)
    return 0


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
@every_situation
def test_a_unit_is_placed_where_there_are_no_hard_links(
    world: World,
    in_child: Callable[[Callable[[], int]], int],
    refuse_hard_links: Callable[[int], None],
    situation: Situation,
    code: int,
) -> None:
    step = situation(world, Form.COPY)

    def work() -> int:
        refuse_hard_links(code)
        place_together(step, INTENT)
        return 0

    assert in_child(work) == 0
    assert names(step.target.parent) == sorted(each.target.name for each in (step, *step.companions))


def test_what_cannot_be_taken_away_again_is_left_to_the_next_start(world: World) -> None:
    step = unit(world)
    # The companion's name is claimed before the picture's, whose name somebody takes in the last moment.
    temporary = temporary_name(step.companions[0].target, INTENT)
    place_together(replace(step, companions=()), INTENT)
    step.target.unlink()
    world.write(step.target, b"theirs")
    os.link(world.write(temporary, COMPANIONS["a.jpg.xmp"]), step.companions[0].target)

    assert finish_together(step, INTENT) is None
    assert names(step.target.parent) == ["a.jpg"]
    assert step.target.read_bytes() == b"theirs"


def test_recovery_leaves_a_companion_that_somebody_changed_out_of_the_record(world: World) -> None:
    step = unit(world)
    place_together(step, INTENT)
    world.write(step.companions[1].target, b"theirs")

    stamps = finish_together(step, INTENT)

    assert stamps is not None
    assert [stamp is None for stamp in stamps] == [False, False, True, False]
    assert step.companions[1].target.read_bytes() == b"theirs"


@every_form
def test_a_unit_is_taken_back_as_a_whole(world: World, form: Form) -> None:
    unit_placed = placed(unit(world, form))

    assert refusal_to_take_back(unit_placed) is None
    assert take_back_together(unit_placed)
    assert names(world.target.parent) == []
    assert refusal_to_take_back(unit_placed) is None


def test_a_unit_of_which_a_person_changed_a_file_is_not_taken_back(world: World) -> None:
    unit_placed = placed(unit(world))
    world.write(world.target.with_name("a.jpg.xmp"), b"rated")

    assert refusal_to_take_back(unit_placed) == unit_placed.companions[0]

    world.write(world.target, b"edited")
    assert not take_back_together(unit_placed)
    assert names(world.target.parent) == ["a.dng", "a.jpg", "a.jpg.xmp", "a.mov"]


def test_taking_back_goes_on_where_it_was_cut_off(world: World) -> None:
    unit_placed = placed(unit(world))
    world.target.unlink()
    world.target.with_name("a.mov").unlink()

    assert refusal_to_take_back(unit_placed) is None
    assert take_back_together(unit_placed)
    assert names(world.target.parent) == []


def test_the_stamps_are_those_of_the_files(world: World) -> None:
    step = unit(world)

    stamps = place_together(step, INTENT)

    assert isinstance(stamps[0], Stamp)
    assert stamps == tuple(stamp_of(each.target) for each in (step, *step.companions))
