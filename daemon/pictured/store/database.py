"""What the store needs of a database: SQLite's own connection has it, and so has the one to PostgreSQL.

The store speaks the SQL that both understand. Where they differ in words only, `pictured.store.postgres` translates.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pictured.disk.naming import Naming

Parameters = Sequence[Any] | Mapping[str, Any]


class Rows(Protocol):
    """What a statement found, or how many rows it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were inserted, changed or deleted."""
        ...

    def fetchone(self) -> Any:  # noqa: ANN401 -- rows are whatever the statement selects
        """Give the next row, or None."""
        ...

    def fetchmany(self, size: int, /) -> list[Any]:
        """Give up to so many of the next rows."""
        ...

    def fetchall(self) -> list[Any]:
        """Give all rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A connection for one thread, in autocommit mode: transactions are begun and ended by statements.

    `execute` raises StoreError for what the database, its disk or its network is to blame for.
    """

    @property
    def naming(self) -> Naming:
        """What paths are called in this index."""
        ...

    @property
    def home(self) -> Path:
        """The folder of this machine that files beside the index lie in."""
        ...

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def execute(self, sql: str, parameters: Parameters = (), /) -> Rows:
        """Execute one statement with `?` or `:name` for its parameters."""
        ...

    def defer(self, sql: str, parameters: Parameters = (), /) -> None:
        """Execute one statement, at the latest with the next one that is not deferred or at the end of the transaction.

        For statements of a transaction whose answer nobody waits for. It may be the later one that raises StoreError.
        """
        ...

    def load(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Insert very many rows into a table in a transaction, by the fastest means. Raises as `execute`."""
        ...

    def begin(self, *, lasting: bool) -> None:
        """Begin a transaction; see `transaction`, which is to be used instead."""
        ...

    def commit(self) -> None:
        """End a transaction."""
        ...

    def rollback(self) -> None:
        """End a transaction, if one is open, as if nothing of it had been."""
        ...

    def close(self) -> None:
        """Close the connection; a transaction that is open is rolled back."""
        ...


@contextmanager
def transaction(db: Database, *, lasting: bool = True) -> Iterator[None]:
    """Make the changes within all or nothing. One inside another is part of the outer one.

    One that is not `lasting` does not wait for the disk. A failure of the power may undo the latest of them, the last
    one first, but none that came before a lasting one: so nothing is lost that is found again by looking.

    It is the only one that writes at its time, from its first statement on.

    Raises:
        StoreError: if it cannot be begun or committed; nothing is changed then.
    """
    if db.in_transaction:
        yield
        return
    db.begin(lasting=lasting)
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise
