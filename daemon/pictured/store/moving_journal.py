"""Moves the journal of one machine, and what belongs to it, from one index to another; see `moving`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pictured.store import rows, units
from pictured.store.database import Database
from pictured.store.keys import Keys
from pictured.store.schedule import Schedule

_PLACED = "entry, query, source, target, digest, form, reason, size, mtime_ns, inode, device, changed_ns, active"
_PROPOSAL = """at, entry, asked, query, source, digest, target, form, reason, replaces, size, mtime_ns, inode, device,
    changed_ns, orders, state, note, chosen, companions"""
_ROOT = "device, seen_at, scanned_at, offline_since, volume"
_RENDER = "source, rule, entry, path, at, outcome, reason, told"


def move_journal(source: Database, target: Database) -> None:
    """Move what was placed, proposed and declined, what rules made, and what is known of roots and runs.

    To be called in a transaction of the target. Raises StoreError where one of both cannot be read or written.
    """
    _Moving(source, target).run()


class _Moving:
    def __init__(self, source: Database, target: Database) -> None:
        self._source, self._target = source, target
        self._from, self._to = Keys(source.naming), Keys(target.naming)
        self._placed: dict[int, int] = {}

    def run(self) -> None:
        self._move_placed()
        self._move_history()
        self._move_proposals()
        for row in self._all("SELECT entry, digest, at FROM declined"):
            self._put("declined", "entry, digest, at", row)
        for row in self._all("SELECT asked, digest, at FROM denied"):
            self._put("denied", "asked, digest, at", row)
        for source, rule, entry, path, *rest in self._all(f"SELECT {_RENDER} FROM renders"):  # noqa: S608  a constant
            self._put("renders", _RENDER, (source, rule, entry, *self._rekeyed(path), *rest))
        self._move_roots()
        self._move_runs()

    def _move_placed(self) -> None:
        for number, unit, entry, query, source, target, digest, form, reason, *rest in self._all(
            f"SELECT id, unit, {_PLACED} FROM placed ORDER BY id"  # noqa: S608  a constant
        ):
            if not self._from.is_here(target):
                continue
            paths = self._rekeyed(query, source, target)
            values = (entry, *paths, digest, form, reason, *numbers_of(rest[:5]), bool(rest[5]))
            found = self._target.execute(
                f"""INSERT INTO placed ({_PLACED}, unit) VALUES ({marks_of(_PLACED)}, ?)
                ON CONFLICT DO NOTHING RETURNING id""",  # noqa: S608
                (*values, self._placed.get(unit)),
            ).fetchall()
            if found:
                self._placed[number] = int(found[0][0])

    def _move_history(self) -> None:
        for at, what, number in self._all("SELECT at, what, placed FROM deeds ORDER BY id"):
            if number in self._placed:
                self._put("deeds", "at, what, placed", (at, what, self._placed[number]))
        for entry, query, number, reason, at in self._all("SELECT entry, query, placed, reason, at FROM answers"):
            if number in self._placed:
                values = (entry, *self._rekeyed(query), self._placed[number], reason, at)
                self._put("answers", "entry, query, placed, reason, at", values)

    def _move_proposals(self) -> None:
        for at, entry, asked, query, source, digest, target, form, reason, replaces, *rest in self._all(
            f"SELECT {_PROPOSAL} FROM proposals ORDER BY id"  # noqa: S608  a constant
        ):
            if not self._from.is_here(target):
                continue
            paths = self._rekeyed(query, source, target)
            orders, state, note, chosen, companions = rest[5:]
            values = (at, entry, asked, paths[0], paths[1], digest, paths[2], form, reason, self._placed.get(replaces))
            together = units.rekeyed(companions, self._from, self._to)
            self._put(
                "proposals", _PROPOSAL, (*values, *numbers_of(rest[:5]), orders, state, note, bool(chosen), together)
            )

    def _move_roots(self) -> None:
        for path, device, *rest in self._all(f"SELECT path, {_ROOT} FROM roots"):  # noqa: S608  a constant
            if self._from.own.is_here(path):
                key = self._to.own.of(self._from.own.path(path))
                self._put("roots", f"path, {_ROOT}", (key, device, *rest))

    def _move_runs(self) -> None:
        before, after = Schedule(self._source), Schedule(self._target)
        for name in ("rescan", "report"):
            at = before.last_run(name)
            if at is not None:
                after.ran(name, at)
        orders = before.noted("orders")
        if orders is not None:
            after.note("orders", orders)

    def _rekeyed(self, *keys: bytes | None) -> tuple[bytes | None, ...]:
        return tuple(self._to.optional(self._from.optional_path(key)) for key in keys)

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._source.execute(sql).fetchall()

    def _put(self, table: str, columns: str, values: Sequence[object]) -> None:
        self._target.defer(
            f"INSERT INTO {table} ({columns}) VALUES ({marks_of(columns)}) ON CONFLICT DO NOTHING",  # noqa: S608
            numbers_of(values),
        )


def marks_of(columns: str) -> str:
    """Give as many placeholders as there are columns."""
    return rows.marks(columns.split(","))


def numbers_of(values: Sequence[Any]) -> tuple[Any, ...]:
    """Give values of a row as both databases can keep them: PostgreSQL gives integers of any size as Decimal."""
    return tuple(rows.number(int(value)) if isinstance(value, Decimal) else value for value in values)
