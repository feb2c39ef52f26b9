"""What other machines changed in a shared index: which contents have to be looked at again here."""

from pictured.store.database import Database, transaction
from pictured.store.schedule import Schedule

_NOTE = "changes"
_AT_A_TIME = 5000


class Changes:
    """The changes of other machines, in the order in which they were committed. Alone, there are none.

    Every method raises StoreError where the index cannot be read or written.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._notes = Schedule(db)
        self.seen = self._begun() if db.naming.machine else 0
        """How far `news` has come."""

    def news(self) -> list[int]:
        """Give contents that were read again, found again or forgotten since this was asked last, or made.

        They come some thousands at a time, until there are none.
        """
        if not self._db.naming.machine:
            return []
        ours = self._db.naming.machine
        while found := self._db.execute(
            "SELECT id, content, machine FROM changes WHERE id > ? ORDER BY id LIMIT ?", (self.seen, _AT_A_TIME)
        ).fetchall():
            self.seen = int(found[-1][0])
            others = dict.fromkeys(int(content) for _, content, by in found if by != ours)
            if others:
                return list(others)
        return []

    def heeded(self, seen: int) -> None:
        """Note that all is done that followed from the changes up to there: the next start begins after them."""
        if self._db.naming.machine and self._notes.noted(_NOTE) != str(seen):
            with transaction(self._db, lasting=False):
                self._notes.note(_NOTE, str(seen))
                self._db.defer(
                    """DELETE FROM changes WHERE id <=
                    (SELECT min(CAST(value AS BIGINT)) FROM notes WHERE name LIKE 'changes of %')"""
                )

    def _begun(self) -> int:
        noted = self._notes.noted(_NOTE)
        # A machine that is new here loads what was there before with everything else.
        return int(noted or self._db.execute("SELECT coalesce(max(id), 0) FROM changes").fetchone()[0])
