"""Which placed file answers which query picture."""

from pathlib import Path

from pictured.store import rows
from pictured.store.database import Database, transaction


class Answers:
    """The answers. Every method raises StoreError where the index cannot be read or written."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def answer(self, entry: str, query: Path, placed: int, reason: str, at: float) -> None:
        """Note which placed file answers a query picture, in place of an earlier answer."""
        with transaction(self._db):
            self._db.execute(
                """INSERT INTO answers (entry, query, placed, reason, at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (entry, query) DO UPDATE
                SET placed = excluded.placed, reason = excluded.reason, at = excluded.at""",
                (entry, rows.key(query), placed, rows.text(reason), at),
            )

    def answers(self, entry: str) -> dict[Path, int]:
        """Give the id of the active placed file that answers each query picture of an entry."""
        found = self._db.execute(
            """SELECT answers.query, placed.id FROM answers CROSS JOIN placed ON placed.id = answers.placed
            WHERE answers.entry = ? AND placed.active ORDER BY answers.query""",
            (entry,),
        ).fetchall()
        return {rows.path_from(query): placed for query, placed in found}

    def answer_of(self, entry: str, query: Path) -> int | None:
        """Give the id of the active placed file that answers a query picture of an entry."""
        row = self._db.execute(
            """SELECT placed.id FROM answers CROSS JOIN placed ON placed.id = answers.placed
            WHERE answers.entry = ? AND answers.query = ? AND placed.active""",
            (entry, rows.key(query)),
        ).fetchone()
        return None if row is None else int(row[0])

    def answered_by(self, placed: int) -> list[Path]:
        """Give the query pictures that a placed file answers, active or not, sorted by their bytes."""
        found = self._db.execute("SELECT query FROM answers WHERE placed = ? ORDER BY query", (placed,)).fetchall()
        return [rows.path_from(query) for (query,) in found]
