"""When a job of the schedule last ran, so that one that was due while nothing ran is made up for."""

from pictured.store.database import Database, transaction


class Schedule:
    """The ledger of runs, of each machine its own.

    Every method raises StoreError where the index cannot be read or written.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._machine = db.naming.machine

    def noted(self, name: str) -> str | None:
        """Give what was last noted under a name."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (self._own(name),)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Remember a text under a name, in place of an earlier one."""
        with transaction(self._db):
            self._db.defer(
                "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (self._own(name), value),
            )

    def last_run(self, name: str) -> float | None:
        """Give the time (Unix seconds) at which a job last ran to its end."""
        row = self._db.execute("SELECT at FROM runs WHERE name = ?", (self._own(name),)).fetchone()
        return None if row is None else float(row[0])

    def ran(self, name: str, at: float) -> None:
        """Note the time (Unix seconds) at which a job ran to its end."""
        with transaction(self._db):
            self._db.defer(
                "INSERT INTO runs (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                (self._own(name), at),
            )

    def _own(self, name: str) -> str:
        return f"{name} of {self._machine}" if self._machine else name
