"""What is known of the files of a folder: what a scan compares with the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.flow import Failure, Stamp
from pictured.store import rows
from pictured.store.database import Database
from pictured.store.keys import Keys

_KNOWN = """
    SELECT files.name, contents.digest, failures.kind, failures.reason, failures.retry,
    files.handled, files.size, files.mtime_ns, files.inode, files.device, files.changed_ns
    FROM folders CROSS JOIN files ON files.folder = folders.id
    LEFT JOIN contents ON contents.id = files.content
    LEFT JOIN failures ON failures.file = files.id
    WHERE folders.path = ? AND files.missing_since IS NULL AND files.size IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file that is there: its digest, or why it failed, or both where it failed later on.

    `handled` tells whether all that the file called for was done with this stamp.
    """

    stamp: Stamp
    digest: bytes | None
    failure: Failure | None
    handled: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a scan needs to know of the files of a folder, by name.

    taken       size, mtime and inode of those that did not fail
    unhandled   those of them that were not handled with this stamp
    failing     those that failed
    unstamped   names of which only a failure is known and no stamp, such as FIFOs; the others have stamps
    """

    taken: dict[str, tuple[int, int, int]]
    unhandled: frozenset[str]
    failing: dict[str, Known]
    unstamped: frozenset[str]


@dataclass(frozen=True, slots=True)
class Failing:
    """A file that failed `tries` times; `retry_at` (Unix seconds) is None where it is left alone until it changes."""

    failure: Failure
    tries: int
    retry_at: float | None


class Listings:
    """Questions about files by their place. Paths are absolute; missing files do not count.

    Every method raises StoreError where the index cannot be read.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def listing(self, folder: Path) -> dict[str, Known]:
        """Give the files directly in a folder by name, without the `unstamped` ones."""
        found = self._db.execute(_KNOWN, (self._keys.folder(folder),)).fetchall()
        return dict(_named(row, folder) for row in found)

    def held(self, folder: Path) -> Held:
        """Give what `listing` gives, without making a value of each file: of nearly all, nothing else is asked."""
        found = self._db.execute(
            """SELECT files.name, files.size, files.mtime_ns, files.inode, files.handled, failures.file
            FROM folders CROSS JOIN files ON files.folder = folders.id LEFT JOIN failures ON failures.file = files.id
            WHERE folders.path = ? AND files.missing_since IS NULL""",
            (self._keys.folder(folder),),
        ).fetchall()
        taken: dict[str, tuple[int, int, int]] = {}
        unhandled: set[str] = set()
        failed = False
        for key, size, mtime_ns, inode, handled, failure in found:
            if failure is not None:
                failed = True
                continue
            name = rows.name_from(key)
            taken[name] = (int(size), int(mtime_ns), int(inode))
            if not handled:
                unhandled.add(name)
        if not failed:
            return Held(taken, frozenset(unhandled), {}, frozenset())
        failing = self._db.execute(f"{_KNOWN} AND failures.file IS NOT NULL", (self._keys.folder(folder),)).fetchall()
        named = dict(_named(row, folder) for row in failing)
        return Held(taken, frozenset(unhandled), named, self.unstamped(folder))

    def unstamped(self, folder: Path) -> frozenset[str]:
        """Give the names directly in a folder of which only a failure is known and no stamp, such as FIFOs."""
        found = self._db.execute(
            """SELECT files.name FROM folders CROSS JOIN files ON files.folder = folders.id
            WHERE folders.path = ? AND files.missing_since IS NULL AND files.size IS NULL""",
            (self._keys.folder(folder),),
        ).fetchall()
        return frozenset(rows.name_from(name) for (name,) in found)

    def known(self, path: Path) -> Known | None:
        """Give what the `listing` of its folder says of one file."""
        row = self._db.execute(f"{_KNOWN} AND files.name = ?", self._keys.file(path)).fetchone()
        return None if row is None else _named(row, path.parent)[1]

    def folders_below(self, folder: Path) -> list[Path]:
        """Give the folders at or below a folder that directly hold files, failed ones too, sorted by their bytes."""
        return [
            self._keys.path(path)
            for below in self._keys.below(folder)
            for (path,) in self._db.execute(
                """SELECT path FROM folders WHERE path >= ? AND path < ? AND EXISTS
                (SELECT 1 FROM files WHERE files.folder = folders.id AND files.missing_since IS NULL) ORDER BY path""",
                below,
            ).fetchall()
        ]

    def waiting(self, below: Sequence[Path]) -> int:
        """Count the files with a content at or below any of the folders that were not handled yet."""
        return sum(
            int(
                self._db.execute(
                    """SELECT count(*) FROM folders CROSS JOIN files ON files.folder = folders.id
                    WHERE folders.path >= ? AND folders.path < ? AND NOT handled
                    AND content IS NOT NULL AND missing_since IS NULL""",
                    keys,
                ).fetchone()[0]
            )
            for keys in self._keys.below(*below)
        )

    def is_filled(self, folder: Path) -> bool:
        """Tell whether any file is known at or below a folder."""
        return any(
            self._db.execute(
                """SELECT 1 FROM folders CROSS JOIN files ON files.folder = folders.id
                WHERE folders.path >= ? AND folders.path < ? AND files.missing_since IS NULL LIMIT 1""",
                below,
            ).fetchone()
            for below in self._keys.below(folder)
        )

    def failures(self, below: Sequence[Path] | None) -> list[Failing]:
        """Give the failures at or below any of the folders, or all of this machine with None, sorted by their bytes."""
        found: list[Any] = []
        for keys in self._keys.below(*([Path("/")] if below is None else below)):
            # There are few failures, so they come first and not the folders.
            found += self._db.execute(
                """SELECT folders.path, files.name, kind, reason, retry, tries, retry_at
                FROM failures CROSS JOIN files ON files.id = failures.file
                CROSS JOIN folders ON folders.id = files.folder
                WHERE folders.path >= ? AND folders.path < ? ORDER BY folders.path, files.name""",
                keys,
            ).fetchall()
        return [
            Failing(Failure(self._keys.path(folder + name), kind, reason, bool(retry)), tries, retry_at)
            for folder, name, kind, reason, retry, tries, retry_at in found
        ]


def _named(row: Any, folder: Path) -> tuple[str, Known]:  # noqa: ANN401 -- rows are whatever the statement selects
    key, digest, kind, reason, retry, handled, *stamp = row
    name = rows.name_from(key)
    failure = None if kind is None else Failure(folder / name, kind, reason, bool(retry))
    return name, Known(rows.stamp_from(stamp), digest, failure, bool(handled))
