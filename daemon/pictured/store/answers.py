"""Which placed file answers which query picture."""

from pathlib import Path

from pictured.store import rows
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys


class Answers:
    """The answers that lie where this machine sees them.

    Every method raises StoreError where the index cannot be read or written.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def answer(self, entry: str, query: Path, placed: int, reason: str, at: float) -> None:
        """Note which placed file answers a query picture, in place of an earlier answer."""
        with transaction(self._db):
            self._db.defer(
                """INSERT INTO answers (entry, query, placed, reason, at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (entry, query) DO UPDATE
                SET placed = excluded.placed, reason = excluded.reason, at = excluded.at""",
                (entry, self._keys.of(query), placed, rows.text(reason), at),
            )

    def answers(self, entry: str) -> dict[Path, int]:
        """Give the id of the active placed file that answers each query picture of an entry."""
        found = self._db.execute(
            """SELECT answers.query, placed.id, placed.target
            FROM answers CROSS JOIN placed ON placed.id = answers.placed
            WHERE answers.entry = ? AND placed.active ORDER BY answers.query""",
            (entry,),
        ).fetchall()
        return {self._keys.path(query): placed for query, placed, target in found if self._keys.is_here(target)}

    def answer_of(self, entry: str, query: Path) -> int | None:
        """Give the id of the active placed file that answers a query picture of an entry."""
        row = self._db.execute(
            """SELECT placed.id, placed.target FROM answers CROSS JOIN placed ON placed.id = answers.placed
            WHERE answers.entry = ? AND answers.query = ? AND placed.active""",
            (entry, self._keys.of(query)),
        ).fetchone()
        return int(row[0]) if row is not None and self._keys.is_here(row[1]) else None

    def answered_by(self, placed: int) -> list[Path]:
        """Give the query pictures that a placed file answers, active or not, sorted by their bytes."""
        found = self._db.execute("SELECT query FROM answers WHERE placed = ? ORDER BY query", (placed,)).fetchall()
        return [self._keys.path(query) for (query,) in found]
