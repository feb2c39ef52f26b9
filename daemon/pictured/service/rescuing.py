"""Opens the index; one that is damaged is moved aside and made anew, with what is known to be ours put into it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pictured.errors import Damaged
from pictured.store.journal import Journal
from pictured.store.opening import FILE, open_store
from pictured.store.renders import Renders
from pictured.store.sidecar import Sidecar

_SUSPECT = "suspect"
_PARTS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done about a damaged index: where it lies now, and how many placed files are known to be ours."""

    aside: Path
    known: int


def rescued(state: Path) -> Rescue | None:
    """Make the index usable; None where it was. The caller holds the state folder.

    The folders are scanned as for the first time afterwards. Raises StoreError for every other reason.
    """
    if not (state / _SUSPECT).exists():
        try:
            with closing(open_store(state, writer=True)) as db:
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except Damaged:
            pass
        else:
            return None
    aside = state / f"{FILE}.damaged-{time.strftime('%Y%m%dT%H%M%S')}"
    for part in _PARTS:
        file = state / f"{FILE}{part}"
        if file.exists():
            file.rename(f"{aside}{part}")
    with closing(open_store(state, writer=True)) as db:
        known = Journal(db).restore(Sidecar(state).read().values(), time.time())
        Renders(db).restore()
    (state / _SUSPECT).unlink(missing_ok=True)
    return Rescue(aside, known)


@contextmanager
def suspected(state: Path) -> Iterator[None]:
    """Remember a damage that shows while the index is used, so that the next start moves it aside."""
    try:
        yield
    except BaseExceptionGroup as group:
        if group.subgroup(Damaged) is not None:
            (state / _SUSPECT).touch()
        raise
    except Damaged:
        (state / _SUSPECT).touch()
        raise
