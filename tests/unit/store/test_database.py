from contextlib import closing
from pathlib import Path

import pytest

from pictured.store.database import Database, transaction
from pictured.store.opening import open_store

FULL, NORMAL = 2, 1


def synchronous(db: Database) -> int:
    return int(db.execute("PRAGMA synchronous").fetchone()[0])


def fail(db: Database) -> None:
    with transaction(db, lasting=False):
        db.execute("INSERT INTO notes VALUES ('a', 'b')")
        raise ZeroDivisionError


def test_only_what_need_not_last_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        with transaction(db):
            assert synchronous(db) == FULL
        with transaction(db, lasting=False):
            assert synchronous(db) == NORMAL
        assert synchronous(db) == FULL


def test_what_lies_within_another_lasts_as_that_does(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db, transaction(db), transaction(db, lasting=False):
        assert synchronous(db) == FULL


def test_the_next_one_lasts_again_after_a_failure(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        with pytest.raises(ZeroDivisionError):
            fail(db)
        assert not db.in_transaction
        assert synchronous(db) == FULL
        assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_what_is_deferred_is_there_for_what_comes_next(db: Database) -> None:
    with transaction(db):
        db.defer("INSERT INTO notes (name, value) VALUES ('a', ?)", ("50 % of it; ? :name",))
        db.defer("INSERT INTO notes (name, value) VALUES ('b', :value)", {"value": "b"})
        assert db.execute("SELECT value FROM notes ORDER BY name").fetchall() == [("50 % of it; ? :name",), ("b",)]
        db.defer("DELETE FROM notes WHERE name = 'a'")
    assert db.execute("SELECT name FROM notes").fetchall() == [("b",)]


def test_what_is_deferred_without_a_transaction_is_done_at_once(db: Database) -> None:
    db.defer("INSERT INTO notes (name, value) VALUES ('a', 'b')")
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM notes").fetchone() == (1,)


def test_a_fault_of_what_is_deferred_undoes_the_transaction(db: Database) -> None:
    def twice() -> None:
        with transaction(db):
            for value in ("1", "2"):
                db.defer("INSERT INTO notes (name, value) VALUES ('a', ?)", (value,))

    with pytest.raises(Exception, match=r"(?i)unique"):
        twice()
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_transaction_that_fails_does_nothing_of_what_it_deferred(db: Database) -> None:
    def stumble() -> None:
        with transaction(db, lasting=False):
            db.defer("INSERT INTO notes (name, value) VALUES ('a', 'b')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    with transaction(db):
        assert db.in_transaction
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_very_much_may_be_deferred(db: Database) -> None:
    with transaction(db):
        for number in range(40):
            db.defer("INSERT INTO notes (name, value) VALUES (?, ?)", (str(number), "x" * 100_000))
    assert db.execute("SELECT count(*), sum(length(value)) FROM notes").fetchone() == (40, 4_000_000)


def test_many_rows_are_loaded_in_a_transaction(db: Database) -> None:
    with transaction(db):
        db.load("notes", "name, value", [(str(number), "it") for number in range(1000)])
        db.load("notes", "name, value", [])
    assert db.execute("SELECT count(*) FROM notes").fetchone() == (1000,)
