"""What we wrote, from what and why, and what we were about to write."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pictured.flow import Collect, Form, Placed, Stamp
from pictured.store import rows, units
from pictured.store.answers import Answers
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.placements import Placements, What
from pictured.store.sidecar import Kept


class Journal(Placements, Answers):
    """The journal. Every method raises StoreError where the index cannot be read or written.

    An intent goes before each write, so that whatever a crash cut off is known at the next start. Numbers of intents
    and of placed files are never used again.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def begin(self, step: Collect, at: float) -> int:
        """Write down an intent and commit it, before anything touches the disk.

        Raises:
            RuntimeError: inside a transaction, which could still take the intent back.
        """
        if self._db.in_transaction:
            raise RuntimeError("an intent cannot be part of a transaction: it must be on the disk before its file is")
        with transaction(self._db):
            cursor = self._db.execute(
                """INSERT INTO intents (at, entry, query, source, target, digest, form, reason, replaces,
                size, mtime_ns, inode, device, changed_ns, companions)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                (
                    at,
                    *self._step_row(step),
                    None if step.replaces is None else step.replaces.id,
                    *rows.stamp_row(step.stamp),
                    units.written(step.companions, self._keys),
                ),
            )
            return int(cursor.fetchall()[0][0])

    def intents(self) -> list[tuple[int, Collect]]:
        """Give the intents that are neither finished nor abandoned, oldest first."""
        found = self._db.execute(
            """SELECT id, entry, query, source, target, digest, form, reason, replaces,
            size, mtime_ns, inode, device, changed_ns, companions FROM intents ORDER BY id"""
        ).fetchall()
        return [(number, self._step(row)) for number, *row in found]

    def finish(self, intent: int, stamp: Stamp, at: float, companions: Sequence[tuple[Collect, Stamp]] = ()) -> Placed:
        """Turn an intent into a placed file with the stamp that it was left with, all in one transaction.

        `companions` are those of the step that are in place, with the stamps that they were left with. Whatever was
        active at their targets, and what the step replaces, is active no longer. The queries that the replaced file
        answered, and the one of the step, are answered by the new one.

        Raises:
            LookupError: if there is no such intent.
        """
        with transaction(self._db):
            found = [step for number, step in self.intents() if number == intent]
            if not found:
                raise LookupError(f"there is no intent {intent}")
            step = found[0]
            old = None if step.replaces is None else step.replaces.id
            for target in (step.target, *(each.target for each, _ in companions)):
                there = self.placed_at(target)
                if there is not None:
                    self._retire(there.id)
            if old is not None:
                self._retire(old)
            new = self._insert(step, stamp, None)
            together = tuple(self._insert(each, left, new.id) for each, left in companions)
            self._db.defer("UPDATE answers SET placed = ? WHERE placed = ?", (new.id, old))
            if step.query is not None:
                self.answer(step.entry, step.query, new.id, step.reason, at)
            self._note(new.id, "placed" if old is None else "upgraded", at)
            self.abandon(intent)
        return replace(new, companions=together)

    def _insert(self, step: Collect, stamp: Stamp, unit: int | None) -> Placed:
        cursor = self._db.execute(
            """INSERT INTO placed (entry, query, source, target, digest, form, reason,
            size, mtime_ns, inode, device, changed_ns, unit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING id""",
            (*self._step_row(step), *rows.stamp_row(stamp), unit),
        )
        number = int(cursor.fetchall()[0][0])
        return Placed(number, step.entry, step.target, stamp, step.digest, step.source, step.form, step.reason)

    def _retire(self, number: int) -> None:
        self._db.defer("UPDATE placed SET active = FALSE WHERE active AND (id = ? OR unit = ?)", (number, number))

    def adopt(self, path: Path, stamp: Stamp, digest: bytes, entry: str) -> Placed:
        """Take down a file of the person's that a rule is about to replace. It is not active: it is still theirs."""
        with transaction(self._db):
            cursor = self._db.execute(
                """INSERT INTO placed (entry, query, source, target, digest, form, reason, active,
                size, mtime_ns, inode, device, changed_ns) VALUES (?, NULL, ?, ?, ?, ?, ?, FALSE, ?, ?, ?, ?, ?)
                RETURNING id""",
                (entry, *(self._keys.of(path),) * 2, digest, Form.COPY.value, "the original", *rows.stamp_row(stamp)),
            )
            number = int(cursor.fetchall()[0][0])
        return Placed(number, entry, path, stamp, digest, path, Form.COPY, "the original")

    def restore(self, kept: Iterable[Kept], at: float) -> int:
        """Take down placed files that another record still knows of, under their old numbers; says how many."""
        count = 0
        with transaction(self._db):
            for each in kept:
                placed = each.placed
                self._restore(placed, None)
                for companion in placed.companions:
                    self._restore(companion, placed.id)
                self._note(placed.id, "placed", at)
                for query in each.queries:
                    self.answer(placed.entry, query, placed.id, placed.reason, at)
                count += 1
        return count

    def _restore(self, placed: Placed, unit: int | None) -> None:
        self._db.defer(
            """INSERT INTO placed (id, entry, query, source, target, digest, form, reason,
            size, mtime_ns, inode, device, changed_ns, unit) VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                placed.id,
                placed.entry,
                self._keys.of(placed.source),
                self._keys.of(placed.target),
                placed.digest,
                placed.form.value,
                rows.text(placed.reason),
                *rows.stamp_row(placed.stamp),
                unit,
            ),
        )

    def disown(self, number: int, at: float) -> None:
        """Note that an active placed file is the person's again: their original, put back."""
        with transaction(self._db):
            self._retire(number)
            self._note(number, "undone", at)

    def abandon(self, intent: int) -> None:
        """Forget an intent whose write did not happen."""
        with transaction(self._db):
            self._db.defer("DELETE FROM intents WHERE id = ?", (intent,))

    def begin_undo(self, number: int) -> None:
        """Write down that an active placed file is being taken back, before the first of its files is removed."""
        with transaction(self._db):
            self._db.defer("INSERT INTO undoing (placed) VALUES (?) ON CONFLICT (placed) DO NOTHING", (number,))

    def abandon_undo(self, number: int) -> None:
        """Forget that a placed file is being taken back."""
        with transaction(self._db):
            self._db.defer("DELETE FROM undoing WHERE placed = ?", (number,))

    def undoing(self) -> list[Placed]:
        """Give what was being taken back when it was cut off."""
        numbers = self._db.execute("SELECT placed FROM undoing ORDER BY placed").fetchall()
        return [placed for (number,) in numbers if (placed := self.placed(number)) is not None]

    def undo(self, number: int, at: float) -> None:
        """Note that an active placed file was taken back, and decline its content.

        Raises:
            LookupError: if there is no such placed file, or it is not active.
        """
        with transaction(self._db):
            found = self.placed(number)
            if found is None or found != self.placed_at(found.target):
                raise LookupError(f"there is no active placed file {number}")
            self._retire(number)
            self._db.defer("DELETE FROM undoing WHERE placed = ?", (number,))
            self._db.defer(
                "INSERT INTO declined (entry, digest, at) VALUES (?, ?, ?) ON CONFLICT (entry, digest) DO NOTHING",
                (found.entry, found.digest, at),
            )
            self._note(number, "undone", at)

    def _note(self, placed: int, what: What, at: float) -> None:
        self._db.defer("INSERT INTO deeds (at, what, placed) VALUES (?, ?, ?)", (at, what, placed))

    def _step(self, row: Any) -> Collect:  # noqa: ANN401 -- rows are whatever the statement selects
        entry, query, source, target, digest, form, reason, replaces, *stamp, companions = row
        step = Collect(
            entry=entry,
            query=self._keys.optional_path(query),
            source=self._keys.path(source),
            stamp=rows.stamp_from(stamp),
            digest=digest,
            target=self._keys.path(target),
            form=Form(form),
            reason=reason,
            replaces=None if replaces is None else self.placed(replaces),
        )
        return replace(step, companions=units.read(companions, step, self._keys))

    def _step_row(self, step: Collect) -> tuple[str | bytes | None, ...]:
        return (
            step.entry,
            self._keys.optional(step.query),
            self._keys.of(step.source),
            self._keys.of(step.target),
            step.digest,
            step.form.value,
            rows.text(step.reason),
        )
