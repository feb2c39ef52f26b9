from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.database import transaction
from pictured.store.postgres.connection import Connection
from pictured.store.postgres.opening import open_shared

HOME = Path("/nowhere")


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def db(address: str) -> Iterator[Connection]:
    with closing(open_shared(address, Naming("anna"), HOME, writer=True)) as connection:
        yield connection


def test_a_transaction_that_fails_leaves_nothing(db: Connection) -> None:
    def twice() -> None:
        with transaction(db):
            for value in ("1", "2"):
                db.execute("INSERT INTO notes (name, value) VALUES ('a', ?)", (value,))

    with pytest.raises(psycopg.errors.UniqueViolation):
        twice()
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_two_machines_never_write_at_once(db: Connection, address: str) -> None:
    waited = Event()

    def other() -> None:
        with closing(open_shared(address, Naming("bert"), HOME, writer=True)) as bert, transaction(bert):
            bert.execute("UPDATE notes SET value = value || 'b'")
        waited.set()

    db.execute("INSERT INTO notes (name, value) VALUES ('a', '')")
    thread = Thread(target=other)
    with transaction(db):
        db.execute("UPDATE notes SET value = value || 'a'")
        thread.start()
        assert not waited.wait(0.5)
    thread.join(20)
    assert db.execute("SELECT value FROM notes").fetchone() == ("ab",)


def test_a_connection_that_the_server_closed_is_unreachable(db: Connection, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pictured on anna'"
        )
    with pytest.raises(Unreachable, match="does not answer any more"):
        db.execute("SELECT 1")


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2)])
def test_nothing_that_was_deferred_is_lost_without_a_word(
    db: Connection, address: str, before: int, after: int
) -> None:
    def insert() -> None:
        with transaction(db):
            for number in range(before):
                db.execute("INSERT INTO notes (name, value) VALUES (?, '')", (f"before {number}",))
            with psycopg.connect(address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pictured on anna'"
                )
            for number in range(after):
                db.defer("INSERT INTO notes (name, value) VALUES (?, '')", (f"after {number}",))

    with pytest.raises(Unreachable):
        insert()
    for _ in range(2):
        with pytest.raises(Unreachable), transaction(db):
            db.defer("INSERT INTO notes (name, value) VALUES ('later', '')")
    with psycopg.connect(address) as other:
        assert other.execute("SELECT count(*) FROM pictured.notes").fetchone() == (0,)


def test_each_machine_sees_its_own_intents(db: Connection, address: str) -> None:
    db.execute(
        """INSERT INTO intents (at, entry, source, target, digest, form, reason, size, mtime_ns, inode, device,
        changed_ns) VALUES (1, 'best', ?, ?, ?, 'copy', 'why', 1, 2, 3, 4, 5)""",
        (b"/a", b"/b", bytes(32)),
    )
    with closing(open_shared(address, Naming("bert"), HOME, writer=True)) as bert:
        assert bert.execute("SELECT count(*) FROM intents").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM intents").fetchone() == (1,)


def test_a_turn_that_does_not_come_in_time_leaves_no_transaction_open(db: Connection, address: str) -> None:
    with closing(open_shared(address, Naming("bert"), HOME, writer=True)) as bert:
        bert.execute("SET lock_timeout = '50ms'")
        with transaction(db):
            db.execute("SELECT 1")
            with pytest.raises(Unreachable, match="lock timeout"), transaction(bert):
                bert.execute("SELECT 1")
            assert not bert.in_transaction
        with transaction(bert):
            bert.execute("INSERT INTO notes (name, value) VALUES ('a', 'b')")
    assert db.execute("SELECT value FROM notes").fetchone() == ("b",)
