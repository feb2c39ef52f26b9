"""What is known of each file, and every change to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.flow import Failure, Fingerprint, Stamp
from pictured.store import rows
from pictured.store.database import transaction
from pictured.store.listings import Listings
from pictured.store.pictures import Pictures
from pictured.store.roots import Roots

_CONTENT_ID = "SELECT id FROM contents WHERE digest = ?"
_ID = """SELECT files.id FROM folders JOIN files ON files.folder = folders.id
    WHERE folders.path = ? AND files.name = ?"""
_ROW = """SELECT files.id, content, missing_since, size, mtime_ns, inode, device, changed_ns
    FROM folders JOIN files ON files.folder = folders.id WHERE folders.path = ? AND files.name = ?"""


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    content: int | None
    present: bool
    stamp: Stamp | None


class Catalogue(Listings, Pictures, Roots):
    """The index of files: a file is present, with a content or a failure or both, or missing, with a content.

    Paths are absolute, times are Unix seconds. Each change is committed by itself. What is found again by looking at
    the files does not wait for the disk. Every method raises StoreError where the index cannot be read or written.
    """

    def record(self, path: Path, stamp: Stamp, fingerprint: Fingerprint) -> None:
        """Note that a file was read. A later reading of the same bytes takes the place of the earlier one."""
        with transaction(self._db, lasting=False):
            self._db.execute(
                """INSERT INTO contents (digest, phash, marr, size, width, height, format, mode, bit_depth, frames,
                luma_quantiser, taken, camera, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET phash = excluded.phash, marr = excluded.marr, size = excluded.size,
                width = excluded.width, height = excluded.height, format = excluded.format, mode = excluded.mode,
                bit_depth = excluded.bit_depth, frames = excluded.frames, luma_quantiser = excluded.luma_quantiser,
                taken = excluded.taken, camera = excluded.camera, metadata = excluded.metadata""",
                rows.content_row(fingerprint),
            )
            content = int(self._db.execute(_CONTENT_ID, (fingerprint.digest,)).fetchone()[0])
            self._db.execute(
                """INSERT INTO features (content, crops, points) VALUES (?, ?, ?)
                ON CONFLICT (content) DO UPDATE SET crops = excluded.crops, points = excluded.points""",
                (content, fingerprint.crops, fingerprint.points),
            )
            self._db.execute(
                """INSERT INTO thumbs (content, luminance) VALUES (?, ?)
                ON CONFLICT (content) DO UPDATE SET luminance = excluded.luminance""",
                (content, fingerprint.thumb),
            )
            self._succeed(path, stamp, content)

    def relink(self, path: Path, stamp: Stamp, digest: bytes) -> None:
        """Note that a file has a content that is known already.

        Raises:
            LookupError: if no content has that digest.
        """
        with transaction(self._db, lasting=False):
            content = self.content_id(digest)
            if content is None:
                raise LookupError(f"there is no content with the digest {digest.hex()}")
            self._succeed(path, stamp, content)

    def handle(self, path: Path, stamp: Stamp) -> None:
        """Note that all that a file called for is done, if it is still as this stamp says; its failure is over."""
        with transaction(self._db, lasting=False):
            known = self._row(path)
            if known is not None and known.present and known.stamp == stamp:
                self._db.execute("UPDATE files SET handled = TRUE WHERE id = ?", (known.id,))
                self._db.execute("DELETE FROM failures WHERE file = ?", (known.id,))

    def unhandle(self, below: Sequence[Path]) -> None:
        """Note that every file at or below any of the folders has to be handled again."""
        with transaction(self._db):
            for keys in self._keys.below(*below):
                self._db.execute(
                    """UPDATE files SET handled = FALSE
                    WHERE folder IN (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    keys,
                )

    def reopen(self, path: Path) -> None:
        """Note that one file has to be handled again."""
        with transaction(self._db, lasting=False):
            known = self._row(path)
            if known is not None:
                self._db.execute("UPDATE files SET handled = FALSE WHERE id = ?", (known.id,))

    def fail(self, path: Path, stamp: Stamp | None, failure: Failure, *, tries: int, retry_at: float | None) -> None:
        """Note why a file that is there could not be taken; `path` counts, not that of the failure.

        What was read before stays while the stamp is still the same, or unknown.
        """
        with transaction(self._db, lasting=False):
            before = self._row(path)
            if stamp is None and before is not None and before.present:
                file = before.id
                # When it can be taken again, it may be with the same stamp.
                self._db.execute("UPDATE files SET handled = FALSE WHERE id = ?", (file,))
            else:
                content = before.content if before is not None and before.stamp == stamp else None
                file = self._put(path, stamp, content)
            self._db.execute(
                """INSERT INTO failures (file, kind, reason, retry, tries, retry_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (file) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,
                retry = excluded.retry, tries = excluded.tries, retry_at = excluded.retry_at""",
                (file, failure.kind, rows.text(failure.reason), failure.retry, tries, retry_at),
            )

    def pardon(self, path: Path) -> None:
        """Note that a file that failed is to be tried as if it had not."""
        with transaction(self._db):
            known = self._row(path)
            if known is not None:
                self._db.execute("UPDATE failures SET tries = 0, retry = TRUE WHERE file = ?", (known.id,))

    def miss(self, path: Path, at: float) -> None:
        """Note that a file is no longer there. Its content is remembered until `prune`, its failure is not."""
        with transaction(self._db, lasting=False):
            file = self._row(path)
            if file is None or not file.present:
                return
            self._db.execute("DELETE FROM failures WHERE file = ?", (file.id,))
            if file.content is None:
                self._db.execute("DELETE FROM files WHERE id = ?", (file.id,))
            else:
                self._db.execute("UPDATE files SET missing_since = ? WHERE id = ?", (at, file.id))

    def miss_below(self, folder: Path, at: float) -> None:
        """Note that no file at or below a folder is there any longer."""
        with transaction(self._db, lasting=False):
            for below in self._keys.below(folder):
                self._db.execute(
                    """DELETE FROM failures WHERE file IN (SELECT files.id
                    FROM folders CROSS JOIN files ON files.folder = folders.id WHERE path >= ? AND path < ?)""",
                    below,
                )
                self._db.execute(
                    """DELETE FROM files WHERE content IS NULL
                    AND folder IN (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    below,
                )
                self._db.execute(
                    """UPDATE files SET missing_since = ? WHERE missing_since IS NULL
                    AND folder IN (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    (at, *below),
                )

    def forgettable(self, before: float, keep: Sequence[Path] = ()) -> int:
        """Count what `prune` would forget."""
        where, values = _gone(before, self._keys.below(*keep))
        return int(self._db.execute(f"SELECT count(*) FROM files WHERE {where}", values).fetchone()[0])  # noqa: S608

    def prune(self, before: float, keep: Sequence[Path] = ()) -> int:
        """Forget files missing since before a time, then contents and folders that no file names.

        Nothing at or below the folders `keep` is forgotten. The content of a placed file stays, to be compared with
        better copies.

        Returns:
            the number of files forgotten.
        """
        with transaction(self._db):
            where, values = _gone(before, self._keys.below(*keep))
            forgotten = self._db.execute(f"DELETE FROM files WHERE {where}", values).rowcount  # noqa: S608
            self._db.execute(
                """DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.content = contents.id)
                AND NOT EXISTS (SELECT 1 FROM placed WHERE active AND placed.digest = contents.digest)"""
            )
            self._db.execute(
                "DELETE FROM folders WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.folder = folders.id)"
            )
        return forgotten

    def _succeed(self, path: Path, stamp: Stamp, content: int) -> None:
        file = self._put(path, stamp, content)
        self._db.execute("DELETE FROM failures WHERE file = ?", (file,))

    def _put(self, path: Path, stamp: Stamp | None, content: int | None) -> int:
        """Make a file present with this stamp and content, and give its row's id."""
        folder, name = self._keys.file(path)
        self._db.execute("INSERT INTO folders (path) VALUES (?) ON CONFLICT (path) DO NOTHING", (folder,))
        self._db.execute(
            """INSERT INTO files (folder, name, content, size, mtime_ns, inode, device, changed_ns)
            VALUES ((SELECT id FROM folders WHERE path = ?), ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (folder, name) DO UPDATE SET content = excluded.content, size = excluded.size,
            mtime_ns = excluded.mtime_ns, inode = excluded.inode, device = excluded.device,
            changed_ns = excluded.changed_ns, missing_since = NULL, handled = FALSE""",
            (folder, name, content, *((None,) * 5 if stamp is None else rows.stamp_row(stamp))),
        )
        row = self._db.execute(_ID, (folder, name)).fetchone()
        return int(row[0])

    def _row(self, path: Path) -> "_Row | None":
        row = self._db.execute(_ROW, self._keys.file(path)).fetchone()
        if row is None:
            return None
        file, content, missing_since, *stamp = row
        return _Row(file, content, missing_since is None, None if stamp[0] is None else rows.stamp_from(stamp))


def _gone(before: float, keep: Sequence[tuple[bytes, bytes]]) -> tuple[str, list[float | bytes]]:
    """The condition for files that may be forgotten, and its values."""
    where = "missing_since < ?"
    values: list[float | bytes] = [before]
    for below in keep:
        where += " AND folder NOT IN (SELECT id FROM folders WHERE path >= ? AND path < ?)"
        values += below
    return where, values
