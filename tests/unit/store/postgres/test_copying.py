from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pictured.disk.naming import Naming
from pictured.store.database import transaction
from pictured.store.postgres.connection import Connection
from pictured.store.postgres.opening import open_shared

TABLE = "CREATE TEMP TABLE it (key BYTEA, told TEXT, big NUMERIC, long BIGINT, short INTEGER, at FLOAT8, yes BOOLEAN)"
COLUMNS = "key, told, big, long, short, at, yes"
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def db(new_database: Callable[[], str]) -> Iterator[Connection]:
    with closing(open_shared(new_database(), Naming("anna"), Path("/nowhere"), writer=True)) as connection:
        yield connection


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.none() | st.binary(),
            st.none() | TEXTS,
            st.none() | st.integers(-(2**64), 2**64),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.integers(-(2**31), 2**31 - 1),
            st.none() | st.floats(allow_nan=False),
            st.none() | st.booleans(),
        )
    )
)
def test_every_value_comes_back(db: Connection, given: list[tuple[object, ...]]) -> None:
    db.execute("DROP TABLE IF EXISTS it")
    with transaction(db):
        db.defer(TABLE)
        db.load("it", COLUMNS, given)
    assert db.execute("SELECT * FROM it").fetchall() == given


def test_a_text_of_more_than_64_bits_is_a_number(db: Connection) -> None:
    db.execute("DROP TABLE IF EXISTS it")
    db.execute(TABLE)
    with transaction(db):
        db.load("it", "big", [(str(2**64 - 1),), (7,)])
    assert db.execute("SELECT big FROM it").fetchall() == [(Decimal(2**64 - 1),), (7,)]


def test_what_the_server_does_not_take_leaves_nothing(db: Connection) -> None:
    db.execute("DROP TABLE IF EXISTS it")
    db.execute(f"{TABLE[:-1]}, CHECK (short > 0))")

    def load() -> None:
        with transaction(db):
            db.load("it", "short", [(1,), (0,)])

    with pytest.raises(psycopg.errors.CheckViolation):
        load()
    assert db.execute("SELECT count(*) FROM it").fetchone() == (0,)
