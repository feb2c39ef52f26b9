import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server
from tests.relay import Relay

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.postgres import holding, silence
from pictured.store.postgres.holding import Locks
from pictured.store.postgres.opening import open_shared

HOME = Path("/nowhere")
BEST, OTHER = b"//photos/best", b"//photos/other"


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def both(address: str) -> Iterator[tuple[Locks, Locks]]:
    with closing(open_shared(address, Naming("setup"), HOME, writer=True)):
        pass
    with (
        closing(Locks(address, Naming("anna"), HOME)) as anna,
        closing(Locks(address, Naming("bert"), HOME)) as bert,
    ):
        yield anna, bert


def taken(locks: Locks, key: bytes) -> int:
    """Try again and again until it is taken."""
    deadline = time.monotonic() + 20
    while (session := locks.take(key)) is None:
        assert time.monotonic() < deadline
    return session


def end_sessions_of(name: str, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            (f"pictured on {name}",),
        )


def test_a_destination_is_that_of_one_machine_at_a_time(both: tuple[Locks, Locks]) -> None:
    anna, bert = both
    session = taken(anna, BEST)
    assert bert.take(BEST) is None
    assert bert.take(OTHER) is not None
    anna.give(BEST, session)
    assert bert.take(BEST) is not None
    assert anna.take(BEST) is None


def test_who_waits_is_seen_until_the_turn_has_come(both: tuple[Locks, Locks]) -> None:
    anna, bert = both
    session = taken(anna, BEST)
    assert not anna.wanted(BEST)
    assert bert.take(BEST) is None
    assert anna.wanted(BEST)
    assert not bert.wanted(BEST)
    anna.give(BEST, session)
    taken(bert, BEST)
    assert not anna.wanted(BEST)


def test_a_session_that_has_ended_holds_nothing_and_its_locks_are_free(both: tuple[Locks, Locks], address: str) -> None:
    anna, bert = both
    session = taken(anna, BEST)
    assert anna.holding(session)
    end_sessions_of("anna", address)
    taken(bert, BEST)
    assert not anna.holding(session)
    anna.give(BEST, session)
    assert anna.take(BEST) is None
    assert not anna.holding(session)


def test_a_holder_that_says_nothing_loses_its_turn(both: tuple[Locks, Locks], monkeypatch: pytest.MonkeyPatch) -> None:
    anna, bert = both
    monkeypatch.setattr(holding, "_SILENT_SECONDS", 1)
    session = taken(anna, BEST)
    taken(bert, BEST)
    assert not anna.holding(session)


def test_a_server_that_says_nothing_any_more_is_asked_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_PATIENCE_SECONDS", 0.3)
    with (
        closing(Relay(server.folder / ".s.PGSQL.5432")) as relay,
        closing(Locks(f"{relay.address}/postgres", Naming("anna"), HOME)) as anna,
    ):
        session = taken(anna, BEST)
        with relay.cut():
            began = time.monotonic()
            assert not anna.holding(session)
            with pytest.raises(Unreachable):
                anna.take(BEST)
            anna.give(BEST, session)
            assert time.monotonic() - began < 5
