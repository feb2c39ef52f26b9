"""Puts very many contents and files into an index: in bulk into a temporary table, and from there where they belong.

What is there already cannot be told beforehand, because other machines may have put it there, and neither database
skips rows while it loads in bulk.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pictured.store.database import Database

CONTENT = (
    "digest, phash, marr, size, width, height, format, mode, bit_depth, frames, luma_quantiser, taken, camera, metadata"
)
"""The columns of a content, apart from its number."""
FILE = "size, mtime_ns, inode, device, changed_ns, missing_since, handled"
"""The columns of a file, apart from its number, its place and its content."""
FAILURE = "kind, reason, retry, tries, retry_at"
"""The columns of a failure, apart from its file."""

_CONTENTS = f"""CREATE TEMP TABLE incoming AS SELECT {CONTENT}, crops, points, luminance
    FROM contents JOIN features ON features.content = id JOIN thumbs ON thumbs.content = id WHERE FALSE"""  # noqa: S608
_FILES = f"""CREATE TEMP TABLE incoming AS SELECT folders.path AS folder, files.name, contents.digest,
    {", ".join(f"files.{name.strip()}" for name in FILE.split(","))}, {FAILURE} FROM files
    JOIN folders ON folders.id = files.folder JOIN contents ON contents.id = files.content
    JOIN failures ON failures.file = files.id WHERE FALSE"""  # noqa: S608
# A subselect for each row always goes by the index, whatever the planner believes of tables that were just filled.
_NUMBER = "(SELECT id FROM contents WHERE contents.digest = incoming.digest)"
_FOLDER = "(SELECT id FROM folders WHERE folders.path = incoming.folder)"
_NUMBERED = f"(SELECT id FROM files WHERE files.folder = {_FOLDER} AND files.name = incoming.name)"  # noqa: S608


def put_contents(db: Database, rows: Sequence[Sequence[Any]]) -> None:
    """Put contents there, where they are not: `CONTENT`, then crops, points and luminance. Within a transaction.

    Raises:
        StoreError: if they cannot be written.
    """
    _put(
        db,
        rows,
        _CONTENTS,
        f"{CONTENT}, crops, points, luminance",
        f"INSERT INTO contents ({CONTENT}) SELECT {CONTENT} FROM incoming WHERE TRUE ON CONFLICT (digest) DO NOTHING",  # noqa: S608
        f"""INSERT INTO features (content, crops, points) SELECT {_NUMBER}, crops, points FROM incoming WHERE TRUE
        ON CONFLICT (content) DO NOTHING""",  # noqa: S608
        f"""INSERT INTO thumbs (content, luminance) SELECT {_NUMBER}, luminance FROM incoming WHERE TRUE
        ON CONFLICT (content) DO NOTHING""",  # noqa: S608
    )


def put_files(db: Database, rows: Sequence[Sequence[Any]]) -> None:
    """Put files there, in place of what is known of them: folder, name, digest, then `FILE` and `FAILURE`.

    Within a transaction. Their contents have to be there already.

    Raises:
        StoreError: if they cannot be written.
    """
    changed = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in f"content, {FILE}".split(","))
    _put(
        db,
        rows,
        _FILES,
        f"folder, name, digest, {FILE}, {FAILURE}",
        "INSERT INTO folders (path) SELECT DISTINCT folder FROM incoming WHERE TRUE ON CONFLICT (path) DO NOTHING",
        f"""INSERT INTO files (folder, name, content, {FILE}) SELECT {_FOLDER}, name, {_NUMBER}, {FILE} FROM incoming
        WHERE TRUE ON CONFLICT (folder, name) DO UPDATE SET {changed}""",  # noqa: S608
        f"""INSERT INTO failures (file, {FAILURE}) SELECT {_NUMBERED}, {FAILURE} FROM incoming WHERE kind IS NOT NULL
        ON CONFLICT (file) DO NOTHING""",  # noqa: S608
    )


def _put(db: Database, rows: Iterable[Sequence[Any]], table: str, columns: str, *onward: str) -> None:
    db.defer(table)
    db.load("incoming", columns, rows)
    # Made anew for the next rows: what is only deleted stays in the way in PostgreSQL.
    for statement in (*onward, "DROP TABLE incoming"):
        db.defer(statement)
