"""Loads rows by PostgreSQL's binary COPY."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

_NUMERIC = 1700
"""The number of PostgreSQL's type of integers of any size."""


def copy_into(
    cursor: psycopg.Cursor[Any], table: str, columns: str, types: Sequence[int], rows: Iterable[Sequence[Any]]
) -> None:
    """Load rows into a table. Integers of more than 64 bits may be texts, as `store.rows.number` makes them.

    Args:
        cursor: of a connection in a transaction.
        table: its name; of ours, never a person's.
        columns: the names of its columns, with commas.
        types: the numbers of their types.
        rows: a value for each column.

    Raises:
        psycopg.Error: if the server does not take them; none is there then.
    """
    numeric = [place for place, kind in enumerate(types) if kind == _NUMERIC]
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)".encode()) as copy:
        copy.set_types(list(types))
        for row in rows:
            values = list(row)
            for place in numeric:
                values[place] = None if values[place] is None else int(values[place])
            copy.write_row(values)
