"""The connection to PostgreSQL, which fails with `StoreError` and never tells a password."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from pictured.errors import StoreError, Unreachable
from pictured.store.database import Parameters
from pictured.store.postgres.translating import translated

_CONNECT_SECONDS = 10
_IDLE_SECONDS = 15
_TURN = 0x50494354
"""The advisory lock of whoever writes: "PICT"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement found, read from the server already."""

    cursor: psycopg.ClientCursor[Any]

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self.cursor.rowcount

    def fetchone(self) -> Any:  # noqa: ANN401 -- rows are whatever the statement selects
        """Give the next row, or None."""
        return self.cursor.fetchone()

    def fetchmany(self, size: int, /) -> list[Any]:
        """Give up to so many of the next rows."""
        return self.cursor.fetchmany(size)

    def fetchall(self) -> list[Any]:
        """Give all rows that are left."""
        return self.cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cursor)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection in autocommit mode. `shown` names the database without a password."""

    server: psycopg.Connection[Any]
    shown: str

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.server.info.transaction_status != TransactionStatus.IDLE

    def execute(self, sql: str, parameters: Parameters = (), /) -> Answer:
        """Execute one statement of the store.

        Raises:
            Unreachable: if the server is gone or closed the connection.
            StoreError: if it cannot carry the statement out, for want of space or rights.
        """
        # Parameters go into the text, because the server cannot tell the type of one that is only compared with NULL.
        cursor = psycopg.ClientCursor(self.server)
        try:
            cursor.execute(translated(sql).encode(), parameters)
            if sql == "BEGIN IMMEDIATE":
                self.server.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
        except psycopg.Error as error:
            if self.server.closed or self.server.broken:
                raise Unreachable(f"The database {self.shown} does not answer any more; it is tried again.") from error
            if isinstance(error, psycopg.IntegrityError | psycopg.ProgrammingError):
                raise
            raise StoreError(f"The database {self.shown} refuses ({_said(error)}); see its own log.") from error
        return Answer(cursor)

    def close(self) -> None:
        """Close the connection; a transaction that is open is rolled back."""
        self.server.close()


def connect(url: str, machine: str, *, writer: bool) -> Connection:
    """Connect as one machine. Waits up to 10 s for the server.

    Raises:
        Unreachable: if there is no answer, or the server refuses whoever asks.
        StoreError: if the address is none.
    """
    shown = without_password(url)
    options = f"-c pictured.machine={_escaped(machine)} -c search_path=pictured,public"
    # A machine that stops in the middle of a change must not keep the others waiting.
    options += f" -c idle_in_transaction_session_timeout={_IDLE_SECONDS}s -c lock_timeout={2 * _IDLE_SECONDS}s"
    if not writer:
        options += " -c default_transaction_read_only=on"
    try:
        server = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            application_name=f"pictured on {machine}",
            options=options,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=25_000,
        )
    except psycopg.OperationalError as error:
        raise Unreachable(f"The database {shown} cannot be reached ({_said(error)}); it is tried again.") from error
    return Connection(server, shown)


def without_password(url: str) -> str:
    """Give an address of a database as it may be told to people.

    Raises:
        StoreError: if it is no address of a database.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise StoreError("The address under `store` cannot be read; write postgresql://USER@HOST/DATABASE.") from error
    host = parts.get("host") or "this machine"
    return f"{parts.get('dbname') or parts.get('user') or 'postgres'} on {host}"


def _said(error: psycopg.Error) -> str:
    """The server's first line; only messages about a connection name more than one server, and none a password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
