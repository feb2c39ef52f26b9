"""What pictured placed, and the history of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pictured.flow import Form, Placed, Stamp
from pictured.store import rows
from pictured.store.database import Database
from pictured.store.sidecar import Kept

What = Literal["placed", "upgraded", "undone"]

_PLACED = (
    "SELECT id, entry, target, digest, source, form, reason, size, mtime_ns, inode, device, changed_ns FROM placed"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the history. `id` is that of the placed file, which `undo` takes; `at` is in Unix seconds."""

    id: int
    at: float
    entry: str
    what: What
    query: Path | None
    source: Path
    target: Path
    digest: bytes
    reason: str


class Placements:
    """Questions about placed files. A placed file is active until something took its place or it was undone.

    Every method raises StoreError where the index cannot be read.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def active(self, entry: str) -> list[Placed]:
        """Give what an entry placed and neither replaced nor took back, oldest first."""
        found = self._db.execute(f"{_PLACED} WHERE active AND entry = ? ORDER BY id", (entry,)).fetchall()
        return [_placed(row) for row in found]

    def kept(self) -> list[Kept]:
        """Give every active placed file with the queries that it answers, oldest first."""
        found = [_placed(row) for row in self._db.execute(f"{_PLACED} WHERE active ORDER BY id").fetchall()]
        queries: dict[int, list[Path]] = {}
        for number, query in self._db.execute("SELECT placed, query FROM answers ORDER BY query").fetchall():
            queries.setdefault(number, []).append(rows.path_from(query))
        return [Kept(each, tuple(sorted(queries.get(each.id, ()), key=str))) for each in found]

    def placed(self, number: int) -> Placed | None:
        """Give a placed file by its id, whether it is still active or not."""
        row = self._db.execute(f"{_PLACED} WHERE id = ?", (number,)).fetchone()
        return None if row is None else _placed(row)

    def placed_at(self, target: Path) -> Placed | None:
        """Give the active placed file at a target."""
        row = self._db.execute(f"{_PLACED} WHERE active AND target = ?", (rows.key(target),)).fetchone()
        return None if row is None else _placed(row)

    def standing(self, entry: str, digest: bytes) -> Placed | None:
        """Give the active placed file of an entry with a digest, the first if there are several."""
        row = self._db.execute(
            f"{_PLACED} WHERE active AND entry = ? AND digest = ? ORDER BY id LIMIT 1", (entry, digest)
        ).fetchone()
        return None if row is None else _placed(row)

    def rendered(self, entry: str, source: Path) -> list[Placed]:
        """Give the active files that a rule made of the picture at a path, oldest first."""
        found = self._db.execute(
            f"{_PLACED} WHERE active AND entry = ? AND source = ? ORDER BY id", (entry, rows.key(source))
        ).fetchall()
        return [_placed(row) for row in found]

    def original_of(self, placed: Placed) -> Placed | None:
        """Give the file of the person's that a rule's result took the place of; None for every other placed file."""
        if placed.source != placed.target:
            return None
        row = self._db.execute(
            f"{_PLACED} WHERE NOT active AND target = ? AND id < ? ORDER BY id DESC LIMIT 1",
            (rows.key(placed.target), placed.id),
        ).fetchone()
        return None if row is None else _placed(row)

    def made_by_rule(self, digest: bytes, path: Path) -> bool:
        """Tell whether a rule made this content of another file: wherever it is moved, no rule takes it again."""
        row = self._db.execute(
            "SELECT 1 FROM placed WHERE active AND digest = ? AND entry LIKE 'rules/%' AND source != ? LIMIT 1",
            (digest, rows.key(path)),
        ).fetchone()
        return row is not None

    def count(self) -> int:
        """Count the active placed files of all entries."""
        return int(self._db.execute("SELECT count(*) FROM placed WHERE active").fetchone()[0])

    def is_ours(self, path: Path, stamp: Stamp) -> bool:
        """Tell whether a path holds an active placed file as we left it."""
        found = self.placed_at(path)
        return found is not None and found.stamp == stamp

    def declined(self, entry: str) -> frozenset[bytes]:
        """Give the digests that a person took back from an entry: it never places them again by itself."""
        found = self._db.execute("SELECT digest FROM declined WHERE entry = ?", (entry,)).fetchall()
        return frozenset(digest for (digest,) in found)

    def history(self, path: Path | None, limit: int) -> list[Deed]:
        """Give the last deeds, newest first: all, or those whose query, source or target is at or below a path."""
        first, last = rows.subtree(rows.folder_key(path or Path("/")))
        found = self._db.execute(
            """SELECT placed.id, deeds.at, entry, what, query, source, target, digest, reason
            FROM deeds CROSS JOIN placed ON placed.id = deeds.placed
            WHERE :path IS NULL OR :path IN (query, source, target) OR (query >= :first AND query < :last)
            OR (source >= :first AND source < :last) OR (target >= :first AND target < :last)
            ORDER BY deeds.id DESC LIMIT :limit""",
            {"path": rows.optional_key(path), "first": first, "last": last, "limit": limit},
        ).fetchall()
        return [_deed(row) for row in found]


def _placed(row: Any) -> Placed:  # noqa: ANN401 -- rows are whatever the statement selects
    number, entry, target, digest, source, form, reason, *stamp = row
    return Placed(
        id=number,
        entry=entry,
        target=rows.path_from(target),
        stamp=rows.stamp_from(stamp),
        digest=digest,
        source=rows.path_from(source),
        form=Form(form),
        reason=reason,
    )


def _deed(row: Any) -> Deed:  # noqa: ANN401 -- rows are whatever the statement selects
    number, at, entry, what, query, source, target, digest, reason = row
    return Deed(
        id=number,
        at=at,
        entry=entry,
        what=what,
        query=rows.optional_path_from(query),
        source=rows.path_from(source),
        target=rows.path_from(target),
        digest=digest,
        reason=reason,
    )
