import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.postgres import claiming
from pictured.store.postgres.claiming import Claims

HOME = Path("/nowhere")
FILE, OTHER = b"//photos/a.jpg", b"//photos/\xff.jpg"
CLAIM = """
import sys, time
from pathlib import Path
from pictured.disk.naming import Naming
from pictured.store.postgres.claiming import Claims
anna = Claims(sys.argv[1], Naming("anna"), Path("/nowhere"))
print(anna.take(b"//photos/a.jpg"), flush=True)
time.sleep(60)
"""


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def both(address: str) -> Iterator[tuple[Claims, Claims]]:
    with (
        closing(Claims(address, Naming("anna"), HOME)) as anna,
        closing(Claims(address, Naming("bert"), HOME)) as bert,
    ):
        yield anna, bert


def wait(claims: Claims, key: bytes) -> float:
    """Try again and again until it is taken; give the seconds."""
    began = time.monotonic()
    while not claims.take(key):
        assert time.monotonic() < began + 20
        time.sleep(0.01)
    return time.monotonic() - began


def test_a_file_is_that_of_one_machine_at_a_time(both: tuple[Claims, Claims]) -> None:
    anna, bert = both
    assert anna.take(FILE)
    assert not bert.take(FILE)
    assert bert.take(OTHER)
    assert not anna.take(OTHER)
    anna.give(FILE)
    assert bert.take(FILE)


def test_what_is_taken_twice_is_given_twice(both: tuple[Claims, Claims]) -> None:
    anna, bert = both
    assert [anna.take(FILE), anna.take(FILE)] == [True, True]
    anna.give(FILE)
    assert not bert.take(FILE)
    anna.give(FILE)
    assert bert.take(FILE)


def test_the_claims_of_a_session_that_was_ended_are_free_at_once(both: tuple[Claims, Claims], address: str) -> None:
    anna, bert = both
    assert anna.take(FILE)
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pictured on anna'")
    wait(bert, FILE)
    # Nothing that anna still does for it takes it away from bert, nor is anna in the way of anything.
    anna.beat()
    anna.give(FILE)
    assert not anna.take(FILE)
    assert anna.take(OTHER)


def test_the_claims_of_a_process_that_is_killed_are_free_at_once(both: tuple[Claims, Claims], address: str) -> None:
    _, bert = both
    with subprocess.Popen([sys.executable, "-c", CLAIM, address], stdout=subprocess.PIPE, text=True) as anna:
        try:
            assert anna.stdout is not None
            assert anna.stdout.readline() == "True\n"
            assert not bert.take(FILE)
        finally:
            anna.kill()
        assert wait(bert, FILE) < 5


def test_a_machine_that_stands_still_loses_its_claims(
    both: tuple[Claims, Claims], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_SILENT_SECONDS", 1)
    anna, bert = both
    assert anna.take(FILE)
    wait(bert, FILE)
    anna.give(FILE)
    assert not anna.take(FILE)


def test_what_is_closed_holds_nothing_and_may_be_used_again(both: tuple[Claims, Claims]) -> None:
    anna, bert = both
    anna.close()
    anna.give(FILE)
    anna.beat()
    assert anna.take(FILE)
    anna.close()
    wait(bert, FILE)
    bert.give(FILE)
    assert anna.take(FILE)


def test_a_server_that_is_gone_is_unreachable(own_server: Server) -> None:
    address = own_server.make("gone")
    with closing(Claims(address, Naming("anna"), HOME)) as anna:
        assert anna.take(FILE)
        own_server.stop()
        try:
            with pytest.raises(Unreachable):
                anna.take(FILE)
            anna.give(FILE)
        finally:
            own_server.start()
        assert anna.take(FILE)
