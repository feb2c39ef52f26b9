"""What pictured placed, and the history of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pictured.flow import Form, Placed, Stamp
from pictured.store import rows
from pictured.store.database import Database
from pictured.store.keys import EVERYTHING, Keys, subtree
from pictured.store.sidecar import Kept

What = Literal["placed", "upgraded", "undone"]

_PLACED = (
    "SELECT id, entry, target, digest, source, form, reason, size, mtime_ns, inode, device, changed_ns FROM placed"
)
_COMPANIONS = """SELECT placed.unit, placed.id, placed.entry, placed.target, placed.digest, placed.source, placed.form,
    placed.reason, placed.size, placed.mtime_ns, placed.inode, placed.device, placed.changed_ns
    FROM placed CROSS JOIN placed AS picture ON picture.id = placed.unit WHERE {} ORDER BY placed.id"""

_FEW = 8
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the history. `id` is that of the placed file, which `undo` takes; `at` is in Unix seconds.

    `companions` are the files that were placed together with it.
    """

    id: int
    at: float
    entry: str
    what: What
    query: Path | None
    source: Path
    target: Path
    digest: bytes
    reason: str
    companions: tuple[Placed, ...] = ()


class Placements:
    """Questions about placed files. A placed file is active until something took its place or it was undone.

    A picture and its companions are one unit: they become active and cease to be so together. What another machine
    placed for itself, on no share that is here, is in the history, and can be asked for by its number; in all other
    answers it is left out.

    Every method raises StoreError where the index cannot be read.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def active(self, entry: str) -> list[Placed]:
        """Give the pictures that an entry placed and neither replaced nor took back, oldest first."""
        return self._all("WHERE active AND unit IS NULL AND entry = ? ORDER BY id", (entry,))

    def kept(self) -> list[Kept]:
        """Give every active placed picture with the queries that it answers, oldest first."""
        found = self._all("WHERE active AND unit IS NULL ORDER BY id", ())
        queries: dict[int, list[Path]] = {}
        for number, query in self._db.execute("SELECT placed, query FROM answers ORDER BY query").fetchall():
            queries.setdefault(number, []).append(self._keys.path(query))
        return [Kept(each, tuple(sorted(queries.get(each.id, ()), key=str))) for each in found]

    def placed(self, number: int) -> Placed | None:
        """Give a placed file by its id, whether it is still active or not."""
        return self._one("WHERE id = ?", (number,))

    def placed_at(self, target: Path) -> Placed | None:
        """Give the active placed file at a target, be it a picture or a companion."""
        return self._one("WHERE active AND target = ?", (self._keys.of(target),))

    def unit_of(self, placed: Placed) -> Placed:
        """Give the picture that a companion was placed with; a picture is its own unit."""
        row = self._db.execute("SELECT unit FROM placed WHERE id = ?", (placed.id,)).fetchone()
        unit = None if row is None or row[0] is None else self.placed(int(row[0]))
        return unit or placed

    def standing(self, entry: str, digest: bytes) -> Placed | None:
        """Give the active placed picture of an entry with a digest, the first if there are several."""
        found = self._all("WHERE active AND unit IS NULL AND entry = ? AND digest = ? ORDER BY id", (entry, digest))
        return found[0] if found else None

    def rendered(self, entry: str, source: Path) -> list[Placed]:
        """Give the active files that a rule made of the picture at a path, oldest first."""
        found = self._db.execute(
            f"{_PLACED} WHERE active AND entry = ? AND source = ? ORDER BY id", (entry, self._keys.of(source))
        ).fetchall()
        return [self._placed(row, ()) for row in found if self._keys.is_here(row[2])]

    def original_of(self, placed: Placed) -> Placed | None:
        """Give the file of the person's that a rule's result took the place of; None for every other placed file."""
        if placed.source != placed.target:
            return None
        return self._one(
            "WHERE NOT active AND target = ? AND id < ? ORDER BY id DESC LIMIT 1",
            (self._keys.of(placed.target), placed.id),
        )

    def made_by_rule(self, digest: bytes, path: Path) -> bool:
        """Tell whether a rule made this content of another file: wherever it is moved, no rule takes it again."""
        row = self._db.execute(
            "SELECT 1 FROM placed WHERE active AND digest = ? AND entry LIKE 'rules/%' AND source != ? LIMIT 1",
            (digest, self._keys.of(path)),
        ).fetchone()
        return row is not None

    def count(self) -> int:
        """Count the active placed pictures of all entries."""
        return int(self._db.execute("SELECT count(*) FROM placed WHERE active AND unit IS NULL").fetchone()[0])

    def is_ours(self, path: Path, stamp: Stamp) -> bool:
        """Tell whether a path holds an active placed file as we left it."""
        return bool(self.ours_among([(path, stamp)]))

    def ours_among(self, files: Sequence[tuple[Path, Stamp]]) -> frozenset[Path]:
        """Give the paths of those files for which `is_ours` holds, in a question for every 500."""
        there = {self._keys.of(path): (path, stamp) for path, stamp in files}
        keys = list(there)
        ours = set()
        for begin in range(0, len(keys), _AT_ONCE):
            some = keys[begin : begin + _AT_ONCE]
            for target, *stamp in self._db.execute(
                f"""SELECT target, size, mtime_ns, inode, device, changed_ns FROM placed
                WHERE active AND target IN ({rows.marks(some)})""",  # noqa: S608
                tuple(some),
            ).fetchall():
                path, known = there[target]
                if known == rows.stamp_from(stamp):
                    ours.add(path)
        return frozenset(ours)

    def standing_among(self, entry: str, contents: Sequence[int]) -> frozenset[int]:
        """Give those of some contents, at most some hundreds and at least one, that an entry has placed."""
        found = self._db.execute(
            f"""SELECT contents.id, placed.target FROM contents CROSS JOIN placed ON placed.digest = contents.digest
            WHERE contents.id IN ({rows.marks(contents)}) AND active AND unit IS NULL AND entry = ?""",  # noqa: S608
            (*contents, entry),
        ).fetchall()
        return frozenset(int(number) for number, target in found if self._keys.is_here(target))

    def declined(self, entry: str) -> frozenset[bytes]:
        """Give the digests that a person took back from an entry: it never places them again by itself."""
        found = self._db.execute("SELECT digest FROM declined WHERE entry = ?", (entry,)).fetchall()
        return frozenset(digest for (digest,) in found)

    def history(self, path: Path | None, limit: int) -> list[Deed]:
        """Give the last deeds, newest first: all, or those whose query, source or target is at or below a path."""
        first, last = EVERYTHING if path is None else subtree(self._keys.folder(path))
        found = self._db.execute(
            """SELECT placed.id, deeds.at, entry, what, query, source, target, digest, reason
            FROM deeds CROSS JOIN placed ON placed.id = deeds.placed
            WHERE :path IS NULL OR :path IN (query, source, target) OR (query >= :first AND query < :last)
            OR (source >= :first AND source < :last) OR (target >= :first AND target < :last)
            OR placed.id IN (SELECT unit FROM placed WHERE unit IS NOT NULL AND :path IN (source, target))
            ORDER BY deeds.id DESC LIMIT :limit""",
            {"path": self._keys.optional(path), "first": first, "last": last, "limit": limit},
        ).fetchall()
        return [self._deed(row, self._companions(row[0])) for row in found]

    def _one(self, where: str, values: tuple[object, ...]) -> Placed | None:
        row = self._db.execute(f"{_PLACED} {where}", values).fetchone()
        return None if row is None else self._placed(row, self._companions(row[0]))

    def _all(self, where: str, values: tuple[object, ...]) -> list[Placed]:
        every = self._db.execute(f"{_PLACED} {where}", values).fetchall()
        found = [row for row in every if self._keys.is_here(row[2])]
        if len(found) <= _FEW:
            return [self._placed(row, self._companions(row[0])) for row in found]
        units: dict[int, list[Placed]] = {}
        # One statement for all of them: most pictures have no companions, and there may be very many pictures.
        for unit, *row in self._db.execute(_COMPANIONS.format("placed.active AND placed.unit IS NOT NULL")).fetchall():
            units.setdefault(unit, []).append(self._placed(row, ()))
        return [self._placed(row, units.get(row[0], ())) for row in found]

    def _companions(self, number: int) -> list[Placed]:
        """Give the companions of a placed picture: those that are still active, where it is."""
        wanted = "placed.unit = ? AND placed.active = picture.active"
        found = self._db.execute(_COMPANIONS.format(wanted), (number,)).fetchall()
        return [self._placed(row, ()) for _, *row in found]

    def _placed(self, row: Any, companions: Iterable[Placed]) -> Placed:  # noqa: ANN401 -- as selected
        number, entry, target, digest, source, form, reason, *stamp = row
        return Placed(
            id=number,
            entry=entry,
            target=self._keys.path(target),
            stamp=rows.stamp_from(stamp),
            digest=digest,
            source=self._keys.path(source),
            form=Form(form),
            reason=reason,
            companions=tuple(companions),
        )

    def _deed(self, row: Any, companions: Iterable[Placed]) -> Deed:  # noqa: ANN401 -- as selected
        number, at, entry, what, query, source, target, digest, reason = row
        return Deed(
            id=number,
            at=at,
            entry=entry,
            what=what,
            query=self._keys.optional_path(query),
            source=self._keys.path(source),
            target=self._keys.path(target),
            digest=digest,
            reason=reason,
            companions=tuple(companions),
        )
