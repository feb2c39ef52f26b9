import os
from contextlib import closing
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from pictured.flow import Collect, Form, Stamp
from pictured.store.database import Database, transaction
from pictured.store.journal import Journal
from pictured.store.opening import open_store

LEFT = Stamp(11, 21, 31, 41, 51)


@pytest.mark.parametrize("form", Form)
def test_an_intent_comes_back_whole(db: Database, step: Collect, form: Form) -> None:
    journal = Journal(db)
    old = journal.finish(journal.begin(step, 1.0), LEFT, 2.0)
    odd = replace(
        step,
        query=None,
        source=Path(os.fsdecode(b"/\xff/s")),
        target=Path(os.fsdecode(b"/t/\xfe\n")),
        stamp=Stamp(2**40, -5, 2**64 - 1, 3, 4),
        form=form,
        replaces=old,
    )
    intents = [journal.begin(one, 3.0) for one in (odd, step)]
    assert journal.intents() == list(zip(intents, (odd, step), strict=True))
    assert astuple(journal.intents()[0][1]) == astuple(odd)


def test_an_intent_survives_a_death_right_after_it_was_begun(tmp_path: Path, step: Collect) -> None:
    open_store(tmp_path, writer=True).close()
    child = os.fork()
    if child == 0:
        Journal(open_store(tmp_path, writer=True)).begin(step, 1.0)
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    db = open_store(tmp_path, writer=True)
    ((intent, found),) = Journal(db).intents()
    assert found == step
    assert Journal(db).finish(intent, LEFT, 2.0).target == step.target
    assert Journal(db).intents() == []
    db.close()


def test_a_death_while_an_upgrade_is_finished_leaves_the_state_before_or_after(tmp_path: Path, step: Collect) -> None:
    seen = set()
    for statement in range(40):
        folder = tmp_path / str(statement)
        db = open_store(folder, writer=True)
        old = Journal(db).finish(Journal(db).begin(step, 1.0), LEFT, 2.0)
        better = replace(step, target=Path("/best/good.png"), digest=b"\2" * 32, replaces=old)
        intent = Journal(db).begin(better, 3.0)
        db.close()
        child = os.fork()
        if child == 0:
            left = statement

            def die(_: str) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    os._exit(9)

            db = open_store(folder, writer=True)
            db.set_trace_callback(die)
            Journal(db).finish(intent, LEFT, 4.0)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        db = open_store(folder, writer=True)
        journal = Journal(db)
        before = (journal.active("best"), len(journal.intents()), [deed.what for deed in journal.history(None, 9)])
        targets = tuple(placed.target for placed in before[0])
        seen.add((ended, targets, before[1], tuple(before[2])))
        if before[1]:
            journal.finish(intent, LEFT, 5.0)
        assert [placed.target for placed in journal.active("best")] == [better.target]
        assert journal.answers("best") == {step.query: journal.active("best")[0].id}
        db.close()
        if ended == 0:
            break
    assert seen == {
        (9, (step.target,), 1, ("placed",)),
        (0, (Path("/best/good.png"),), 0, ("upgraded", "placed")),
    }


def test_an_intent_within_a_transaction_is_refused(db: Database, step: Collect) -> None:
    with pytest.raises(RuntimeError), transaction(db):
        Journal(db).begin(step, 1.0)
    assert Journal(db).intents() == []


def test_an_abandoned_intent_is_gone_and_its_number_is_not_used_again(db: Database, step: Collect) -> None:
    journal = Journal(db)
    first = journal.begin(step, 1.0)
    journal.abandon(first)
    assert journal.intents() == []
    assert journal.begin(step, 2.0) > first
    with pytest.raises(LookupError):
        journal.finish(first, LEFT, 3.0)


def test_an_upgrade_closes_what_it_replaces_and_takes_over_its_queries(db: Database, step: Collect) -> None:
    journal = Journal(db)
    old = journal.finish(journal.begin(step, 1.0), LEFT, 2.0)
    journal.answer("best", Path("/queries/other.jpg"), old.id, "the same", 2.5)
    better = replace(step, query=Path("/queries/third.jpg"), target=Path("/best/good.png"), replaces=old)
    new = journal.finish(journal.begin(better, 3.0), LEFT, 4.0)
    assert journal.active("best") == [new]
    assert journal.placed(old.id) == old
    assert journal.placed_at(step.target) is None
    queries = [Path("/queries/other.jpg"), Path("/queries/poor.jpg"), Path("/queries/third.jpg")]
    assert journal.answered_by(new.id) == queries
    assert journal.answers("best") == dict.fromkeys(queries, new.id)


def test_a_file_placed_where_ours_was_taken_away_closes_the_old_record(db: Database, step: Collect) -> None:
    journal = Journal(db)
    old = journal.finish(journal.begin(step, 1.0), LEFT, 2.0)
    new = journal.finish(journal.begin(replace(step, digest=b"\2" * 32), 3.0), LEFT, 4.0)
    assert journal.active("best") == [new]
    assert journal.placed_at(step.target) == new
    assert [deed.what for deed in journal.history(None, 9)] == ["placed", "placed"]
    with pytest.raises(LookupError):
        journal.undo(old.id, 5.0)


def test_what_was_undone_is_declined_and_cannot_be_undone_again(db: Database, step: Collect) -> None:
    journal = Journal(db)
    made = journal.finish(journal.begin(step, 1.0), LEFT, 2.0)
    assert journal.declined("best") == frozenset()
    journal.undo(made.id, 3.0)
    assert journal.declined("best") == {step.digest}
    assert journal.active("best") == []
    assert journal.placed(made.id) == made
    for number in (made.id, made.id + 1):
        with pytest.raises(LookupError):
            journal.undo(number, 4.0)


def test_a_reason_with_lone_surrogates_is_kept_escaped(db: Database, step: Collect) -> None:
    journal = Journal(db)
    intent = journal.begin(replace(step, reason="like \udcff"), 1.0)
    assert journal.finish(intent, LEFT, 2.0).reason == "like \\udcff"


def unit(step: Collect) -> Collect:
    """A step with two companions, one of them made anew and with an odd name."""
    film = replace(step, query=None, source=Path("/library/good.mov"), target=Path("/best/good.mov"), digest=b"\3" * 32)
    odd = Path(os.fsdecode(b"/best/\xff.xmp"))
    sidecar = replace(film, target=odd, digest=b"\4" * 32, reason="rating 4 from /l/b.jpg", content=b"<x/>")
    return replace(step, companions=(film, sidecar))


def test_a_unit_is_placed_replaced_and_undone_as_one(db: Database, step: Collect) -> None:
    journal, whole = Journal(db), unit(step)
    intent = journal.begin(whole, 1.0)
    assert journal.intents() == [(intent, whole)]

    placed = journal.finish(intent, LEFT, 2.0, [(each, LEFT) for each in whole.companions])

    assert [each.target for each in placed.companions] == [each.target for each in whole.companions]
    assert journal.active("best") == [placed]
    assert journal.placed(placed.id) == placed
    assert journal.kept()[0].placed == placed
    assert journal.count() == 1
    film, sidecar = placed.companions
    assert journal.placed_at(film.target) == film
    assert journal.unit_of(film) == journal.unit_of(placed) == placed
    assert journal.is_ours(sidecar.target, LEFT)
    # A companion answers for itself nowhere: it is no picture that the entry placed.
    assert journal.standing("best", film.digest) is None
    assert [deed.companions for deed in journal.history(sidecar.target, 9)] == [placed.companions]

    better = replace(step, digest=b"\2" * 32, replaces=placed)
    again = journal.finish(journal.begin(better, 3.0), LEFT, 4.0)
    assert journal.active("best") == [again]
    assert journal.placed_at(film.target) is None
    # What was replaced is still told as it was.
    assert journal.placed(placed.id) == placed


def test_a_companion_that_somebody_changed_is_no_part_of_the_unit(db: Database, step: Collect) -> None:
    journal, whole = Journal(db), unit(step)

    placed = journal.finish(journal.begin(whole, 1.0), LEFT, 2.0, [(whole.companions[1], LEFT)])

    assert [each.target for each in placed.companions] == [whole.companions[1].target]


def test_a_file_that_gets_the_name_of_a_companion_parts_it_from_its_unit(db: Database, step: Collect) -> None:
    journal, whole = Journal(db), unit(step)
    placed = journal.finish(journal.begin(whole, 1.0), LEFT, 2.0, [(each, LEFT) for each in whole.companions])
    other = replace(step, query=None, target=whole.companions[0].target, digest=b"\7" * 32)

    new = journal.finish(journal.begin(other, 3.0), LEFT, 4.0)

    assert journal.placed_at(new.target) == new
    assert journal.active("best") == [replace(placed, companions=placed.companions[1:]), new]


def test_what_is_being_taken_back_is_known_until_it_is_done(db: Database, step: Collect) -> None:
    journal, whole = Journal(db), unit(step)
    placed = journal.finish(journal.begin(whole, 1.0), LEFT, 2.0, [(each, LEFT) for each in whole.companions])

    journal.begin_undo(placed.id)
    journal.begin_undo(placed.id)
    assert journal.undoing() == [placed]
    journal.abandon_undo(placed.id)
    assert journal.undoing() == []
    journal.begin_undo(placed.id)
    journal.undo(placed.id, 5.0)

    assert journal.undoing() == []
    assert journal.active("best") == []
    assert journal.placed_at(whole.companions[0].target) is None


def test_a_unit_is_restored_as_one(db: Database, step: Collect, tmp_path: Path) -> None:
    journal, whole = Journal(db), unit(step)
    journal.finish(journal.begin(whole, 1.0), LEFT, 2.0, [(each, LEFT) for each in whole.companions])
    with closing(open_store(tmp_path / "other", writer=True)) as empty:
        assert Journal(empty).restore(journal.kept(), 3.0) == 1
        assert Journal(empty).kept() == journal.kept()
