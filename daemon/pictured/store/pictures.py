"""What is known of contents and of the files that have them: what finding copies asks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.flow import Fingerprint, Picture, Stamp
from pictured.store import rows
from pictured.store.database import Database
from pictured.store.keys import EVERYTHING, Keys

_CONTENT = """
    SELECT contents.id, contents.digest, contents.phash, contents.marr, contents.size, contents.width,
    contents.height, contents.format, contents.mode, contents.bit_depth, contents.frames, contents.luma_quantiser,
    contents.taken, contents.camera, contents.metadata,
    features.crops, features.points, thumbs.luminance
    FROM contents JOIN features ON features.content = contents.id JOIN thumbs ON thumbs.content = contents.id"""
_PICTURE = """
    SELECT folders.path, files.name, files.size, files.mtime_ns, files.inode, files.device, files.changed_ns,
    contents.digest, contents.phash, contents.marr, contents.size, contents.width, contents.height, contents.format,
    contents.mode, contents.bit_depth, contents.frames, contents.luma_quantiser,
    contents.taken, contents.camera, contents.metadata,
    features.crops, features.points, thumbs.luminance
    FROM files JOIN folders ON folders.id = files.folder
    JOIN contents ON contents.id = files.content JOIN features ON features.content = contents.id
    JOIN thumbs ON thumbs.content = contents.id
    WHERE files.missing_since IS NULL"""
_NUMBERS = """
    SELECT content FROM (SELECT content FROM files WHERE missing_since IS NULL AND content IS NOT NULL
    UNION SELECT contents.id FROM placed JOIN contents ON contents.digest = placed.digest WHERE active) AS there
    ORDER BY content"""
# The index of files is read in order, rather than asked for each content.
_FINDABLE = """
    SELECT there.content, contents.phash, features.crops, features.points FROM
    (SELECT content FROM files WHERE missing_since IS NULL AND content IS NOT NULL
    UNION SELECT contents.id FROM placed JOIN contents ON contents.digest = placed.digest WHERE active) AS there
    CROSS JOIN contents ON contents.id = there.content
    CROSS JOIN features ON features.content = there.content WHERE there.content > ? ORDER BY there.content"""
_SAME = """SELECT content, folder, size, mtime_ns, inode, device FROM files
    WHERE size = ? AND mtime_ns = ? AND inode = ? AND device = ? AND content IS NOT NULL"""
_AT_A_TIME = 10_000
_SAME_SIZE = 500
_AT_ONCE = 500
_PART = 32


@dataclass(frozen=True, slots=True)
class Findable:
    """What makes some contents findable, as in a `Fingerprint`, ascending: each field has one item for each."""

    contents: tuple[int, ...]
    phashes: tuple[bytes, ...]
    crops: tuple[bytes, ...]
    points: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes of the index.

    pictures   different contents that a present file has
    files      present files whose content is known
    missing    files whose content is remembered in case they turn up elsewhere
    failed     files with a failure, also those that were read before it
    """

    pictures: int
    files: int
    missing: int
    failed: int


class Pictures:
    """Questions about contents. Only present files count, unless a method says otherwise.

    Every method raises StoreError where the index cannot be read.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.naming)

    def digest_of(self, stamp: Stamp) -> bytes | None:
        """Give the content of any file, missing ones too, that has this device, inode, size and mtime.

        That is the same file under another name. None also where two contents answer to it.
        """
        return self.digests_of_stamps([stamp])[0]

    def digests_of_stamps(self, stamps: Sequence[Stamp]) -> list[bytes | None]:
        """Do as `digest_of` with each of some stamps, at most some hundreds and at least one, in one question."""
        # Not one condition with OR, for which SQLite would read all files.
        same = " UNION ALL ".join([_SAME] * len(stamps))
        found = self._db.execute(
            f"""SELECT contents.digest, folders.path, same.size, mtime_ns, inode, device
            FROM ({same}) AS same
            JOIN contents ON contents.id = same.content JOIN folders ON folders.id = same.folder""",  # noqa: S608
            [value for stamp in stamps for value in rows.stamp_row(stamp)[:4]],
        ).fetchall()
        digests: dict[tuple[int, ...], set[bytes]] = {}
        for digest, folder, *told in found:
            # Another machine may have the same numbers for another file.
            if self._keys.is_here(folder):
                digests.setdefault(tuple(map(int, told)), set()).add(digest)
        each = [digests.get((stamp.size, stamp.mtime_ns, stamp.inode, stamp.device), set()) for stamp in stamps]
        return [next(iter(known)) if len(known) == 1 else None for known in each]

    def digests_of(self, size: int, parts: int) -> tuple[bytes, ...]:
        """Give the contents that files of so many bytes may have, as far as so many parts are kept of them.

        They are at most some hundreds, because they travel with each such file.
        """
        return self.digests_of_sizes([size], parts)[size]

    def digests_of_sizes(self, sizes: Sequence[int], parts: int) -> dict[int, tuple[bytes, ...]]:
        """Do as `digests_of` with some sizes, at most some hundreds, in one question; there may be fewer of each."""
        digests: dict[int, list[bytes]] = {size: [] for size in sizes}
        if not digests:
            return {}
        for size, digest in self._db.execute(
            f"""SELECT contents.size, contents.digest FROM contents JOIN features ON features.content = contents.id
            WHERE contents.size IN ({rows.marks(digests)}) AND length(features.crops) = ? LIMIT ?""",  # noqa: S608
            (*digests, parts * _PART, _SAME_SIZE),
        ).fetchall():
            digests[size].append(digest)
        return {size: tuple(those) for size, those in digests.items()}

    def picture(self, path: Path) -> Picture | None:
        """Give a file whose content is known."""
        row = self._db.execute(f"{_PICTURE} AND folders.path = ? AND files.name = ?", self._keys.file(path)).fetchone()
        return None if row is None else self._picture(row)

    def files_below(self, folders: Sequence[Path] | None) -> Iterator[Picture]:
        """Give the pictures at or below any of the folders, or all with None, each once.

        They are sorted by folder and name in bytes.

        The list is made at the first step, and changes may be made in between: who is gone by then is left out.
        """
        found: list[tuple[int]] = []
        for below in [EVERYTHING] if folders is None else self._keys.below(*folders):
            found += self._db.execute(
                """SELECT files.id FROM folders CROSS JOIN files ON files.folder = folders.id
                WHERE folders.path >= ? AND folders.path < ? AND files.missing_since IS NULL
                AND files.content IS NOT NULL ORDER BY folders.path, files.name""",
                below,
            ).fetchall()
        for file in found:
            row = self._db.execute(f"{_PICTURE} AND files.id = ?", file).fetchone()
            if row is not None:
                yield self._picture(row)

    def contents_below(self, folders: Sequence[Path]) -> dict[int, int]:
        """Give the pixels of every content at or below any of the folders (everywhere, if there are none).

        They come in the order of their first files by folder and name in bytes.
        """
        sizes: dict[int, int] = {}
        for below in self._keys.below(*folders) if folders else [EVERYTHING]:
            cursor = self._db.execute(
                """SELECT content, contents.width * contents.height FROM folders
                CROSS JOIN files ON files.folder = folders.id CROSS JOIN contents ON contents.id = files.content
                WHERE folders.path >= ? AND folders.path < ? AND files.missing_since IS NULL
                ORDER BY folders.path, files.name""",
                below,
            )
            for content, pixels in cursor:
                sizes.setdefault(content, pixels)
        return sizes

    def exceeds(self, count: int) -> bool:
        """Whether more contents than that are known."""
        return self._db.execute("SELECT id FROM contents LIMIT 1 OFFSET ?", (count,)).fetchone() is not None

    def findable_numbers(self) -> Iterator[int]:
        """Give every content that a present or a placed file has, ascending."""
        cursor = self._db.execute(_NUMBERS)
        while found := cursor.fetchmany(_AT_A_TIME):
            for (number,) in found:
                yield number

    def findable(self, beyond: int = 0) -> Iterator[Findable]:
        """Give every content above a number that a present or a placed file has, ascending, thousands at a time."""
        cursor = self._db.execute(_FINDABLE, (beyond,))
        while found := cursor.fetchmany(_AT_A_TIME):
            yield Findable(*zip(*found, strict=True))

    def found_by(self, number: int) -> tuple[bytes, bytes, bytes] | None:
        """Give what makes one content findable: hash, hashes of parts, points. None where there is no such content."""
        row = self._db.execute(
            """SELECT contents.phash, features.crops, features.points
            FROM contents JOIN features ON features.content = contents.id WHERE contents.id = ?""",
            (number,),
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def content(self, number: int) -> Fingerprint:
        """Give a content by its id, even if no present file has it.

        Raises:
            LookupError: if there is none (any more); an id is never used for another content.
        """
        found = self.contents([number])
        if not found:
            raise LookupError(f"there is no content with the id {number}")
        return found[number]

    def contents(self, numbers: Sequence[int]) -> dict[int, Fingerprint]:
        """Give some contents, at least one and at most some hundreds, by their ids, as far as they are there."""
        found = self._db.execute(f"{_CONTENT} WHERE contents.id IN ({rows.marks(numbers)})", tuple(numbers)).fetchall()
        return {int(number): rows.content_from(row) for number, *row in found}

    def content_id(self, digest: bytes) -> int | None:
        """Give the id of the content with a digest, even if no present file has it."""
        row = self._db.execute("SELECT id FROM contents WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else int(row[0])

    def numbers(self, digests: Iterable[bytes]) -> dict[bytes, int]:
        """Give the ids of the contents with some digests, as far as there are any, by their digests."""
        wanted = list(dict.fromkeys(digests))
        return {
            digest: int(number)
            for begin in range(0, len(wanted), _AT_ONCE)
            for number, digest in self._db.execute(
                f"SELECT id, digest FROM contents WHERE digest IN ({rows.marks(wanted[begin : begin + _AT_ONCE])})",  # noqa: S608
                tuple(wanted[begin : begin + _AT_ONCE]),
            ).fetchall()
        }

    def copies(self, number: int) -> list[tuple[Path, Stamp]]:
        """Give the files that have the content with an id, sorted by folder and name in bytes."""
        return self.copies_of([number])[number]

    def copies_of(self, numbers: Sequence[int]) -> dict[int, list[tuple[Path, Stamp]]]:
        """Do as `copies` with each of some contents, at least one and at most some hundreds, in one question."""
        copies: dict[int, list[tuple[Path, Stamp]]] = {number: [] for number in numbers}
        for number, folder, name, *stamp in self._db.execute(
            f"""SELECT files.content, folders.path, files.name,
            files.size, files.mtime_ns, files.inode, files.device, files.changed_ns
            FROM files CROSS JOIN folders ON folders.id = files.folder
            WHERE files.content IN ({rows.marks(copies)}) AND files.missing_since IS NULL
            ORDER BY folders.path, files.name""",  # noqa: S608
            tuple(copies),
        ).fetchall():
            copies[number].append((self._keys.path(folder + name), rows.stamp_from(stamp)))
        return copies

    def count(self) -> Counts:
        """Count what is known."""
        row = self._db.execute(
            """SELECT
            (SELECT count(DISTINCT content) FROM files WHERE missing_since IS NULL),
            (SELECT count(content) FROM files WHERE missing_since IS NULL),
            (SELECT count(*) FROM files WHERE missing_since IS NOT NULL),
            (SELECT count(*) FROM failures)"""
        ).fetchone()
        return Counts(*row)

    def _picture(self, row: Any) -> Picture:  # noqa: ANN401 -- rows are whatever the statement selects
        folder, name = row[:2]
        return Picture(self._keys.path(folder + name), rows.stamp_from(row[2:7]), rows.content_from(row[7:]))
