import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server
from tests.relay import Relay

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.database import transaction
from pictured.store.postgres import silence
from pictured.store.postgres.connection import Connection, connect

DEADLINE = 20.0


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    with closing(Relay(server.folder / ".s.PGSQL.5432")) as relay:
        yield relay


@pytest.fixture
def db(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setattr(silence, "_PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(silence, "_ASKED_SECONDS", 2)
    with closing(connect(f"{relay.address}/postgres", Naming("anna"), Path("/nowhere"), writer=True)) as db:
        yield db


def test_a_server_that_says_nothing_any_more_is_unreachable(db: Connection, relay: Relay) -> None:
    with relay.cut():
        began = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer any more"):
            db.execute("SELECT 1")
        assert time.monotonic() - began < DEADLINE
        with pytest.raises(Unreachable):
            db.execute("SELECT 1")


def test_a_statement_that_takes_long_is_waited_for(db: Connection) -> None:
    assert db.execute("SELECT 1 FROM pg_sleep(1)").fetchone() == (1,)


def test_a_transaction_that_silence_cuts_off_is_not_committed(db: Connection, relay: Relay, server: Server) -> None:
    def change() -> None:
        with transaction(db):
            db.execute("CREATE TABLE cut_off (x INTEGER)")
            with relay.cut():
                db.execute("SELECT 1")

    with pytest.raises(Unreachable):
        change()
    with psycopg.connect(f"postgresql://pictured@/postgres?host={server.folder}", autocommit=True) as other:
        assert other.execute("SELECT to_regclass('cut_off')").fetchone() == (None,)
