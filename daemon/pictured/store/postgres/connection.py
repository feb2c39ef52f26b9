"""The connection to PostgreSQL, which fails with `StoreError` and never tells a password."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from pictured.disk.naming import Naming
from pictured.errors import StoreError, Unreachable
from pictured.store.database import Parameters
from pictured.store.postgres.copying import copy_into
from pictured.store.postgres.silence import Attended
from pictured.store.postgres.translating import translated

_CONNECT_SECONDS = 10
_IDLE_SECONDS = 15
_ADVICE = "see that it runs, and that this machine may reach it"
_TURN = 0x50494354
"""The advisory lock of whoever writes: "PICT"."""
_BEGIN = b"BEGIN;"
_MOST = 1_000_000
"""Bytes of statements that may wait until they are sent."""


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
    """A connection in autocommit mode.

    server  as psycopg has it
    shown   names the database without a password
    naming  what this machine's paths are called in it
    home    the folder of this machine that files beside the index lie in
    unsent  statements of the transaction that go with the next one: each message waits for the network once
    """

    server: Attended
    shown: str
    naming: Naming
    home: Path
    unsent: list[bytes] = field(default_factory=list)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self.unsent) or self._open

    def execute(self, sql: str, parameters: Parameters = (), /) -> Answer:
        """Execute one statement of the store.

        Raises:
            Unreachable: if the server is gone, closed the connection, or cannot do it just now.
            StoreError: if it cannot carry the statement out, for want of rights.
        """
        return Answer(self._send(self._text(sql, parameters)))

    def defer(self, sql: str, parameters: Parameters = (), /) -> None:
        """Execute one statement together with a later one of its transaction. Raises as `execute`, or only then."""
        text = self._text(sql, parameters)
        if self.in_transaction and sum(map(len, self.unsent)) < _MOST:
            self.unsent.append(text)
        else:
            self._send(text)

    def load(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows into a table by COPY. Raises as `execute`."""
        asked = self._send(f"SELECT {columns} FROM {table} LIMIT 0".encode())  # noqa: S608  our own names
        try:
            copy_into(self.server.cursor(), table, columns, [each.type_code for each in asked.description or ()], rows)
        except psycopg.Error as error:
            self._fail(error)

    def begin(self, *, lasting: bool) -> None:
        """Begin a transaction, which waits for its turn to write with its first statement."""
        soon = b"" if lasting else b"SET LOCAL synchronous_commit = off;"
        self.unsent.append(_BEGIN + b"%bSELECT pg_advisory_xact_lock(%d)" % (soon, _TURN))

    def commit(self) -> None:
        """Make the changes of a transaction. Raises as `execute`."""
        if len(self.unsent) == 1 and self.unsent[0].startswith(_BEGIN):
            # Nothing was done in it.
            self.unsent.clear()
        else:
            self._send(b"COMMIT")

    def rollback(self) -> None:
        """Undo the changes of a transaction, if one is open."""
        self.unsent.clear()
        if self._open:
            self._send(b"ROLLBACK")

    def run(self, script: str) -> None:
        """Execute statements of PostgreSQL's own. Raises as `execute`."""
        self._send(script.encode())

    @property
    def _open(self) -> bool:
        # Of a connection that is lost nothing is known; what is begun on it has to fail.
        return self.server.info.transaction_status not in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)

    def _text(self, sql: str, parameters: Parameters) -> bytes:
        # Parameters go into the text, because the server cannot tell the type of one that is only compared with NULL.
        try:
            text = psycopg.ClientCursor(self.server).mogrify(translated(sql).encode(), parameters)
            return text.encode(self.server.info.encoding)
        except psycopg.Error as error:
            self._fail(error)

    def _send(self, text: bytes) -> psycopg.ClientCursor[Any]:
        """Execute what was deferred, and then a text; give the answer to the last statement."""
        texts = b";\n".join([*self.unsent, text])
        self.unsent.clear()
        # Not the usual cursor: that prepares what it is given often, which only single statements can be.
        cursor = psycopg.ClientCursor(self.server)
        try:
            cursor.execute(texts)
            while cursor.nextset():
                pass
        except psycopg.Error as error:
            self._fail(error)
        return cursor

    def _fail(self, error: psycopg.Error) -> NoReturn:
        if self.server.closed or self.server.broken:
            raise Unreachable(f"The database {self.shown} does not answer any more; {_ADVICE}.") from error
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            raise StoreError(
                f"The database {self.shown} refuses ({_said(error)}); make its user the owner of the database."
            ) from error
        if isinstance(error, psycopg.IntegrityError | psycopg.ProgrammingError):
            raise error
        # Another machine that writes for long, a full disk, a server that is about to end: all of it passes.
        kind = Unreachable if isinstance(error, psycopg.OperationalError) else StoreError
        raise kind(f"The database {self.shown} refuses ({_said(error)}); see its own log.") from error

    def close(self) -> None:
        """Close the connection; a transaction that is open is rolled back."""
        self.server.close()


def connect(url: str, naming: Naming, home: Path, *, writer: bool) -> Connection:
    """Connect as one machine. Waits up to 10 s for the server.

    Raises:
        Unreachable: if there is no answer, or the server refuses whoever asks.
        StoreError: if the address is none.
    """
    shown = without_password(url)
    try:
        server = Attended.connect(url, **parameters(naming, writer=writer))
    except psycopg.OperationalError as error:
        if error.pgconn is not None and error.pgconn.needs_password:
            raise Unreachable(
                f"The database {shown} asks for a password, and there is none for it; put it into ~/.pgpass of the "
                "account that runs pictured, which only that account may read, or name such a file in PGPASSFILE."
            ) from error
        raise Unreachable(f"The database {shown} cannot be reached ({_said(error)}); {_ADVICE}.") from error
    server.address = url
    return Connection(server, shown, naming, home)


def parameters(naming: Naming, *, writer: bool) -> dict[str, Any]:
    """Give what psycopg is told besides the address: this side takes 8 s of silence for the end, the server 25 s."""
    options = {
        "pictured.machine": naming.machine,
        "search_path": "pictured,public",
        # A machine that stops in the middle of a change must not keep the others waiting.
        "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
        "lock_timeout": f"{2 * _IDLE_SECONDS}s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        # Where an answer is under way, no keep-alive is sent.
        "tcp_user_timeout": "25s",
        "default_transaction_read_only": "off" if writer else "on",
    }
    return {
        "autocommit": True,
        "connect_timeout": _CONNECT_SECONDS,
        # A database in no encoding at all would give bytes for texts.
        "client_encoding": "UTF8",
        "application_name": f"pictured on {naming.machine}",
        "options": " ".join(f"-c {name}={_escaped(value)}" for name, value in options.items()),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 8_000,
    }


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
