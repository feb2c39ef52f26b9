"""Steps that wait until a person has looked at them, and the pairs that a person denied."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from pictured.flow import Collect, Form, Render
from pictured.store import rows, units
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys
from pictured.store.placements import Placements

State = Literal["waiting", "approved", "denied", "done", "dropped"]

_COLUMNS = """id, at, entry, asked, query, source, digest, target, form, reason, replaces, size, mtime_ns, inode,
    device, changed_ns, orders, state, note, chosen, companions"""
_OVER = "state IN ('done', 'dropped') AND at < ?"
_READ = f"SELECT {_COLUMNS} FROM proposals"  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step that waits, or what became of it.

    id      a number that is never used again
    at      Unix seconds when it was proposed
    asked   who asks for the content: the digest of the query picture, of the entry's name, or of the rule, 32 bytes
    step    what is to be done
    orders  the entry or the rule as JSON, as it was then
    state   "waiting"; "approved" and not yet done; "denied"; "done"; "dropped", because something else is planned now
    note    what went wrong, or why it was dropped
    chosen  whether a person chose this copy instead of the one that was proposed
    """

    id: int
    at: float
    asked: bytes
    step: Collect | Render
    orders: str
    state: State = "waiting"
    note: str | None = None
    chosen: bool = False


class Queue:
    """The queue. Every method raises StoreError where the index cannot be read or written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)
        self._placements = Placements(db)

    def propose(self, step: Collect | Render, asked: bytes, orders: str, at: float) -> Proposal | None:
        """Let a step wait; None where it waits already, was approved, or is of a denied pair.

        What waited for the same query picture, or as another name for the same content, waits no longer.
        """
        if step.digest in self.denied(asked):
            return None
        values = self._values(step)
        with transaction(self._db):
            row = self._db.execute(
                f"{_READ} WHERE entry = ? AND asked = ? AND digest = ? AND target = ?",
                (step.entry, asked, step.digest, self._keys.of(step.target)),
            ).fetchone()
            found = None if row is None else self._proposal(row)
            number = None if found is None else found.id
            self._db.defer(
                """UPDATE proposals SET state = 'dropped', note = 'something else is planned now' WHERE entry = ?
                AND asked = ? AND (query IS NOT NULL OR digest = ?) AND state = 'waiting' AND id != ?""",
                (step.entry, asked, step.digest, number or 0),
            )
            if found is not None and found.state in ("approved", "denied"):
                return None
            if found is None:
                number = self._db.execute(
                    """INSERT INTO proposals (at, asked, orders, state, entry, query, source, digest, target, form,
                    reason, replaces, size, mtime_ns, inode, device, changed_ns, companions)
                    VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                    (at, asked, orders, *values),
                ).fetchall()[0][0]
            else:
                begun = found.at if found.state == "waiting" else at
                self._write(found.id, step, "waiting")
                self._db.defer("UPDATE proposals SET at = ?, orders = ? WHERE id = ?", (begun, orders, number))
        return None if found is not None and found.state == "waiting" else self.of(number or 0)

    def of(self, number: int) -> Proposal | None:
        """Give a proposal by its number."""
        row = self._db.execute(f"{_READ} WHERE id = ?", (number,)).fetchone()
        return None if row is None else self._proposal(row)

    def waiting(self, entry: str | None = None) -> list[Proposal]:
        """Give what waits, the oldest first: all, or of one entry."""
        found = self._db.execute(f"{_READ} WHERE state = 'waiting' ORDER BY id").fetchall()
        proposals = [self._proposal(row) for row in found]
        return [each for each in proposals if entry is None or each.step.entry == entry]

    def count(self) -> int:
        """How many proposals wait."""
        found: int = self._db.execute("SELECT count(*) FROM proposals WHERE state = 'waiting'").fetchone()[0]
        return found

    def approved(self) -> list[Proposal]:
        """Give what was approved, is not done yet and can be done by this machine, the oldest first."""
        found = self._db.execute(f"{_READ} WHERE state = 'approved' ORDER BY id").fetchall()
        return [self._proposal(row) for row in found if self._is_here(row)]

    def decide(self, proposal: Proposal, state: State, at: float, note: str | None = None) -> None:
        """Note what becomes of a proposal. Only "denied" denies its pair; what was denied before is so no longer.

        What waits again after it was done replaces nothing: that is gone.
        """
        pair = (proposal.asked, proposal.step.digest)
        with transaction(self._db):
            self._db.defer(
                """UPDATE proposals SET replaces = CASE WHEN state = 'done' AND :state = 'waiting' THEN NULL
                ELSE replaces END, state = :state, note = :note WHERE id = :id""",
                {"state": state, "note": None if note is None else rows.text(note), "id": proposal.id},
            )
            if state == "denied":
                self._deny(*pair, at)
            elif proposal.state == "denied":
                self.allow(proposal.asked, [proposal.step.digest])

    def choose(self, proposal: Proposal, step: Collect, others: Iterable[bytes], at: float) -> None:
        """Approve another copy under the proposal's number, and deny the pairs of all the other copies."""
        with transaction(self._db):
            self._db.defer(
                "DELETE FROM proposals WHERE entry = ? AND asked = ? AND digest = ? AND target = ? AND id != ?",
                (step.entry, proposal.asked, step.digest, self._keys.of(step.target), proposal.id),
            )
            self._write(proposal.id, step, "approved")
            self._db.defer("UPDATE proposals SET chosen = TRUE WHERE id = ?", (proposal.id,))
            for digest in others:
                self._deny(proposal.asked, digest, at)

    def allow(self, asked: bytes, digests: Iterable[bytes]) -> None:
        """Let pairs be proposed again, except where a proposal of them was denied."""
        with transaction(self._db):
            for digest in digests:
                self._db.defer(
                    """DELETE FROM denied WHERE asked = :asked AND digest = :digest AND NOT EXISTS
                    (SELECT 1 FROM proposals WHERE asked = :asked AND digest = :digest AND state = 'denied')""",
                    {"asked": asked, "digest": digest},
                )

    def retarget(self, proposal: Proposal, step: Collect) -> None:
        """Give a proposal, and what belongs to its copy, other names to write to."""
        with transaction(self._db):
            self._db.defer(
                "DELETE FROM proposals WHERE entry = ? AND asked = ? AND digest = ? AND target = ? AND id != ?",
                (step.entry, proposal.asked, step.digest, self._keys.of(step.target), proposal.id),
            )
            self._db.defer(
                "UPDATE proposals SET target = ?, companions = ? WHERE id = ?",
                (self._keys.of(step.target), units.written(step.companions, self._keys), proposal.id),
            )

    def supersede(self, proposal: Proposal, digests: Iterable[bytes]) -> None:
        """Let other contents wait no longer that the same asked for: they are copies of what is proposed now."""
        with transaction(self._db):
            for digest in digests:
                self._db.defer(
                    """UPDATE proposals SET state = 'dropped', note = 'a better copy is proposed now'
                    WHERE entry = ? AND asked = ? AND digest = ? AND state = 'waiting' AND id != ?""",
                    (proposal.step.entry, proposal.asked, digest, proposal.id),
                )

    def denied(self, asked: bytes) -> frozenset[bytes]:
        """Give the digests of the contents that are never proposed again to who asks."""
        found = self._db.execute("SELECT digest FROM denied WHERE asked = ?", (asked,)).fetchall()
        return frozenset(digest for (digest,) in found)

    def forgettable(self, before: float) -> int:
        """Count what `prune` would forget."""
        found = self._db.execute(f"SELECT count(*) FROM proposals WHERE {_OVER}", (before,))  # noqa: S608  a constant
        return int(found.fetchone()[0])

    def prune(self, before: float) -> int:
        """Forget proposals from before a time that were carried out or dropped; says how many."""
        with transaction(self._db):
            return self._db.execute(f"DELETE FROM proposals WHERE {_OVER}", (before,)).rowcount  # noqa: S608

    def withdraw(self, note: str) -> None:
        """Let nothing of this machine wait any longer; what is still planned is proposed again under its old number."""
        with transaction(self._db):
            for row in self._db.execute(f"{_READ} WHERE state = 'waiting'").fetchall():
                if self._is_here(row):
                    self._db.defer("UPDATE proposals SET state = 'dropped', note = ? WHERE id = ?", (note, row[0]))

    def _is_here(self, row: Any) -> bool:  # noqa: ANN401 -- rows are whatever the statement selects
        source, target = row[5], row[7]
        return self._keys.is_here(source) and self._keys.is_here(target)

    def _deny(self, asked: bytes, digest: bytes, at: float) -> None:
        self._db.defer(
            "INSERT INTO denied (asked, digest, at) VALUES (?, ?, ?) ON CONFLICT (asked, digest) DO NOTHING",
            (asked, digest, at),
        )

    def _write(self, number: int, step: Collect | Render, state: State) -> None:
        self._db.defer(
            """UPDATE proposals SET entry = ?, query = ?, source = ?, digest = ?, target = ?, form = ?, reason = ?,
            replaces = ?, size = ?, mtime_ns = ?, inode = ?, device = ?, changed_ns = ?, companions = ?, state = ?,
            note = NULL, chosen = FALSE WHERE id = ?""",
            (*self._values(step), state, number),
        )

    def _proposal(self, row: Any) -> Proposal:  # noqa: ANN401 -- rows are whatever the statement selects
        number, at, entry, asked, query, source, digest, target, form, reason, replaces, *rest = row
        *stamp, orders, state, note, chosen, companions = rest
        path, seen, place = self._keys.path(source), rows.stamp_from(stamp), self._keys.path(target)
        step: Collect | Render
        if form is None:
            step = Render(entry, asked, path, seen, digest, place, reason)
        else:
            replaced = None if replaces is None else self._placements.placed(replaces)
            asking = self._keys.optional_path(query)
            alone = Collect(entry, asking, path, seen, digest, place, Form(form), reason, replaced)
            step = replace(alone, companions=units.read(companions, alone, self._keys))
        return Proposal(number, at, asked, step, orders, state, note, bool(chosen))

    def _values(self, step: Collect | Render) -> tuple[object, ...]:
        """The columns from entry to changed_ns, and the companions."""
        collect = step if isinstance(step, Collect) else None
        return (
            step.entry,
            self._keys.optional(collect.query) if collect else None,
            self._keys.of(step.source),
            step.digest,
            self._keys.of(step.target),
            collect.form.value if collect else None,
            rows.text(step.reason),
            collect.replaces.id if collect and collect.replaces else None,
            *rows.stamp_row(step.stamp),
            units.written(collect.companions if collect else (), self._keys),
        )
