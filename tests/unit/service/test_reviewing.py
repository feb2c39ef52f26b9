import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.unit.service.test_proposing import step_of, wish_in
from tests.unit.service.test_review_desk import burst

from pictured.collecting.companions import accompanied
from pictured.errors import Unanswered
from pictured.flow import Collect, Picture, Render
from pictured.rules.planning import digest_of
from pictured.rules.rule import Rule
from pictured.service.accompanying import companions_of
from pictured.service.library import Library, Scope
from pictured.service.proposing import propose_copy, propose_result, wish_of
from pictured.service.reports import Decision, Reviewed
from pictured.service.reviewing import alternatives, carry_out, review
from pictured.service.searching import CLAIMED
from pictured.service.workers import Workers
from pictured.store.queue import Proposal, Queue

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Photo = Callable[[str], Image.Image]
Index = Callable[..., Picture]
Run = Callable[[Callable[[Workers], Awaitable[Any]]], Any]
Tree = Callable[[Path], dict[str, bytes]]
Decide = Callable[..., Reviewed]


@pytest.fixture
def proposal(tmp_path: Path, library: Library, draw: Draw, index: Index) -> Proposal:
    """A copy that waits, with a smaller one beside it and a query picture that asks."""
    original = index(draw(tmp_path / "l/a.jpg", "coffee", width=300))
    index(draw(tmp_path / "l/small.jpg", "coffee", width=200))
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=120), asking=True)
    found = propose_copy(library, step_of(original, query.path, tmp_path), wish_in(tmp_path))
    assert found is not None
    return found


@pytest.fixture
def decide(library: Library, with_workers: Run) -> Decide:
    """Decide on one proposal."""

    def run(decision: Decision, number: int, copy: Path | None = None) -> Reviewed:
        async def scenario(workers: Workers) -> list[Reviewed]:
            return [each async for each in review(library, workers, asyncio.Lock(), decision, [number], copy)]

        [reviewed] = with_workers(scenario)
        assert isinstance(reviewed, Reviewed)
        return reviewed

    return run


def state_of(library: Library, number: int) -> str:
    found = Queue(library.db).of(number)
    assert found is not None
    return found.state


def test_an_approved_copy_is_written_and_answers_the_query(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    done = decide("approve", proposal.id)

    assert (done.error, state_of(library, proposal.id)) == (None, "done")
    assert tree(tmp_path / "best") == {"a.jpg": proposal.step.source.read_bytes()}
    assert list(library.journal.answers("best")) == [tmp_path / "q/poor.jpg"]


def test_a_second_query_for_the_same_copy_is_answered_by_the_file_that_is_there(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, draw: Draw, index: Index, tree: Tree
) -> None:
    second = index(draw(tmp_path / "q/other.jpg", "coffee", width=100), asking=True)
    assert isinstance(proposal.step, Collect)
    other = propose_copy(library, replace(proposal.step, query=second.path), wish_in(tmp_path))
    assert other is not None
    decide("approve", proposal.id)

    done = decide("approve", other.id)

    assert (done.error, done.reason) == (None, "it is already collected")
    assert list(tree(tmp_path / "best")) == ["a.jpg"]
    assert len(library.journal.answers("best")) == 2


@pytest.mark.parametrize("what", ["source", "target", "gone"])
def test_what_is_not_as_it_was_planned_is_planned_anew_and_nothing_is_written(
    what: str, tmp_path: Path, library: Library, proposal: Proposal, decide: Decide
) -> None:
    source, target = proposal.step.source, proposal.step.target
    library.catalogue.handle(tmp_path / "q/poor.jpg", library.catalogue.known(tmp_path / "q/poor.jpg").stamp)  # type: ignore[union-attr,arg-type]
    if what == "source":
        os.utime(source, ns=(1, 1))
    elif what == "gone":
        source.unlink()
    else:
        target.parent.mkdir()
        # As many bytes may be the same ones: that is for a plan to find out.
        target.write_bytes(b"x" * source.stat().st_size)

    done = decide("approve", proposal.id)

    assert done.error is not None
    assert "planned anew" in done.error
    assert (done.again, state_of(library, proposal.id)) == (tmp_path / "q/poor.jpg", "dropped")
    known = library.catalogue.known(tmp_path / "q/poor.jpg")
    assert known is not None
    assert not known.handled
    assert not target.exists() or set(target.read_bytes()) == {ord("x")}


def test_a_name_that_another_picture_got_meanwhile_costs_no_second_approval(
    tmp_path: Path, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    target = proposal.step.target
    target.parent.mkdir()
    target.write_bytes(b"somebody's")

    done = decide("approve", proposal.id)

    assert done.error is None
    assert done.proposal is not None
    assert done.proposal.step.target == tmp_path / "best/a (2).jpg"
    assert tree(tmp_path / "best") == {"a (2).jpg": proposal.step.source.read_bytes(), "a.jpg": b"somebody's"}


def test_a_destination_that_is_away_leaves_it_approved_and_it_is_done_later(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, with_workers: Run
) -> None:
    (tmp_path / "best").write_text("a file where the folder should be")
    failed = decide("approve", proposal.id)
    assert state_of(library, proposal.id) == "approved"
    (tmp_path / "best").unlink()

    async def scenario(workers: Workers) -> list[Reviewed]:
        return [each async for each in carry_out(library, workers, asyncio.Lock())]

    [done] = with_workers(scenario)

    assert failed.error is not None
    assert (done.error, state_of(library, proposal.id)) == (None, "done")
    assert proposal.step.target.exists()


def test_a_denied_pair_waits_again_when_that_is_taken_back(
    library: Library, proposal: Proposal, decide: Decide
) -> None:
    decide("deny", proposal.id)
    assert Queue(library.db).denied(proposal.asked) == {proposal.step.digest}
    assert decide("approve", proposal.id).error is not None

    undone = decide("undo", proposal.id)

    assert (undone.error, state_of(library, proposal.id)) == (None, "waiting")
    assert decide("undo", proposal.id).error is not None


def test_an_approval_is_taken_back_with_its_file_and_may_be_given_again(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    decide("approve", proposal.id)
    decide("undo", proposal.id)
    assert tree(tmp_path / "best") == {}
    assert state_of(library, proposal.id) == "waiting"

    assert decide("approve", proposal.id).error is None
    assert list(tree(tmp_path / "best")) == ["a.jpg"]


def test_a_file_that_somebody_changed_is_not_taken_back(proposal: Proposal, decide: Decide) -> None:
    decide("approve", proposal.id)
    proposal.step.target.write_bytes(b"edited")

    assert "changed" in (decide("undo", proposal.id).error or "")
    assert proposal.step.target.read_bytes() == b"edited"


def offered(library: Library, with_workers: Run, proposal: Proposal) -> set[Path]:
    found = with_workers(lambda workers: alternatives(library, workers, proposal, wish_of(proposal).scope))
    return {each.picture.path for each in found}


def test_what_full_size_contradicts_is_not_offered_as_a_copy(
    tmp_path: Path, library: Library, photo: Photo, index: Index, with_workers: Run
) -> None:
    original = burst(tmp_path, photo, index)
    proposal = propose_copy(library, step_of(original, None, tmp_path), wish_in(tmp_path))
    assert proposal is not None
    related = library.copies(library.recalled(original.content), Scope())
    claimed = {each.picture.path.name for each in related if each.kind in CLAIMED}

    assert claimed >= {"copy.jpg", "other.jpg"}
    assert {path.name for path in offered(library, with_workers, proposal)} == {"a.jpg", "copy.jpg"}


def test_nothing_is_confirmed_by_a_file_that_changed(
    library: Library, proposal: Proposal, decide: Decide, with_workers: Run, tmp_path: Path
) -> None:
    for path in (proposal.step.source, tmp_path / "q/poor.jpg"):
        os.utime(path, ns=(1, 1))

    assert offered(library, with_workers, proposal) == set()
    assert "no known copy" in (decide("prefer", proposal.id, tmp_path / "l/small.jpg").error or "")


def test_another_copy_is_chosen_and_taken_back(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree, with_workers: Run
) -> None:
    small = tmp_path / "l/small.jpg"
    assert offered(library, with_workers, proposal) == {proposal.step.source, small}
    assert "no known copy" in (decide("prefer", proposal.id, tmp_path / "q/poor.jpg").error or "")

    assert decide("prefer", proposal.id, small).error is None
    assert tree(tmp_path / "best") == {"small.jpg": small.read_bytes()}
    assert Queue(library.db).denied(proposal.asked) == {proposal.step.digest}

    undone = decide("undo", proposal.id)
    assert (undone.error, undone.again) == (None, tmp_path / "q/poor.jpg")
    assert tree(tmp_path / "best") == {}
    assert Queue(library.db).denied(proposal.asked) == frozenset()


def test_a_number_that_is_not_there_is_told(decide: Decide) -> None:
    assert "no proposal 9" in (decide("approve", 9).error or "")


def test_a_rule_is_carried_out_taken_back_and_carried_out_again(
    tmp_path: Path, library: Library, draw: Draw, index: Index, decide: Decide, tree: Tree
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    output = {"into": str(tmp_path / "web")}
    rule = Rule.model_validate(
        {"name": "web", "folders": ["/l"], "actions": [{"action": "resize", "percent": 50}], "output": output}
    )
    digest, target = picture.content.digest, tmp_path / "web/a.jpg"
    render = Render("rules/web", digest_of(rule), picture.path, picture.stamp, digest, target, "resize")
    waiting = propose_result(library, render, rule)
    assert waiting is not None

    assert "one source" in (decide("prefer", waiting.id, picture.path).error or "")
    assert decide("approve", waiting.id).error is None
    assert list(tree(tmp_path / "web")) == ["a.jpg"]
    assert decide("undo", waiting.id).error is None
    assert tree(tmp_path / "web") == {}
    assert decide("approve", waiting.id).error is None
    assert list(tree(tmp_path / "web")) == ["a.jpg"]


def accompany(proposal: Proposal, library: Library, tmp_path: Path) -> Proposal:
    """Let the copy of a proposal have a sidecar and a film, and propose it anew."""
    for name in ("a.jpg.xmp", "a.mov"):
        proposal.step.source.with_name(name).write_bytes(name.encode())
    assert isinstance(proposal.step, Collect)
    step = accompanied(proposal.step, asyncio.run(companions_of(library, proposal.step.source)))
    propose_copy(library, step, wish_in(tmp_path))
    found = Queue(library.db).of(proposal.id)
    assert found is not None
    assert found.step == step
    return found


def test_an_approved_copy_brings_what_belongs_to_it_and_both_are_taken_back(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    proposal = accompany(proposal, library, tmp_path)
    (tmp_path / "best").mkdir()
    (tmp_path / "best/a.mov").write_bytes(b"theirs")

    done = decide("approve", proposal.id)

    assert done.error is None
    assert tree(tmp_path / "best").keys() == {"a.mov", "a (2).jpg", "a (2).jpg.xmp", "a (2).mov"}
    assert decide("undo", proposal.id).error is None
    assert tree(tmp_path / "best") == {"a.mov": b"theirs"}


@pytest.mark.parametrize("what", ["changed", "gone", "came"])
def test_companions_that_are_not_as_planned_have_the_copy_planned_anew(
    what: str, tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    proposal = accompany(proposal, library, tmp_path)
    film = proposal.step.source.with_name("a.mov")
    match what:
        case "changed":
            film.write_bytes(b"another")
        case "gone":
            film.unlink()
        case "came":
            film.with_name("a.aae").write_bytes(b"edits")

    done = decide("approve", proposal.id)

    assert done.error is not None
    assert "which belongs to it, came, changed or is gone" in done.error
    assert state_of(library, proposal.id) == "dropped"
    assert tree(tmp_path / "best") == {}


def test_another_copy_that_is_chosen_brings_its_own(
    tmp_path: Path, library: Library, proposal: Proposal, decide: Decide, tree: Tree
) -> None:
    proposal = accompany(proposal, library, tmp_path)
    (tmp_path / "l/small.xmp").write_bytes(b"small")

    done = decide("prefer", proposal.id, tmp_path / "l/small.jpg")

    assert done.error is None
    assert tree(tmp_path / "best").keys() == {"small.jpg", "small.jpg.xmp"}


def test_what_is_approved_for_a_destination_that_hangs_is_done_when_it_answers(
    tmp_path: Path, library: Library, proposal: Proposal, with_workers: Run, tree: Tree
) -> None:
    library.lanes.patience, answer, back = 0.01, threading.Event(), asyncio.Event()
    library.lanes.tell = lambda heard: None if heard.silent else back.set()

    async def scenario(workers: Workers) -> list[Reviewed]:
        with suppress(Unanswered):
            await library.lanes.of(tmp_path / "best").do(answer.wait)
        library.lanes.patience = 30.0
        asked = [each async for each in review(library, workers, asyncio.Lock(), "approve", [proposal.id])]
        answer.set()
        await back.wait()
        return asked + [each async for each in carry_out(library, workers, asyncio.Lock())]

    try:
        put_off, done = with_workers(scenario)
    finally:
        answer.set()

    assert "does not answer" in (put_off.error or "")
    assert put_off.proposal is not None
    assert put_off.proposal.state == "approved"
    assert (done.error, state_of(library, proposal.id)) == (None, "done")
    assert list(tree(tmp_path / "best")) == ["a.jpg"]
