import os
from dataclasses import astuple, replace
from pathlib import Path

from pictured.flow import Collect, Form, Placed, Stamp
from pictured.store.database import Database
from pictured.store.journal import Journal
from pictured.store.placements import Deed

LEFT = Stamp(11, 21, 31, 41, 51)


def placed(journal: Journal, step: Collect, at: float = 2.0) -> Placed:
    return journal.finish(journal.begin(step, 1.0), LEFT, at)


def test_a_placed_file_comes_back_whole(db: Database, step: Collect) -> None:
    journal = Journal(db)
    step = replace(step, target=Path(os.fsdecode(b"/best/\xff")), source=Path(os.fsdecode(b"/\xfe")), form=Form.REFLINK)
    made = placed(journal, step)
    assert made == Placed(made.id, "best", step.target, LEFT, step.digest, step.source, Form.REFLINK, "more pixels")
    found = journal.placed(made.id)
    assert found is not None
    assert astuple(found) == astuple(made)
    assert journal.active("best") == [made]
    assert journal.active("other") == []
    assert journal.placed(made.id + 1) is None


def test_a_file_is_ours_only_as_we_left_it_and_where_we_left_it(db: Database, step: Collect) -> None:
    journal = Journal(db)
    made = placed(journal, step)
    assert journal.placed_at(step.target) == made
    assert journal.is_ours(step.target, replace(LEFT, device=9, changed_ns=9))
    assert not journal.is_ours(step.target, replace(LEFT, inode=9))
    assert not journal.is_ours(Path("/best/other.jpg"), LEFT)
    journal.undo(made.id, 3.0)
    assert journal.placed_at(step.target) is None
    assert not journal.is_ours(step.target, LEFT)


def test_the_history_tells_every_deed_newest_first(db: Database, step: Collect) -> None:
    journal = Journal(db)
    one = placed(journal, step, 2.0)
    two = placed(journal, replace(step, query=None, target=Path("/best/b.png"), digest=b"\2" * 32, replaces=one), 3.0)
    journal.undo(two.id, 1.0)
    line = Deed(two.id, 1.0, "best", "undone", None, step.source, Path("/best/b.png"), b"\2" * 32, "more pixels")
    expected = [
        line,
        replace(line, at=3.0, what="upgraded"),
        Deed(one.id, 2.0, "best", "placed", step.query, step.source, step.target, step.digest, "more pixels"),
    ]
    assert journal.history(None, 10) == expected
    assert journal.history(None, 2) == expected[:2]
    assert journal.history(step.query, 10) == expected[2:]
    assert journal.history(Path("/queries"), 10) == expected[2:]
    assert journal.history(Path("/best/b.png"), 10) == expected[:2]
    assert journal.history(Path("/best"), 10) == journal.history(step.source, 10) == expected
    assert journal.history(Path("/bes"), 10) == []


def test_each_entry_declines_for_itself(db: Database, step: Collect) -> None:
    journal = Journal(db)
    for entry in ("one", "two"):
        placed(journal, replace(step, entry=entry, target=Path("/best") / entry))
    journal.undo(journal.active("one")[0].id, 3.0)
    assert journal.declined("one") == {step.digest}
    assert journal.declined("two") == frozenset()
    assert len(journal.active("two")) == 1
