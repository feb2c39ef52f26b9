import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.placing import place, temporary_name
from pictured.flow import Collect, Picture
from pictured.service.acting import act
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.recovering import recover, recovered

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Tree = Callable[[Path], dict[str, bytes]]


def test_a_write_that_was_cut_off_after_its_end_is_finished(step: Collect, library: Library, tree: Tree) -> None:
    intent = library.journal.begin(step, 1.0)
    place(step, temporary_name(step.target, intent))

    finished, dropped = asyncio.run(recover(library))

    assert dropped == []
    assert [outcome.placed for outcome in finished] == library.journal.active("best")
    assert list(tree(step.target.parent)) == ["a.jpg"]
    assert library.journal.intents() == []
    assert asyncio.run(recover(library)) == ([], [])


@pytest.mark.parametrize("written", [None, b"", b"half"])
def test_a_write_that_was_cut_off_before_is_cleaned_away(
    step: Collect, library: Library, tree: Tree, written: bytes | None
) -> None:
    intent = library.journal.begin(step, 1.0)
    step.target.parent.mkdir()
    if written is not None:
        temporary_name(step.target, intent).write_bytes(written)

    assert asyncio.run(recover(library)) == ([], [step])
    assert tree(step.target.parent) == {}
    assert library.journal.intents() == []
    assert asyncio.run(act(step, library, step.target.parent)).error is None


def test_recovery_leaves_a_file_of_somebody_else_alone(step: Collect, library: Library, tree: Tree) -> None:
    library.journal.begin(step, 1.0)
    step.target.parent.mkdir()
    step.target.write_bytes(b"theirs")

    assert asyncio.run(recover(library)) == ([], [step])
    assert tree(step.target.parent) == {"a.jpg": b"theirs"}


def test_what_became_of_each_is_logged(
    step: Collect, library: Library, log: Log, told: list[dict[str, Any]], tree: Tree
) -> None:
    intent = library.journal.begin(step, 1.0)
    place(step, temporary_name(step.target, intent))

    asyncio.run(recovered(library, log))
    other = replace(step, target=step.target.with_name("b.jpg"))
    library.journal.begin(other, 2.0)
    asyncio.run(recovered(library, log))

    assert told == [
        {"event": "intent.finished", "target": step.target},
        {"event": "intent.dropped", "target": other.target},
    ]
    assert list(tree(step.target.parent)) == ["a.jpg"]


def test_what_another_machine_placed_meanwhile_is_not_placed_twice(
    step: Collect, shared_libraries: tuple[Library, Library], tmp_path: Path, tree: Tree
) -> None:
    anna, bert = shared_libraries
    step = replace(step, target=tmp_path / "share/best/a.jpg")
    intent = anna.journal.begin(step, 1.0)
    place(step, temporary_name(step.target, intent))
    other = replace(step, target=tmp_path / "share/best/other.jpg")
    placed = asyncio.run(act(other, bert, step.target.parent)).placed
    assert placed is not None

    assert asyncio.run(recover(anna)) == ([], [step])
    assert list(tree(step.target.parent)) == ["other.jpg"]
    found = anna.journal.standing("best", step.digest)
    assert found is not None
    assert found.id == placed.id
    assert anna.journal.declined("best") == frozenset()
