"""Opening the shared index for one machine, and bringing it up to date."""

from pathlib import Path

from pictured.disk.naming import Naming
from pictured.errors import StoreError, Unreachable
from pictured.store.database import transaction
from pictured.store.postgres.connection import Connection, connect
from pictured.store.postgres.schema import MIGRATIONS, SCHEMA

_MACHINES = 0x5049434D
_OLDEST = 140_000
_ENCODINGS = ("UTF8", "SQL_ASCII")
"""SQL_ASCII, which `initdb` makes of the locale C, keeps whatever it is given."""


def open_shared(url: str, naming: Naming, home: Path, *, writer: bool) -> Connection:
    """Open the shared index as one machine, for one thread.

    `home` is a folder of this machine, for files beside the index. A writer makes what is missing in the database, and
    migrates an older index; a reader cannot change anything.

    Raises:
        Unreachable: if the server does not answer, or another program writes as this machine.
        StoreError: if the server is too old, or the index cannot be made or migrated, or is newer than this program;
            for a reader also if there is none or it is older.
    """
    db = connect(url, naming, home, writer=writer)
    try:
        _check_server(db)
        if writer:
            _claim(db)
            with transaction(db):
                db.run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                db.run("CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY)")
                had = _version(db)
                for number, script in enumerate(MIGRATIONS[had:], start=had + 1):
                    db.run(script)
                    db.execute("INSERT INTO versions VALUES (?)", (number,))
        _check(db.shown, _version(db))
    except BaseException:
        db.close()
        raise
    return db


def _check_server(db: Connection) -> None:
    found = db.server.info.server_version
    if found < _OLDEST:
        raise StoreError(
            f"The database {db.shown} is PostgreSQL {found // 10_000}, and pictured needs {_OLDEST // 10_000} or "
            "later; update the server."
        )
    encoding = db.server.info.parameter_status("server_encoding")
    if encoding not in _ENCODINGS:
        raise StoreError(
            f"The database {db.shown} is in the encoding {encoding}, which lacks most letters; make another one, "
            "such as with: createdb --encoding=UTF8 --template=template0 NAME"
        )


def _claim(db: Connection) -> None:
    """Be this machine until the session ends: two that take themselves for the same one would mix up their work."""
    name = db.naming.machine
    if not db.execute("SELECT pg_try_advisory_lock(?, hashtext(?))", (_MACHINES, name)).fetchone()[0]:
        raise Unreachable(
            f"Another pictured writes to the index in {db.shown} as the machine {name!r}; give one of them another "
            "name under `machine`, or wait until it has ended."
        )


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
