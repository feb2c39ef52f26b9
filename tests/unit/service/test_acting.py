import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
from pictured.disk.together import place_together
from pictured.flow import Collect, Form, Keep, Outcome, Picture, Placed
from pictured.service.acting import act, undo
from pictured.service.lanes import Heard
from pictured.service.library import Library
from pictured.service.recovering import recover

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Tree = Callable[[Path], dict[str, bytes]]


def done(step: Collect, library: Library) -> Placed:
    outcome = asyncio.run(act(step, library, step.target.parent))
    assert outcome.error is None
    assert outcome.placed is not None
    return outcome.placed


def test_what_is_done_is_journaled(step: Collect, library: Library, tree: Tree) -> None:
    placed = done(step, library)

    assert tree(step.target.parent) == {"a.jpg": step.source.read_bytes()}
    assert library.journal.active("best") == [placed]
    assert placed.stamp == stamp_of(step.target)
    assert library.journal.answers("best") == {step.query: placed.id}
    assert library.journal.intents() == []


def test_a_kept_file_answers_the_query_too(step: Collect, library: Library) -> None:
    placed = done(step, library)
    other = Path("/q/other.jpg")
    keep = Keep("best", other, step.source, placed, "it is already collected")

    assert asyncio.run(act(keep, library, step.target.parent)) == Outcome(keep, placed)
    assert library.journal.answers("best")[other] == placed.id


def test_a_keep_of_nothing_does_nothing(library: Library) -> None:
    keep = Keep("best", Path("/q/a.jpg"), None, None, "it was taken back by undo")

    assert asyncio.run(act(keep, library, Path("/best"))) == Outcome(keep, None)
    assert library.journal.answers("best") == {}


def test_what_fails_leaves_neither_file_nor_intent(step: Collect, library: Library, tree: Tree) -> None:
    step.target.parent.mkdir()
    step.target.write_bytes(b"theirs")

    outcome = asyncio.run(act(step, library, step.target.parent))

    assert outcome.placed is None
    assert outcome.error
    assert "a.jpg exists already" in outcome.error
    assert tree(step.target.parent) == {"a.jpg": b"theirs"}
    assert library.journal.intents() == []
    assert library.journal.active("best") == []


def test_two_at_once_for_one_name_harm_nobody(step: Collect, library: Library, tree: Tree) -> None:
    async def both() -> list[Outcome]:
        return list(await asyncio.gather(*(act(step, library, step.target.parent) for _ in range(2))))

    outcomes = asyncio.run(both())

    assert sorted(outcome.error is None for outcome in outcomes) == [False, True]
    assert tree(step.target.parent) == {"a.jpg": step.source.read_bytes()}
    assert len(library.journal.active("best")) == 1
    assert library.journal.intents() == []


def test_what_was_taken_back_is_gone_and_declined(step: Collect, library: Library, tree: Tree) -> None:
    placed = done(step, library)

    assert asyncio.run(undo(placed, library)) is None
    assert tree(step.target.parent) == {}
    assert step.source.exists()
    assert library.journal.declined("best") == {step.digest}
    assert asyncio.run(undo(placed, library)) == "it was taken back or replaced before"


def test_what_a_person_changed_is_not_taken_back(step: Collect, library: Library, tree: Tree) -> None:
    placed = done(step, library)
    step.target.write_bytes(b"edited")

    refusal = asyncio.run(undo(placed, library))

    assert refusal is not None
    assert "it was changed" in refusal
    assert tree(step.target.parent) == {"a.jpg": b"edited"}
    assert library.journal.active("best") == [placed]


def test_an_edit_that_restored_the_time_is_noticed(step: Collect, library: Library, tree: Tree) -> None:
    """As programs do that write a rating into a file."""
    placed = done(step, library)
    before = step.target.stat()
    with step.target.open("r+b") as file:
        file.seek(50)
        file.write(b"*")
    os.utime(step.target, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert asyncio.run(undo(placed, library)) is not None
    assert list(tree(step.target.parent)) == ["a.jpg"]


def test_a_replaced_file_cannot_be_taken_back_but_what_replaced_it_can(
    tmp_path: Path, step: Collect, library: Library, draw: Draw, index: Index, tree: Tree
) -> None:
    first = done(step, library)
    better = index(draw(tmp_path / "l/b.jpg", "coffee", width=200))
    upgrade = Collect(
        "best", step.query, better.path, better.stamp, better.content.digest, tmp_path / "best/b.jpg", Form.COPY,
        "pixels", first,
    )  # fmt: skip
    second = done(upgrade, library)
    assert list(tree(tmp_path / "best")) == ["b.jpg"]

    assert asyncio.run(undo(first, library)) == "it was taken back or replaced before"
    assert asyncio.run(undo(second, library)) is None
    assert tree(tmp_path / "best") == {}


@pytest.fixture
def unit(step: Collect) -> Collect:
    """The step with a sidecar, a film, and a sidecar of another style that was made anew."""
    for ending in (".jpg.xmp", ".mov"):
        step.source.with_name(f"a{ending}").write_bytes(ending.encode() * 50)

    def companion(ending: str, content: bytes | None = None) -> Collect:
        source = step.source if content else step.source.with_name(f"a{ending}")
        return replace(
            step,
            query=None,
            source=source,
            stamp=stamp_of(source),
            digest=sha256(content or source.read_bytes()).digest(),
            target=step.target.with_name(f"a{ending}"),
            reason="rating 4 from /l/b.jpg" if content else "it belongs to the picture",
            content=content,
        )

    return replace(step, companions=(companion(".jpg.xmp"), companion(".mov"), companion(".xmp", b"<made/>")))


def test_a_unit_is_placed_and_journaled_as_one(unit: Collect, library: Library, tree: Tree) -> None:
    placed = done(unit, library)

    assert tree(unit.target.parent) == {
        "a.jpg": unit.source.read_bytes(),
        "a.jpg.xmp": b".jpg.xmp" * 50,
        "a.mov": b".mov" * 50,
        "a.xmp": b"<made/>",
    }
    assert library.journal.active("best") == [placed]
    assert [each.target for each in placed.companions] == [each.target for each in unit.companions]
    assert [each.stamp for each in placed.companions] == [stamp_of(each.target) for each in unit.companions]
    assert library.sidecar.read()[placed.id].placed == placed
    [deed] = library.journal.history(unit.companions[1].target, 10)
    assert [each.reason for each in deed.companions][2] == "rating 4 from /l/b.jpg"
    # A raw file beside it is indexed where the destination is watched: it is ours.
    assert all(library.journal.is_ours(each.target, each.stamp) for each in placed.companions)


def test_a_unit_of_which_a_file_is_gone_is_not_placed_at_all(unit: Collect, library: Library, tree: Tree) -> None:
    unit.companions[1].source.unlink()

    outcome = asyncio.run(act(unit, library, unit.target.parent))

    assert outcome.error is not None
    assert "a.mov is no longer there" in outcome.error
    assert tree(unit.target.parent) == {}
    assert library.journal.intents() == []


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_unit_is_taken_back_as_one_by_any_of_its_files(
    unit: Collect, library: Library, tree: Tree, number: int
) -> None:
    placed = done(unit, library)
    given = (placed, *placed.companions)[number]

    assert asyncio.run(undo(given, library)) is None

    assert tree(unit.target.parent) == {}
    assert tree(unit.source.parent).keys() == {"a.jpg", "a.jpg.xmp", "a.mov"}
    assert library.journal.declined("best") == {unit.digest}
    assert library.journal.count() == 0
    assert library.sidecar.read() == {}
    assert library.journal.undoing() == []


def test_a_unit_with_a_sidecar_that_a_person_changed_is_left_as_it_is(
    unit: Collect, library: Library, tree: Tree
) -> None:
    placed = done(unit, library)
    placed.companions[0].target.write_bytes(b"five stars")
    before = tree(unit.target.parent)

    refusal = asyncio.run(undo(placed, library))

    assert refusal is not None
    assert "a.jpg.xmp, which belongs to it, was changed" in refusal
    assert tree(unit.target.parent) == before


def test_taking_back_that_was_cut_off_is_finished(unit: Collect, library: Library, tree: Tree) -> None:
    placed = done(unit, library)
    library.journal.begin_undo(placed.id)
    placed.target.unlink()
    placed.companions[1].target.write_bytes(b"theirs by now")

    asyncio.run(recover(library))

    assert tree(unit.target.parent) == {"a.mov": b"theirs by now"}
    assert library.journal.undoing() == []
    assert library.journal.active("best") == []


def test_a_unit_that_was_cut_off_after_its_end_is_finished(unit: Collect, library: Library) -> None:
    intent = library.journal.begin(unit, 1.0)
    stamps = place_together(unit, intent)

    finished, dropped = asyncio.run(recover(library))

    assert dropped == []
    [placed] = library.journal.active("best")
    assert [outcome.placed for outcome in finished] == [placed]
    assert [each.stamp for each in (placed, *placed.companions)] == list(stamps)


def test_a_better_copy_takes_the_place_of_the_whole_unit(unit: Collect, library: Library, tree: Tree) -> None:
    placed = done(unit, library)
    better = replace(unit, replaces=placed, companions=(replace(unit.companions[1], replaces=placed.companions[1]),))

    again = done(better, library)

    assert tree(unit.target.parent).keys() == {"a.jpg", "a.mov"}
    assert library.journal.active("best") == [again]
    assert [each.target.name for each in again.companions] == ["a.mov"]
    assert library.journal.placed_at(unit.companions[0].target) is None


def test_what_was_placed_after_the_turn_was_lost_is_taken_back(step: Collect, library: Library, tree: Tree) -> None:
    answers = iter([True, False])
    library.lanes.turn_kept = lambda _: lambda: next(answers)

    outcome = asyncio.run(act(step, library, step.target.parent))

    assert outcome.placed is None
    assert "another one took over" in (outcome.error or "")
    assert tree(step.target.parent) == {}
    assert library.journal.active("best") == []
    assert library.journal.declined("best") == frozenset()


def test_what_comes_late_is_taken_back_if_another_machine_placed_it_meanwhile(
    step: Collect, shared_libraries: tuple[Library, Library], tmp_path: Path, tree: Tree
) -> None:
    anna, bert = shared_libraries
    best = tmp_path / "share/best"
    hanging = threading.Event()

    def kept(_: Path) -> Callable[[], bool]:
        return lambda: hanging.wait(20)

    anna.lanes.turn_kept = kept
    anna.lanes.patience = 0.05

    async def both() -> None:
        heard: asyncio.Queue[Heard] = asyncio.Queue()
        anna.lanes.tell = heard.put_nowait
        late = await act(replace(step, target=best / "a.jpg"), anna, best)
        assert "does not answer" in (late.error or "")
        other = await act(replace(step, target=best / "b.jpg"), bert, best)
        assert other.error is None
        anna.lanes.patience = 20.0
        hanging.set()
        async with asyncio.timeout(20):
            while (await heard.get()).silent:
                pass
        await anna.lanes.emptied()

    asyncio.run(both())

    assert list(tree(best)) == ["b.jpg"]
    assert [placed.target.name for placed in anna.journal.active("best")] == ["b.jpg"]
    assert anna.journal.intents() == []


def test_nothing_gets_its_name_after_the_turn_was_lost(unit: Collect, library: Library, tree: Tree) -> None:
    asked: list[Path] = []

    def kept(folder: Path) -> Callable[[], bool]:
        asked.append(folder)
        return lambda: not list(folder.glob(".pictured-*"))

    library.lanes.turn_kept = kept

    outcome = asyncio.run(act(unit, library, unit.target.parent))

    assert asked == [unit.target.parent]
    assert outcome.placed is None
    assert "went over to another machine" in (outcome.error or "")
    assert tree(unit.target.parent) == {}
    assert library.journal.intents() == []


def test_what_another_machine_placed_for_itself_is_not_taken_back_here(
    step: Collect, shared_libraries: tuple[Library, Library]
) -> None:
    anna, bert = shared_libraries
    placed = done(step, anna)
    found = bert.journal.placed(placed.id)
    assert found is not None

    assert "it lies on anna" in (asyncio.run(undo(found, bert)) or "")
    assert step.target.exists()
    assert asyncio.run(undo(placed, anna)) is None
