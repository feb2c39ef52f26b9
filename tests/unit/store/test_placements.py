import os
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path

from pictured.flow import Collect, Fingerprint, Form, Placed, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.journal import Journal
from pictured.store.placements import Deed

Make = Callable[[str], Fingerprint]
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


def test_many_files_are_told_from_ours_in_one_answer(db: Database, step: Collect) -> None:
    journal = Journal(db)
    targets = [Path(os.fsdecode(b"/best/\xff%d" % number)) for number in range(1100)]
    for target in targets[::100]:
        placed(journal, replace(step, target=target))

    asked = [(target, LEFT) for target in targets]
    assert journal.ours_among(asked) == set(targets[::100])
    asked[100] = (targets[100], replace(LEFT, inode=9))
    assert journal.ours_among(asked) == set(targets[::100]) - {targets[100]}
    assert journal.ours_among([]) == frozenset()


def test_what_an_entry_placed_is_told_by_its_content(db: Database, step: Collect, fingerprint: Make) -> None:
    journal, catalogue = Journal(db), Catalogue(db)
    numbers = []
    for name in ("one", "two", "three"):
        digest = fingerprint(name).digest
        catalogue.record(Path("/photos") / name, LEFT, fingerprint(name))
        numbers.append(catalogue.content_id(digest) or 0)
        entry = "other" if name == "two" else "best"
        made = placed(journal, replace(step, entry=entry, target=Path("/best") / name, digest=digest))

    assert journal.standing_among("best", numbers) == {numbers[0], numbers[2]}
    assert journal.standing_among("best", numbers[1:]) == {numbers[2]}
    assert journal.standing_among("other", [*numbers, 999]) == {numbers[1]}
    journal.undo(made.id, 3.0)
    assert journal.standing_among("best", numbers) == {numbers[0]}


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
