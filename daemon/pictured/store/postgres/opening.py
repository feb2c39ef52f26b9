"""Opening the shared index for one machine, and bringing it up to date."""

from pictured.errors import StoreError
from pictured.store.database import transaction
from pictured.store.postgres.connection import Connection, connect
from pictured.store.postgres.schema import MIGRATIONS, SCHEMA


def open_shared(url: str, machine: str, *, writer: bool) -> Connection:
    """Open the shared index as one machine, for one thread.

    A writer makes what is missing in the database, and migrates an older index; a reader cannot change anything.

    Raises:
        Unreachable: if the server does not answer.
        StoreError: if the index cannot be made or migrated, or is newer than this program; for a reader also if there
            is none or it is older.
    """
    db = connect(url, machine, writer=writer)
    try:
        if writer:
            with transaction(db):
                db.server.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                db.server.execute("CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY)")
                had = _version(db)
                for number, script in enumerate(MIGRATIONS[had:], start=had + 1):
                    db.server.execute(script.encode())
                    db.server.execute("INSERT INTO versions VALUES (%s)", (number,))
        _check(db.shown, _version(db))
    except BaseException:
        db.close()
        raise
    return db


def _version(db: Connection) -> int:
    there = db.execute("SELECT to_regclass('versions') IS NOT NULL").fetchone()[0]
    return int(db.execute("SELECT coalesce(max(version), 0) FROM versions").fetchone()[0]) if there else 0


def _check(shown: str, version: int) -> None:
    if version > len(MIGRATIONS):
        raise StoreError(
            f"The index in {shown} was made by a newer pictured (version {version} of the index, this program knows "
            f"{len(MIGRATIONS)}); update pictured on this machine."
        )
    if version < len(MIGRATIONS):
        raise StoreError(
            f"There is no index in {shown} yet, or an older one; run `pictured scan` or `pictured run` once."
        )
