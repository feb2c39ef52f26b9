"""Opening the index and bringing it up to date."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import StoreError
from pictured.store.connection import Connection, connect
from pictured.store.database import transaction
from pictured.store.holding import make_private
from pictured.store.migrations import APPLICATION, MIGRATIONS, statements

FILE = "index.sqlite3"


def open_store(folder: Path, *, writer: bool) -> Connection:
    """Open the index in a state folder, for one thread.

    A writer makes the folder and the index where they are missing, and migrates an older one; let it `hold` the
    folder first. A reader cannot change anything, and sees the last committed state while a writer writes.

    Raises:
        StoreError: if the index cannot be opened or migrated, is no index of ours, or is newer than this program;
            for a reader also if there is none or it is older.
    """
    file = folder / FILE
    if writer:
        make_private(folder)
        _make_file(file)
    elif not file.exists():
        raise StoreError(f"There is no index at {shown(file)} yet; run `pictured scan` or `pictured run` once.")
    db = connect(file, writer=writer)
    try:
        _check_version(db, file, oldest=0 if writer else len(MIGRATIONS))
        if writer:
            _set_up(db, file)
            migrate(db, MIGRATIONS)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA cache_size = -32000")
    except BaseException:
        db.close()
        raise
    return db


def migrate(db: Connection, scripts: Sequence[str]) -> None:
    """Run the scripts that the index has not had, each in one transaction together with its record.

    Raises:
        StoreError: if a script cannot be carried out; the index is as the script before it left it.
    """
    # A script that makes a table anew needs the keys unguarded; SQLite ignores this inside a transaction.
    db.execute("PRAGMA foreign_keys = OFF")
    for number, script in enumerate(scripts, start=1):
        with transaction(db):
            if _pragma(db, "user_version") >= number:
                continue
            for statement in statements(script):
                db.execute(statement)
            if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreError(f"The index cannot be brought to version {number}: rows would point nowhere.")
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {number}")


def _make_file(file: Path) -> None:
    """Make an empty file of our own, because SQLite would let others read it; its companions take over the mode."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(
            f"The index {shown(file)} cannot be made or written ({error.strerror}); "
            "check its permissions, or name another folder in PICTURED_STATE_DIR."
        ) from error


def _set_up(db: Connection, file: Path) -> None:
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(
            f"The index {shown(file)} lies on a file system that cannot share memory between programs; "
            "name a folder on a local disk in PICTURED_STATE_DIR."
        )
    db.execute("PRAGMA synchronous = FULL")
    # Some builds overwrite what is deleted, which makes forgetting thumbs eight times slower.
    db.execute("PRAGMA secure_delete = OFF")
    db.execute("PRAGMA journal_size_limit = 67108864")


def _check_version(db: Connection, file: Path, *, oldest: int) -> None:
    version = _pragma(db, "user_version")
    application = _pragma(db, "application_id")
    empty = db.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    if application != APPLICATION and not (empty and application == version == 0):
        raise StoreError(
            f"The file {shown(file)} is a database of another program; move it away, "
            "or name another folder in PICTURED_STATE_DIR."
        )
    if version > len(MIGRATIONS):
        raise StoreError(
            f"The index {shown(file)} was made by a newer pictured (version {version} of the index, this program "
            f"knows {len(MIGRATIONS)}); update pictured, or name another folder in PICTURED_STATE_DIR."
        )
    if version < oldest:
        raise StoreError(
            f"The index {shown(file)} was made by an older pictured or is not made yet; "
            "run `pictured scan` or `pictured run` once to bring it up to date."
        )


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
