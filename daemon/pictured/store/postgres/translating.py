"""The store's SQL to PostgreSQL's: other words for the same, so that each statement is written once."""

import re
from functools import lru_cache

_STATEMENTS = {
    "BEGIN IMMEDIATE": "BEGIN",
    "PRAGMA synchronous = NORMAL": "SET synchronous_commit = off",
    "PRAGMA synchronous = FULL": "SET synchronous_commit = on",
}
_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """Give a statement with psycopg's placeholders.

    `?` and `:name` become `%s` and `%(name)s`. SQLite takes CROSS JOIN as a hint to keep the order of the tables;
    PostgreSQL finds the order by itself and calls it JOIN. A transaction that writes is the only one of all machines
    at its time, as `BEGIN IMMEDIATE` makes it in SQLite. `PRAGMA synchronous` says whether a commit waits for the disk.
    """
    if sql in _STATEMENTS:
        return _STATEMENTS[sql]
    plain = sql.replace("%", "%%").replace("CROSS JOIN", "JOIN").replace("?", "%s")
    return _NAMED.sub(r"%(\1)s", plain)
