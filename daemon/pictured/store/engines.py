"""Opens the index wherever it is: in a state folder, or in a database that several machines share."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pictured.disk.naming import Naming
from pictured.errors import StoreError
from pictured.store.database import Database
from pictured.store.opening import open_store

if TYPE_CHECKING:
    from pictured.store.postgres.claiming import Claims
    from pictured.store.postgres.holding import Locks


@dataclass(frozen=True, slots=True)
class Shared:
    """An index that several machines share.

    url     of the PostgreSQL database, as libpq takes it; it may hold a password, so it is never shown
    naming  what this machine's paths are called in it
    """

    url: str = field(repr=False)
    naming: Naming


def locks_of(state: Path, shared: Shared) -> "Locks":
    """Give the locks by which machines take turns at what they share."""
    from pictured.store.postgres.holding import Locks  # noqa: PLC0415  an extra

    return Locks(shared.url, shared.naming, state)


def claims_of(state: Path, shared: Shared) -> "Claims":
    """Give the claims by which one machine at a time handles what several of them see."""
    from pictured.store.postgres.claiming import Claims  # noqa: PLC0415  an extra

    return Claims(shared.url, shared.naming, state)


def open_index(state: Path, shared: Shared | None, *, writer: bool) -> Database:
    """Open the index for one thread: the shared one, or else that of a state folder. Let a writer `hold` the folder.

    Raises:
        Unreachable: if the database of a shared one does not answer.
        StoreError: if it cannot be opened, made or migrated, is newer than this program, or psycopg is not installed.
    """
    if shared is None:
        return open_store(state, writer=writer)
    try:
        from pictured.store.postgres.opening import open_shared  # noqa: PLC0415  an extra
    except ImportError as error:
        raise StoreError(
            "A shared index needs psycopg, which is not installed; install it with: pip install 'pictured[cluster]'"
        ) from error
    return open_shared(shared.url, shared.naming, state, writer=writer)
