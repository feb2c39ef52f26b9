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
