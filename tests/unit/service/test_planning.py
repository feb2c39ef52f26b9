import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pictured.collecting.settings import CollectSettings
from pictured.disk.placing import place, temporary_name
from pictured.errors import Unanswered
from pictured.flow import Collect, Form, Keep, Picture, Plan, Role, Stamp
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.planning import plan, scope_of, settled
from pictured.service.proposing import Wish, propose_copy
from pictured.service.workers import Workers
from pictured.store.queue import Queue
from pictured.watching.settings import FolderSettings

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Planned = Callable[[Orders, Picture], Plan]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


@pytest.fixture
def planned(library: Library, with_workers: WithWorkers) -> Planned:
    """The plan for a picture."""

    def made(there: Orders, picture: Picture) -> Plan:
        found: Plan = with_workers(lambda workers: plan(library, workers, there, picture))
        return found

    return made


def orders(folder: Path, *entries: dict[str, object]) -> Orders:
    folders = (
        FolderSettings(path=folder / "l", role=Role.LIBRARY),
        FolderSettings(path=folder / "m", role=Role.LIBRARY),
        FolderSettings(path=folder / "q", role=Role.QUERY),
        FolderSettings(path=folder / "l/private", role=Role.IGNORE),
    )
    base = {"name": "best", "from": [folder / "l"], "into": folder / "best", "mode": "auto"}
    return Orders(folders, tuple(CollectSettings.model_validate(base | each) for each in entries or ({},)), 60.0)


def test_originals_are_sought_outside_of_what_is_not_theirs(tmp_path: Path) -> None:
    there = orders(tmp_path)

    assert scope_of(there.entries[0], there) == Scope(
        (tmp_path / "l",), (tmp_path / "best", tmp_path / "q", tmp_path / "l/private")
    )


def test_a_query_asks_every_entry_for_queries(tmp_path: Path, draw: Draw, index: Index, planned: Planned) -> None:
    index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    there = orders(
        tmp_path,
        {"name": "one"},
        {"name": "all", "for": "all"},
        {"name": "two", "into": tmp_path / "two"},
        {"name": "elsewhere", "from": [tmp_path / "m"], "into": tmp_path / "three"},
    )

    steps = planned(there, query).steps

    assert [(step.entry, step.query) for step in steps] == [("one", query.path), ("two", query.path)]
    assert all(isinstance(step, Collect) for step in steps)


def test_an_original_answers_the_queries_that_wait_for_it(
    tmp_path: Path, draw: Draw, index: Index, planned: Planned
) -> None:
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    index(draw(tmp_path / "q/other.jpg", "rocket", width=150), asking=True)
    original = index(draw(tmp_path / "l/coffee.jpg", "coffee"))

    (step,) = planned(orders(tmp_path), original).steps

    assert isinstance(step, Collect)
    assert (step.query, step.source) == (query.path, original.path)


def test_a_worse_copy_that_comes_later_changes_nothing(
    tmp_path: Path, library: Library, draw: Draw, index: Index, planned: Planned
) -> None:
    index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    best = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    (step,) = planned(orders(tmp_path), best).steps
    assert isinstance(step, Collect)
    intent = library.journal.begin(step, 1.0)
    library.journal.finish(intent, place(step, temporary_name(step.target, intent)), 1.0)
    worse = index(draw(tmp_path / "l/small.jpg", "coffee", width=300))

    (step,) = planned(orders(tmp_path), worse).steps

    assert isinstance(step, Keep)
    assert step.reason == "it is already collected"


def test_one_original_for_two_queries_is_one_collection(
    tmp_path: Path, draw: Draw, index: Index, planned: Planned
) -> None:
    for width in (120, 150):
        index(draw(tmp_path / f"q/{width}.jpg", "coffee", width=width), asking=True)
    original = index(draw(tmp_path / "l/coffee.jpg", "coffee"))

    steps = planned(orders(tmp_path), original).steps

    assert [type(step) for step in steps] == [Collect, Keep]
    assert {step.query for step in steps} == {tmp_path / "q/120.jpg", tmp_path / "q/150.jpg"}


def test_one_original_for_two_queries_is_one_collection_for_each_entry(
    tmp_path: Path, draw: Draw, index: Index, planned: Planned
) -> None:
    for width in (120, 150):
        index(draw(tmp_path / f"q/{width}.jpg", "coffee", width=width), asking=True)
    original = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    there = orders(tmp_path, {"name": "one"}, {"name": "two", "into": tmp_path / "two"})

    steps = planned(there, original).steps

    assert sorted(step.entry for step in steps if isinstance(step, Collect)) == ["one", "two"]


def test_an_entry_for_all_takes_pictures_that_nobody_asked_for(
    tmp_path: Path, draw: Draw, index: Index, planned: Planned
) -> None:
    picture = index(draw(tmp_path / "l/coffee.jpg", "coffee"))

    (step,) = planned(orders(tmp_path, {"for": "all"}), picture).steps

    assert isinstance(step, Collect)
    assert step.query is None


def test_the_head_of_a_group_that_was_denied_is_kept_from_it(
    tmp_path: Path, library: Library, draw: Draw, index: Index, planned: Planned
) -> None:
    picture = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    there = orders(tmp_path, {"for": "all"})
    [step] = planned(there, picture).steps
    assert isinstance(step, Collect)
    proposal = propose_copy(library, step, Wish(there.entries[0], scope_of(there.entries[0], there)))
    assert proposal is not None
    Queue(library.db).decide(proposal, "denied", 1.0)

    [denied] = planned(there, picture).steps

    assert isinstance(denied, Keep)
    assert denied.reason == "it was denied in a review"


@pytest.mark.parametrize("place_of_it", ["x/a.jpg", "l/private/a.jpg", "m/a.jpg"])
def test_a_picture_from_elsewhere_calls_for_nothing(
    tmp_path: Path, draw: Draw, index: Index, place_of_it: str, planned: Planned
) -> None:
    index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    picture = index(draw(tmp_path / place_of_it, "coffee"))

    assert planned(orders(tmp_path), picture) == Plan(picture.path, ())


def test_an_own_output_in_a_library_calls_for_nothing(
    tmp_path: Path, library: Library, draw: Draw, index: Index, planned: Planned
) -> None:
    """The destination lies in another library folder; the copy there must not become an original."""
    index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    original = index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    there = orders(
        tmp_path,
        {"into": tmp_path / "m/best"},
        {"name": "again", "from": [tmp_path / "m"], "into": tmp_path / "again", "for": "all"},
    )
    (step,) = planned(there, original).steps
    assert isinstance(step, Collect)
    intent = library.journal.begin(step, 1.0)
    library.journal.finish(intent, place(step, temporary_name(step.target, intent)), 1.0)
    output = index(tmp_path / "m/best/coffee.jpg")

    assert planned(there, output).steps == ()

    output.path.write_bytes(draw(tmp_path / "x.jpg", "rocket").read_bytes())
    theirs = index(output.path)
    assert [step.entry for step in planned(there, theirs).steps] == ["again"]


@pytest.mark.parametrize(
    ("changed", "put_off"),
    [(100.0, True), (97.9, False), (98.1, True), (99.9, True), (100.1, False), (900.0, False), (0.0, False)],
)
def test_a_companion_that_may_still_be_written_puts_the_unit_off(changed: float, put_off: bool) -> None:  # noqa: FBT001
    alone = Collect("best", None, Path("/l/a.jpg"), Stamp(1, 1, 1), b"", Path("/b/a.jpg"), Form.COPY, "why")
    film = replace(alone, source=Path("/l/a.mov"), stamp=Stamp(1, 1, 1, 1, round(changed * 1e9)))
    step = replace(alone, companions=(film,))

    found = settled(step, 2.0, 100.0)

    assert settled(alone, 2.0, 100.0) == alone
    if put_off:
        assert isinstance(found, Keep)
        assert (found.put_off, found.best) == (True, step.source)
        assert found.reason == "a.mov, which belongs to it, was written a moment ago"
    else:
        assert found == step


def test_what_goes_to_a_destination_that_hangs_is_put_off_and_the_rest_is_planned(
    tmp_path: Path, library: Library, draw: Draw, index: Index, with_workers: WithWorkers
) -> None:
    index(draw(tmp_path / "l/coffee.jpg", "coffee"))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=150), asking=True)
    there = orders(tmp_path, {"name": "hangs"}, {"name": "answers", "into": tmp_path / "two"})
    library.lanes.patience, answer = 0.01, threading.Event()

    async def scenario(workers: Workers) -> Plan:
        with suppress(Unanswered):
            await library.lanes.of(tmp_path / "best").do(answer.wait)
        library.lanes.patience = 30.0
        return await plan(library, workers, there, query)

    try:
        one, other = with_workers(scenario).steps
    finally:
        answer.set()

    assert isinstance(one, Keep)
    assert (one.entry, one.put_off) == ("hangs", True)
    assert "does not answer" in one.reason
    assert isinstance(other, Collect)
