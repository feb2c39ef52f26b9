"""The store's SQL to PostgreSQL's: other words for the same, so that each statement is written once."""

import re
from functools import lru_cache

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """Give a statement with psycopg's placeholders.

    `?` and `:name` become `%s` and `%(name)s`. SQLite takes CROSS JOIN as a hint to keep the order of the tables;
    PostgreSQL finds the order by itself and calls it JOIN.
    """
    plain = sql.replace("%", "%%").replace("CROSS JOIN", "JOIN").replace("?", "%s")
    return _NAMED.sub(r"%(\1)s", plain)
