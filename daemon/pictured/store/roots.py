"""What is known of each watched folder, so that an absent one is told from an emptied one."""

from dataclasses import dataclass
from pathlib import Path

from pictured.store import rows
from pictured.store.database import Database, transaction


@dataclass(frozen=True, slots=True)
class Root:
    """A watched folder as it was last seen. Times are Unix seconds, None where it never happened or is not so."""

    path: Path
    device: int | None
    seen_at: float | None
    scanned_at: float | None
    offline_since: float | None


class Roots:
    """The watched folders. Every method raises StoreError where the index cannot be read or written."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def root(self, path: Path) -> Root | None:
        """Give what is known of a watched folder."""
        row = self._db.execute(
            "SELECT device, seen_at, scanned_at, offline_since FROM roots WHERE path = ?", (rows.key(path),)
        ).fetchone()
        if row is None:
            return None
        device, *times = row
        return Root(path, None if device is None else int(device), *times)

    def roots(self) -> list[Root]:
        """Give every folder of which anything is known, watched ones and destinations."""
        found = self._db.execute(
            "SELECT path, device, seen_at, scanned_at, offline_since FROM roots ORDER BY path"
        ).fetchall()
        return [
            Root(rows.path_from(path), None if device is None else int(device), *times)
            for path, device, *times in found
        ]

    def see_root(self, path: Path, device: int, at: float) -> None:
        """Note that a folder is there. Its files get the new number of its device where a mount has changed it."""
        with transaction(self._db):
            before = self.root(path)
            self._db.execute(
                """INSERT INTO roots (path, device, seen_at) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE
                SET device = excluded.device, seen_at = excluded.seen_at, offline_since = NULL""",
                (rows.key(path), rows.number(device), at),
            )
            if before is not None and before.device not in (None, device):
                self._db.execute(
                    """UPDATE files SET device = ? WHERE device = ? AND folder IN
                    (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    (rows.number(device), rows.number(before.device), *rows.subtree(rows.folder_key(path))),
                )

    def mark_offline(self, path: Path, at: float) -> None:
        """Note that a folder is not there; the first time counts until it is seen again."""
        with transaction(self._db):
            self._db.execute(
                """INSERT INTO roots (path, offline_since) VALUES (?, ?)
                ON CONFLICT (path) DO UPDATE
                SET offline_since = coalesce(roots.offline_since, excluded.offline_since)""",
                (rows.key(path), at),
            )

    def mark_scanned(self, path: Path, at: float) -> None:
        """Note that the index is up to date with a folder."""
        with transaction(self._db):
            self._db.execute(
                """INSERT INTO roots (path, scanned_at) VALUES (?, ?)
                ON CONFLICT (path) DO UPDATE SET scanned_at = excluded.scanned_at""",
                (rows.key(path), at),
            )
