"""Who collects into a destination that several machines reach: whoever holds its lock in the shared index.

The lock belongs to a session of its own. It is let go when its holder dies, and when the holder is cut off or stands
still: the server ends a session that has said nothing for 15 s. So whoever gets an answer in that session had the lock
a moment ago, and is not going to lose it in the next moment.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictured.disk.naming import Naming
from pictured.errors import StoreError
from pictured.store.postgres.connection import Connection, connect

_SILENT_SECONDS = 15
_DESTINATIONS, _WISHES = 0x50494344, 0x50494357


@dataclass(slots=True)
class Locks:
    """The locks of one machine, for one thread; `holding` may be asked from any.

    url, naming, home   as `open_shared` takes them
    """

    url: str = field(repr=False)
    naming: Naming
    home: Path
    _db: Connection | None = None
    _session: int = 0
    _wishes: set[bytes] = field(default_factory=set)

    def take(self, key: bytes) -> int | None:
        """Take the lock of a destination and give the number of the session; None where another machine has it.

        Raises:
            Unreachable: if the server does not answer.
        """
        if self._db is None or not self.holding(self._session):
            if self._db is not None and self._db.server.silent:
                # The server would let the next session wait, too.
                self._db.execute("SELECT 1")
            self.close()
            # First of all, so that no thread takes the new session for the one that it asks about.
            self._session += 1
            self._db = connect(self.url, self.naming, self.home, writer=True)
            self._db.server.brief = True
            self._wishes.clear()
            self._db.execute(f"SET idle_session_timeout = '{_SILENT_SECONDS}s'")
        taken = bool(self._ask("pg_try_advisory_lock(?, hashtext(?))", _DESTINATIONS, key))
        if taken and key in self._wishes:
            self._wishes.discard(key)
            self._ask("pg_advisory_unlock_shared(?, hashtext(?))", _WISHES, key)
        elif not taken and key not in self._wishes:
            self._wishes.add(key)
            self._ask("pg_try_advisory_lock_shared(?, hashtext(?))", _WISHES, key)
        return self._session if taken else None

    def wanted(self, key: bytes) -> bool:
        """Ask whether another machine waits for a lock, so that this one may let it go first."""
        if self._db is None or not self.holding(self._session) or key in self._wishes:
            return False
        free = bool(self._ask("pg_try_advisory_lock(?, hashtext(?))", _WISHES, key))
        if free:
            self._ask("pg_advisory_unlock(?, hashtext(?))", _WISHES, key)
        return not free

    def give(self, key: bytes, session: int) -> None:
        """Let another machine have a lock. What a session that has ended had taken is given already."""
        if self._db is not None and self.holding(session):
            self._ask("pg_advisory_unlock(?, hashtext(?))", _DESTINATIONS, key)

    def holding(self, session: int) -> bool:
        """Ask the server whether a session, and with it every lock that it took and did not give, still stands.

        To be asked more often than every 15 s, so that the server sees that somebody is there.
        """
        try:
            return self._db is not None and session == self._session and bool(self._db.execute("SELECT 1").fetchone())
        except StoreError:
            return False

    def close(self) -> None:
        """Let go of everything."""
        if self._db is not None:
            self._db.close()

    def _ask(self, call: str, kind: int, key: bytes) -> Any:  # noqa: ANN401 -- whatever the call gives
        return None if self._db is None else self._db.execute(f"SELECT {call}", (kind, key.hex())).fetchone()[0]
