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

_ID = """SELECT files.id FROM folders JOIN files ON files.folder = folders.id
    WHERE folders.path = ? AND files.name = ?"""
_PRESENT = f"{_ID} AND files.missing_since IS NULL"
_ROW = """SELECT files.id, contents.digest, missing_since, files.size, mtime_ns, inode, device, changed_ns
    FROM folders JOIN files ON files.folder = folders.id LEFT JOIN contents ON contents.id = files.content
    WHERE folders.path = ? AND files.name = ?"""
_CONTENT = "SELECT id FROM contents WHERE digest = ?"


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    digest: bytes | None
    present: bool
    stamp: Stamp | None


class Catalogue(Listings, Pictures, Roots):
    """The index of files: a file is present, with a content or a failure or both, or missing, with a content.

    Paths are absolute, times are Unix seconds. Each change is committed by itself. What is found again by looking at
    the files does not wait for the disk. Every method raises StoreError where the index cannot be read or written.
    """

    def record(self, path: Path, stamp: Stamp, fingerprint: Fingerprint) -> None:
        """Note that a file was read. A later reading of the same bytes takes the place of the earlier one."""
        digest = fingerprint.digest
        with transaction(self._db, lasting=False):
            self._db.defer(
                """INSERT INTO contents (digest, phash, marr, size, width, height, format, mode, bit_depth, frames,
                luma_quantiser, taken, camera, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET phash = excluded.phash, marr = excluded.marr, size = excluded.size,
                width = excluded.width, height = excluded.height, format = excluded.format, mode = excluded.mode,
                bit_depth = excluded.bit_depth, frames = excluded.frames, luma_quantiser = excluded.luma_quantiser,
                taken = excluded.taken, camera = excluded.camera, metadata = excluded.metadata""",
                rows.content_row(fingerprint),
            )
            self._db.defer(
                f"""INSERT INTO features (content, crops, points) VALUES (({_CONTENT}), ?, ?)
                ON CONFLICT (content) DO UPDATE SET crops = excluded.crops, points = excluded.points""",  # noqa: S608
                (digest, fingerprint.crops, fingerprint.points),
            )
            self._db.defer(
                f"""INSERT INTO thumbs (content, luminance) VALUES (({_CONTENT}), ?)
                ON CONFLICT (content) DO UPDATE SET luminance = excluded.luminance""",  # noqa: S608
                (digest, fingerprint.thumb),
            )
            self._put(path, stamp, digest)
            self._succeed(path)

    def relink(self, path: Path, stamp: Stamp, digest: bytes) -> int:
        """Note that a file has a content that is known already, and give the number of the content.

        Raises:
            LookupError: if no content has that digest.
        """
        with transaction(self._db, lasting=False):
            number = self.relink_all([(path, stamp, digest)]).get(digest)
            if number is None:
                raise LookupError(f"there is no content with the digest {digest.hex()}")
        return number

    def relink_all(self, files: Sequence[tuple[Path, Stamp, bytes]]) -> dict[bytes, int]:
        """Do as `relink` with many files, and give the numbers of the contents by their digests.

        Files whose content is not known are passed over.
        """
        with transaction(self._db, lasting=False):
            numbers = self.numbers(digest for _, _, digest in files)
            for path, stamp, digest in files:
                if digest in numbers:
                    self._put(path, stamp, digest)
                    self._succeed(path)
        return numbers

    def handle(self, path: Path, stamp: Stamp) -> None:
        """Note that all that a file called for is done, if it is still as this stamp says; its failure is over."""
        same = f"({_PRESENT} AND files.size = ? AND files.mtime_ns = ? AND files.inode = ?)"
        values = (*self._keys.file(path), *rows.stamp_row(stamp)[:3])
        with transaction(self._db, lasting=False):
            self._db.defer(f"UPDATE files SET handled = TRUE WHERE id = {same}", values)  # noqa: S608  constants
            self._db.defer(f"DELETE FROM failures WHERE file = {same}", values)  # noqa: S608

    def unhandle(self, below: Sequence[Path]) -> None:
        """Note that every file at or below any of the folders has to be handled again."""
        with transaction(self._db):
            for keys in self._keys.below(*below):
                self._db.defer(
                    """UPDATE files SET handled = FALSE
                    WHERE folder IN (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    keys,
                )

    def reopen(self, path: Path) -> None:
        """Note that one file has to be handled again."""
        with transaction(self._db, lasting=False):
            self._db.defer(f"UPDATE files SET handled = FALSE WHERE id = ({_ID})", self._keys.file(path))  # noqa: S608

    def fail(self, path: Path, stamp: Stamp | None, failure: Failure, *, tries: int, retry_at: float | None) -> None:
        """Note why a file that is there could not be taken; `path` counts, not that of the failure.

        What was read before stays while the stamp is still the same, or unknown.
        """
        with transaction(self._db, lasting=False):
            before = self._row(path)
            if stamp is None and before is not None and before.present:
                # When it can be taken again, it may be with the same stamp.
                self._db.defer("UPDATE files SET handled = FALSE WHERE id = ?", (before.id,))
            else:
                self._put(path, stamp, before.digest if before is not None and before.stamp == stamp else None)
            self._db.defer(
                f"""INSERT INTO failures (file, kind, reason, retry, tries, retry_at) VALUES (({_ID}), ?, ?, ?, ?, ?)
                ON CONFLICT (file) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,
                retry = excluded.retry, tries = excluded.tries, retry_at = excluded.retry_at""",  # noqa: S608
                (*self._keys.file(path), failure.kind, rows.text(failure.reason), failure.retry, tries, retry_at),
            )

    def pardon(self, path: Path) -> None:
        """Note that a file that failed is to be tried as if it had not."""
        with transaction(self._db):
            self._db.defer(
                f"UPDATE failures SET tries = 0, retry = TRUE WHERE file = ({_ID})",  # noqa: S608  a constant
                self._keys.file(path),
            )

    def miss(self, path: Path, at: float) -> None:
        """Note that a file is no longer there. Its content is remembered until `prune`, its failure is not."""
        key = self._keys.file(path)
        with transaction(self._db, lasting=False):
            self._db.defer(f"DELETE FROM failures WHERE file = ({_PRESENT})", key)  # noqa: S608  constants
            self._db.defer(f"DELETE FROM files WHERE content IS NULL AND id = ({_ID})", key)  # noqa: S608
            self._db.defer(f"UPDATE files SET missing_since = ? WHERE id = ({_PRESENT})", (at, *key))  # noqa: S608

    def miss_below(self, folder: Path, at: float) -> None:
        """Note that no file at or below a folder is there any longer."""
        with transaction(self._db, lasting=False):
            for below in self._keys.below(folder):
                self._db.defer(
                    """DELETE FROM failures WHERE file IN (SELECT files.id
                    FROM folders CROSS JOIN files ON files.folder = folders.id WHERE path >= ? AND path < ?)""",
                    below,
                )
                self._db.defer(
                    """DELETE FROM files WHERE content IS NULL
                    AND folder IN (SELECT id FROM folders WHERE path >= ? AND path < ?)""",
                    below,
                )
                self._db.defer(
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

    def _succeed(self, path: Path) -> None:
        self._db.defer(f"DELETE FROM failures WHERE file = ({_ID})", self._keys.file(path))  # noqa: S608  a constant

    def _put(self, path: Path, stamp: Stamp | None, digest: bytes | None) -> None:
        """Make a file present with this stamp and content."""
        folder, name = self._keys.file(path)
        self._db.defer("INSERT INTO folders (path) VALUES (?) ON CONFLICT (path) DO NOTHING", (folder,))
        self._db.defer(
            f"""INSERT INTO files (folder, name, content, size, mtime_ns, inode, device, changed_ns)
            VALUES ((SELECT id FROM folders WHERE path = ?), ?, ({_CONTENT}), ?, ?, ?, ?, ?)
            ON CONFLICT (folder, name) DO UPDATE SET content = excluded.content, size = excluded.size,
            mtime_ns = excluded.mtime_ns, inode = excluded.inode, device = excluded.device,
            changed_ns = excluded.changed_ns, missing_since = NULL, handled = FALSE""",  # noqa: S608  a constant
            (folder, name, digest, *((None,) * 5 if stamp is None else rows.stamp_row(stamp))),
        )

    def _row(self, path: Path) -> "_Row | None":
        row = self._db.execute(_ROW, self._keys.file(path)).fetchone()
        if row is None:
            return None
        file, digest, missing_since, *stamp = row
        return _Row(file, digest, missing_since is None, None if stamp[0] is None else rows.stamp_from(stamp))


def _gone(before: float, keep: Sequence[tuple[bytes, bytes]]) -> tuple[str, list[float | bytes]]:
    """The condition for files that may be forgotten, and its values."""
    where = "missing_since < ?"
    values: list[float | bytes] = [before]
    for below in keep:
        where += " AND folder NOT IN (SELECT id FROM folders WHERE path >= ? AND path < ?)"
        values += below
    return where, values
