"""Work that machines claim, so that what several of them see is done by one of them at a time.

A claim is an advisory lock of a session of its own: whoever asks for one that another session has is told so at once,
as `FOR UPDATE SKIP LOCKED` tells of a row, and all claims of a session are free in the moment that it ends. A lock of a
row would last as long as its transaction, so that each of the files that are under way would need a session which idles
in a transaction, for minutes where a rule renders, and keeps the server from cleaning up behind all others.

A session ends with its process, and when it has said nothing for 15 s.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pictured.disk.naming import Naming
from pictured.errors import StoreError
from pictured.store.postgres.connection import Connection, connect

_SILENT_SECONDS = 15


@dataclass(slots=True)
class Claims:
    """The claims of one machine, for one thread. The session is opened when it is needed.

    url, naming, home   as `open_shared` takes them
    """

    url: str = field(repr=False)
    naming: Naming
    home: Path
    _db: Connection | None = None

    def take(self, key: bytes) -> bool:
        """Claim what is called so; False where another machine has it. What is taken twice is to be given twice.

        Raises:
            Unreachable: if the server does not answer.
        """
        if self._db is not None:
            # A session that ended meanwhile took its claims with it.
            with suppress(StoreError):
                return self._ask(self._db, "pg_try_advisory_lock", key)
            self.close()
        self._db = connect(self.url, self.naming, self.home, writer=True)
        self._db.server.brief = True
        self._db.execute(f"SET idle_session_timeout = '{_SILENT_SECONDS}s'")
        return self._ask(self._db, "pg_try_advisory_lock", key)

    def give(self, key: bytes) -> None:
        """Let another machine have a claim. What a session that has ended had taken is given already."""
        if self._db is not None:
            with suppress(StoreError):
                self._ask(self._db, "pg_advisory_unlock", key)

    def beat(self) -> None:
        """Say that somebody is there, more often than every 15 s while there are claims."""
        if self._db is not None:
            with suppress(StoreError):
                self._db.execute("SELECT 1")

    def close(self) -> None:
        """Give everything."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _ask(self, db: Connection, call: str, key: bytes) -> bool:
        # Two keys with the same number would only wait for each other.
        number = int.from_bytes(blake2b(key, digest_size=8, person=b"pictured").digest(), signed=True)
        return bool(db.execute(f"SELECT {call}(?)", (number,)).fetchone()[0])
