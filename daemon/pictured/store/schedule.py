"""When a job of the schedule last ran, so that one that was due while nothing ran is made up for."""

from pictured.store.database import Database, transaction


class Schedule:
    """The ledger of runs. Every method raises StoreError where the index cannot be read or written."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def noted(self, name: str) -> str | None:
        """Give what was last noted under a name."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Remember a text under a name, in place of an earlier one."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def last_run(self, name: str) -> float | None:
        """Give the time (Unix seconds) at which a job last ran to its end."""
        row = self._db.execute("SELECT at FROM runs WHERE name = ?", (name,)).fetchone()
        return None if row is None else float(row[0])

    def ran(self, name: str, at: float) -> None:
        """Note the time (Unix seconds) at which a job ran to its end."""
        with transaction(self._db):
            self._db.execute(
                "INSERT INTO runs (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                (name, at),
            )
