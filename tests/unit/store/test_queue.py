from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.unit.store.conftest import STEP

from pictured.disk.naming import Naming
from pictured.flow import Form, Render, Stamp
from pictured.store.database import Database
from pictured.store.engines import Shared, open_index
from pictured.store.opening import open_store
from pictured.store.queue import Proposal, Queue

ASKED = b"q" * 32
RENDER = Render("rules/web", b"r" * 32, STEP.source, Stamp(1, 2, 3), b"\2" * 32, Path("/web/\udcff.jpg"), "resize")


def proposed(queue: Queue, step: Render | None = None, asked: bytes = ASKED) -> Proposal:
    found = queue.propose(step or STEP, asked, "{}", 5.0)
    assert found is not None
    return found


def test_a_step_waits_once_and_outlives_the_process(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        first, second = proposed(Queue(db)), proposed(Queue(db), RENDER, RENDER.rule)
        assert Queue(db).propose(STEP, ASKED, "{}", 6.0) is None
    with closing(open_store(tmp_path, writer=False)) as db:
        assert Queue(db).waiting() == [first, second]
        assert Queue(db).waiting("rules/web") == [second]
    assert (first.step, second.step, first.at) == (STEP, RENDER, 5.0)


def test_what_is_known_of_a_waiting_step_is_renewed(db: Database) -> None:
    queue = Queue(db)
    number = proposed(queue).id

    assert queue.propose(replace(STEP, stamp=Stamp(9, 9, 9), reason="other"), ASKED, "[]", 6.0) is None

    [found] = queue.waiting()
    assert (found.id, found.step.stamp, found.step.reason, found.orders) == (number, Stamp(9, 9, 9), "other", "[]")


def test_another_copy_for_the_same_query_takes_the_place_of_the_first(db: Database) -> None:
    queue = Queue(db)
    first = proposed(queue)
    second = queue.propose(replace(STEP, digest=b"\3" * 32), ASKED, "{}", 6.0)

    assert queue.waiting() == [second]
    assert (found := queue.of(first.id)) is not None
    assert found.state == "dropped"


def test_groups_of_one_entry_wait_side_by_side(db: Database) -> None:
    queue = Queue(db)
    for number in (3, 4):
        step = replace(STEP, query=None, digest=bytes([number]) * 32, target=Path(f"/best/{number}.jpg"))
        queue.propose(step, ASKED, "{}", 6.0)
    assert len(queue.waiting()) == 2


def test_a_denied_pair_is_never_proposed_again_until_that_is_taken_back(db: Database) -> None:
    queue = Queue(db)
    found = proposed(queue)
    queue.decide(found, "denied", 6.0)

    assert queue.denied(ASKED) == {STEP.digest}
    assert queue.propose(replace(STEP, target=Path("/elsewhere/x.jpg")), ASKED, "{}", 7.0) is None
    assert queue.propose(STEP, b"x" * 32, "{}", 7.0) is not None
    denied = queue.of(found.id)
    assert denied is not None
    queue.decide(denied, "waiting", 8.0)
    assert queue.denied(ASKED) == frozenset()
    assert found in queue.waiting()


def test_what_is_approved_is_neither_proposed_again_nor_waiting(db: Database) -> None:
    queue = Queue(db)
    queue.decide(proposed(queue), "approved", 6.0, "offline")

    assert queue.propose(STEP, ASKED, "{}", 7.0) is None
    assert queue.waiting() == []
    assert [each.note for each in queue.approved()] == ["offline"]


def test_a_choice_denies_the_other_copies_and_may_be_allowed_again(db: Database) -> None:
    queue = Queue(db)
    found = proposed(queue)
    chosen = replace(STEP, digest=b"\7" * 32, source=Path("/library/other.jpg"))

    queue.choose(found, chosen, [STEP.digest], 6.0)

    [now] = queue.approved()
    assert (now.id, now.step, now.chosen) == (found.id, chosen, True)
    assert queue.denied(ASKED) == {STEP.digest}
    queue.allow(ASKED, [STEP.digest])
    assert queue.denied(ASKED) == frozenset()


def test_a_changed_configuration_withdraws_what_waits_and_it_comes_back_under_its_number(
    db: Database,
) -> None:
    queue = Queue(db)
    number = proposed(queue).id
    queue.withdraw("the configuration changed")

    assert queue.waiting() == []
    assert proposed(queue).id == number


def test_what_waits_again_after_it_was_done_replaces_nothing(db: Database) -> None:
    db.execute(
        "INSERT INTO placed VALUES (4, 'best', NULL, ?, ?, ?, 'copy', 'why', 1, 2, 3, 4, 5, TRUE, NULL)",
        (b"/a", b"/b", bytes(32)),
    )
    queue = Queue(db)
    placed = queue.propose(STEP, ASKED, "{}", 5.0)
    assert placed is not None
    db.execute("UPDATE proposals SET replaces = 4")
    upgrading = queue.of(placed.id)
    assert upgrading is not None
    assert not isinstance(upgrading.step, Render)
    assert upgrading.step.replaces is not None
    assert upgrading.step.replaces.form is Form.COPY
    queue.decide(upgrading, "done", 6.0)
    queue.decide(upgrading, "waiting", 7.0)
    assert queue.waiting() == [placed]


def test_a_proposal_keeps_what_belongs_to_the_copy(db: Database) -> None:
    queue = Queue(db)
    sidecar = replace(STEP, query=None, target=Path("/best/good.jpg.xmp"), content=b"<x/>")
    unit = replace(STEP, companions=(sidecar,))

    proposal = queue.propose(unit, ASKED, "{}", 1.0)

    assert proposal is not None
    assert proposal.step == unit
    moved = replace(
        unit,
        target=Path("/best/good (2).jpg"),
        companions=(replace(sidecar, target=Path("/best/good (2).jpg.xmp")),),
    )
    queue.retarget(proposal, moved)
    assert queue.waiting()[0].step == moved


def test_each_machine_does_and_withdraws_what_it_sees(tmp_path: Path, new_database: Callable[[], str]) -> None:
    address = new_database()
    with (
        closing(open_index(tmp_path, Shared(address, Naming("anna")), writer=True)) as anna,
        closing(open_index(tmp_path, Shared(address, Naming("bert")), writer=True)) as bert,
    ):
        found = proposed(Queue(anna))
        Queue(bert).withdraw("the configuration changed")
        assert [each.id for each in Queue(bert).waiting()] == [found.id]
        Queue(anna).decide(found, "approved", 6.0)
        assert Queue(bert).approved() == []
        assert [each.id for each in Queue(anna).approved()] == [found.id]
