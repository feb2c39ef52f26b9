import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.disk.placing import place, temporary_name
from pictured.disk.reading import stamp_of
from pictured.flow import Collect, Form, Keep, Outcome, Picture, Placed
from pictured.service.acting import act, offline, recover, undo
from pictured.service.library import Library

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Tree = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def step(tmp_path: Path, draw: Draw, index: Index) -> Collect:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    return Collect(
        "best",
        tmp_path / "q/poor.jpg",
        picture.path,
        picture.stamp,
        picture.content.digest,
        tmp_path / "best/a.jpg",
        Form.COPY,
        "the only copy",
    )


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


def test_a_write_that_was_cut_off_after_its_end_is_finished(step: Collect, library: Library, tree: Tree) -> None:
    intent = library.journal.begin(step, 1.0)
    place(step, temporary_name(step.target, intent))

    finished, dropped = recover(library)

    assert dropped == []
    assert [outcome.placed for outcome in finished] == library.journal.active("best")
    assert list(tree(step.target.parent)) == ["a.jpg"]
    assert library.journal.intents() == []
    assert recover(library) == ([], [])


@pytest.mark.parametrize("written", [None, b"", b"half"])
def test_a_write_that_was_cut_off_before_is_cleaned_away(
    step: Collect, library: Library, tree: Tree, written: bytes | None
) -> None:
    intent = library.journal.begin(step, 1.0)
    step.target.parent.mkdir()
    if written is not None:
        temporary_name(step.target, intent).write_bytes(written)

    assert recover(library) == ([], [step])
    assert tree(step.target.parent) == {}
    assert library.journal.intents() == []
    done(step, library)


def test_recovery_leaves_a_file_of_somebody_else_alone(step: Collect, library: Library, tree: Tree) -> None:
    library.journal.begin(step, 1.0)
    step.target.parent.mkdir()
    step.target.write_bytes(b"theirs")

    assert recover(library) == ([], [step])
    assert tree(step.target.parent) == {"a.jpg": b"theirs"}


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


def test_a_destination_that_was_never_seen_may_be_made(tmp_path: Path, library: Library) -> None:
    assert offline(tmp_path / "best", library) is None


def test_a_destination_that_somebody_removed_may_be_made_again(tmp_path: Path, library: Library) -> None:
    library.catalogue.see_root(tmp_path / "best", tmp_path.stat().st_dev, 1.0)

    assert offline(tmp_path / "best", library) is None


def test_a_destination_on_a_drive_that_is_gone_is_offline(tmp_path: Path, library: Library) -> None:
    library.catalogue.see_root(tmp_path / "drive/best", tmp_path.stat().st_dev + 1, 1.0)

    assert "connect its drive" in (offline(tmp_path / "drive/best", library) or "")


def test_an_empty_mount_point_is_offline_and_a_filled_one_is_a_drive_with_another_number(
    tmp_path: Path, library: Library
) -> None:
    library.catalogue.see_root(tmp_path / "best", tmp_path.stat().st_dev + 1, 1.0)
    (tmp_path / "best").mkdir()
    assert "mount the drive" in (offline(tmp_path / "best", library) or "")

    (tmp_path / "best/a.jpg").write_bytes(b"x")
    assert offline(tmp_path / "best", library) is None
