"""What is known of each watched folder, so that an absent one is told from an emptied one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.disk import identity
from pictured.disk.identity import Likeness, Volume
from pictured.store import rows
from pictured.store.database import Database, transaction
from pictured.store.keys import Keys

_ROOT = "SELECT path, device, seen_at, scanned_at, offline_since, volume FROM roots"


@dataclass(frozen=True, slots=True)
class Root:
    """A watched folder as it was last seen. Times are Unix seconds, None where it never happened or is not so."""

    path: Path
    device: int | None
    seen_at: float | None
    scanned_at: float | None
    offline_since: float | None
    volume: Volume | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that is known to be in a folder."""

    path: Path
    size: int
    mtime_ns: int


class Roots:
    """The watched folders and destinations. Each machine knows its own, also of those that lie on a share.

    Every method raises StoreError where the index cannot be read or written.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def root(self, path: Path) -> Root | None:
        """Give what is known of a watched folder."""
        row = self._db.execute(f"{_ROOT} WHERE path = ?", (self._keys.own.of(path),)).fetchone()
        return None if row is None else _root(row, self._keys.own)

    def roots(self) -> list[Root]:
        """Give every folder of which anything is known, watched ones and destinations."""
        found = self._db.execute(f"{_ROOT} ORDER BY path").fetchall()
        return [_root(row, self._keys.own) for row in found if self._keys.own.is_here(row[0])]

    def see_root(self, path: Path, device: int, at: float, volume: Volume | None = None) -> None:
        """Note that a folder is there, on this volume where that is known.

        Its files get the new number of their device where a mount has changed it, and not another volume.
        """
        with transaction(self._db):
            before = self.root(path)
            known = None if before is None else before.volume
            told = None if volume is None else identity.written(volume)
            self._db.defer(
                """INSERT INTO roots (path, device, seen_at, volume) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE
                SET device = excluded.device, seen_at = excluded.seen_at, offline_since = NULL,
                volume = coalesce(excluded.volume, roots.volume)""",
                (self._keys.own.of(path), rows.number(device), at, told),
            )
            other = known is not None and volume is not None and identity.likeness(known, volume) is Likeness.OTHER
            if before is not None and before.device not in (None, device) and not other:
                for below in self._keys.below(path):
                    self._db.defer(
                        """UPDATE files SET device = ? WHERE device = ? AND folder IN
                        (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                        (rows.number(device), rows.number(before.device), *below),
                    )

    def evidence(self, path: Path, count: int) -> list[Evidence]:
        """Give about so many files, from all over a folder, that are known to be there; none of a drive inside it."""
        known = self.root(path)
        device = None if known is None else known.device
        inner = [each.path for each in self.roots() if each.path.is_relative_to(path) and each.device != device]
        folders = [
            (number, self._keys.path(key))
            for below in self._keys.below(path)
            for number, key in self._db.execute(
                """SELECT id, path FROM folders WHERE path >= ? AND path < ? AND EXISTS (SELECT 1 FROM files
                WHERE files.folder = folders.id AND content IS NOT NULL AND missing_since IS NULL) ORDER BY path""",
                below,
            ).fetchall()
        ]
        folders = [each for each in folders if not any(each[1].is_relative_to(other) for other in inner)]
        taken = folders[:: max(1, len(folders) // count)]
        return [each for folder in taken for each in self._evidence_in(*folder, -(-count // len(taken)))]

    def _evidence_in(self, number: int, folder: Path, count: int) -> list[Evidence]:
        found = self._db.execute(
            """SELECT name, size, mtime_ns FROM files WHERE folder = ? AND content IS NOT NULL
            AND missing_since IS NULL ORDER BY name LIMIT ?""",
            (number, count),
        ).fetchall()
        return [Evidence(folder / rows.name_from(name), int(size), int(mtime)) for name, size, mtime in found]

    def mark_offline(self, path: Path, at: float) -> None:
        """Note that a folder is not there; the first time counts until it is seen again."""
        with transaction(self._db):
            self._db.defer(
                """INSERT INTO roots (path, offline_since) VALUES (?, ?)
                ON CONFLICT (path) DO UPDATE
                SET offline_since = coalesce(roots.offline_since, excluded.offline_since)""",
                (self._keys.own.of(path), at),
            )

    def mark_scanned(self, path: Path, at: float) -> None:
        """Note that the index is up to date with a folder."""
        with transaction(self._db):
            self._db.defer(
                """INSERT INTO roots (path, scanned_at) VALUES (?, ?)
                ON CONFLICT (path) DO UPDATE SET scanned_at = excluded.scanned_at""",
                (self._keys.own.of(path), at),
            )


def _root(row: Any, keys: Keys) -> Root:  # noqa: ANN401 -- rows are whatever the statement selects
    key, number, seen_at, scanned_at, offline_since, told = row
    device = None if number is None else int(number)
    volume = None if told is None or device is None else identity.read(told, device)
    return Root(keys.path(key), device, seen_at, scanned_at, offline_since, volume)
