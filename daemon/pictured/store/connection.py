"""A SQLite connection that fails with `StoreError`: a sentence for a person instead of SQLite's own words."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote_from_bytes

from pictured.disk.naming import Naming
from pictured.disk.paths import shown
from pictured.errors import Damaged, StoreError
from pictured.store.rows import marks

if TYPE_CHECKING:
    from sqlite3 import _Parameters

_BUSY_SECONDS = 10.0
_NORMAL, _FULL = "PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"
_ADVICE = {
    sqlite3.SQLITE_NOTADB: "is not a database; `pictured scan` or `pictured run` moves it aside and builds it anew",
    sqlite3.SQLITE_CORRUPT: "is damaged; `pictured scan` or `pictured run` moves it aside and builds it anew",
    sqlite3.SQLITE_FULL: "cannot grow, because its disk is full; free some space and start again",
    sqlite3.SQLITE_BUSY: "is in use by another program; end that program and try again",
    sqlite3.SQLITE_LOCKED: "is in use by another program; end that program and try again",
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of that file, its folder and its disk",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that it is a file and that you may write it and its folder",
    sqlite3.SQLITE_PERM: "cannot be opened; check that you may read and write it and its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk that it lies on",
}


class Connection(sqlite3.Connection):
    """A connection in autocommit mode, so that transactions are explicit.

    Everything it executes raises `StoreError` for what the file, the disk or another program is to blame for.
    `sqlite3.IntegrityError` and `sqlite3.ProgrammingError` are faults of the caller and come through as they are.
    """

    file: Path
    naming = Naming()
    lasting = True

    @property
    def home(self) -> Path:
        """The folder that the file lies in."""
        return self.file.parent

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> "_Cursor":
        """Execute one statement with a cursor that translates errors, also those of reading its rows."""
        return super().cursor(_Cursor).execute(sql, parameters)

    def defer(self, sql: str, parameters: "_Parameters" = (), /) -> None:
        """Do as `execute`: nothing is gained by waiting."""
        self.execute(sql, parameters)

    def load(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows into a table."""
        values = marks(columns.split(","))
        try:
            super().executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)  # noqa: S608  our own names
        except sqlite3.DatabaseError as error:
            _fail(error, self.file)

    def begin(self, *, lasting: bool) -> None:
        """Begin a transaction that may write; one that is not `lasting` does not wait for the disk."""
        if not lasting:
            # It cannot be set inside a transaction.
            self.execute(_NORMAL)
            self.lasting = False
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._last()
            raise

    def commit(self) -> None:
        """Make the changes of a transaction."""
        self.execute("COMMIT")
        self._last()

    def rollback(self) -> None:
        """Undo the changes of a transaction, if one is open."""
        # After some errors, such as a full disk, SQLite has rolled back by itself.
        if self.in_transaction:
            self.execute("ROLLBACK")
        self._last()

    def _last(self) -> None:
        """Let the next transaction wait for the disk again."""
        if not self.lasting:
            self.execute(_FULL)
            self.lasting = True


class _Cursor(sqlite3.Cursor):
    """The cursor of a `Connection`."""

    connection: Connection

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> Self:
        try:
            return super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            _fail(error, self.connection.file)

    def fetchone(self) -> Any:  # noqa: ANN401 -- rows are whatever the statement selects
        try:
            return super().fetchone()
        except sqlite3.DatabaseError as error:
            _fail(error, self.connection.file)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        try:
            return super().fetchmany(size)
        except sqlite3.DatabaseError as error:
            _fail(error, self.connection.file)

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.DatabaseError as error:
            _fail(error, self.connection.file)

    def __next__(self) -> Any:  # noqa: ANN401 -- rows are whatever the statement selects
        try:
            return super().__next__()
        except sqlite3.DatabaseError as error:
            _fail(error, self.connection.file)


def connect(file: Path, *, writer: bool) -> Connection:
    """Connect to an existing file. Waits up to 10 s for another writer.

    Raises:
        StoreError: if the file cannot be opened.
    """
    # The URI carries the path as bytes, and its mode keeps SQLite from making a file by itself.
    uri = f"file://{quote_from_bytes(bytes(file.absolute()))}?mode={'rw' if writer else 'ro'}"
    try:
        db = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, factory=Connection)
    except sqlite3.DatabaseError as error:
        _fail(error, file)
    db.file = file
    return db


def _fail(error: sqlite3.DatabaseError, file: Path) -> NoReturn:
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        raise error
    # The low byte is the primary code; the rest only says where it happened.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    advice = _ADVICE.get(code, "cannot be used; see that it is whole and try again")
    kind = Damaged if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT) else StoreError
    raise kind(f"The index {shown(file)} {advice} ({error}).") from error
