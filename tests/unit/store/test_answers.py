import os
from pathlib import Path

from pictured.flow import Collect, Placed, Stamp
from pictured.store.database import Database
from pictured.store.journal import Journal

ODD = Path(os.fsdecode(b"/queries/\xff.jpg"))


def placed(journal: Journal, step: Collect) -> Placed:
    return journal.finish(journal.begin(step, 1.0), Stamp(1, 2, 3, 4, 5), 2.0)


def test_the_last_answer_to_a_query_counts(db: Database, step: Collect) -> None:
    journal = Journal(db)
    one = placed(journal, step)
    journal.answer("best", ODD, one.id, "the same picture", 3.0)
    journal.answer("best", ODD, one.id, "again \udcff", 4.0)
    assert step.query is not None
    assert journal.answers("best") == {step.query: one.id, ODD: one.id}
    assert journal.answered_by(one.id) == [step.query, ODD]
    assert journal.answers("other") == {}


def test_what_was_taken_back_answers_no_query(db: Database, step: Collect) -> None:
    journal = Journal(db)
    one = placed(journal, step)
    journal.undo(one.id, 3.0)
    assert journal.answers("best") == {}
    assert journal.answered_by(one.id) == [step.query]
