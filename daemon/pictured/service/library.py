"""What is known, on disk and in memory: the catalogue, the journal and the search structure, kept in step."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.disk.reading import stamp_now
from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform
from pictured.matching.finding import Found, find
from pictured.matching.neighbours import Neighbours
from pictured.store.catalogue import Catalogue
from pictured.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Scope:
    """Where copies may be: at or below `folders` (everywhere, if empty), but not at or below `excluding`."""

    folders: tuple[Path, ...] = ()
    excluding: tuple[Path, ...] = ()

    def holds(self, path: Path) -> bool:
        """Whether a path is in the scope."""
        inside = not self.folders or any(path.is_relative_to(folder) for folder in self.folders)
        return inside and not any(path.is_relative_to(folder) for folder in self.excluding)


class Library:
    """Everything that pictured knows. One thread owns it. `home` is the folder that the index lies in."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.home = Path(db.execute("PRAGMA database_list").fetchone()[2]).parent
        self.catalogue = Catalogue(db)
        self.journal = Journal(db)
        self._neighbours = self._loaded()

    def record(self, path: Path, stamp: Stamp, content: Fingerprint) -> None:
        """Keep what was read of a file and make it findable."""
        self.catalogue.record(path, stamp, content)
        self._find_by(content.digest, content.phash)

    def relink(self, path: Path, stamp: Stamp, digest: bytes) -> None:
        """Note that a known content is at a path too, and make it findable again."""
        self.catalogue.relink(path, stamp, digest)
        number = self.catalogue.content_id(digest)
        if number is not None and number not in self._neighbours:
            self._neighbours.add(number, self.catalogue.content(number).phash)

    def prune(self, before: float) -> int:
        """Forget files that have been gone since before a time (Unix seconds); says how many."""
        forgotten = self.catalogue.prune(before)
        if forgotten:
            self._neighbours = self._loaded()
        return forgotten

    def originals(self, content: int, scope: Scope) -> list[tuple[Path, Stamp]]:
        """The present files with a content that lie in the scope and are not our own work."""
        return [
            (path, stamp)
            for path, stamp in self.catalogue.copies(content)
            if scope.holds(path) and not self.journal.is_ours(path, stamp)
        ]

    def copies(self, query: Fingerprint, scope: Scope) -> list[Match]:
        """Every file in the scope that is a proven copy of a picture, several for equal bytes at several paths."""
        found = self._found(query, lambda content: bool(self.originals(content, scope)))
        return [match for each in found for match in self.matches(each, scope)]

    def related(self, query: Fingerprint, entry: str, scope: Scope) -> tuple[list[Match], list[Found]]:
        """The copies in the scope, and the contents that a collect entry placed already for the same picture.

        Only files that are there as indexed count: one that was just moved is found again at its new place.
        """

        def placed(content: int) -> bool:
            return self.journal.standing(entry, self.catalogue.content(content).digest) is not None

        found = self._found(query, lambda content: bool(self.originals(content, scope)) or placed(content))
        matches = [match for each in found for match in self.matches(each, scope)]
        present = [match for match in matches if stamp_now(match.picture.path) == match.picture.stamp]
        return present, [each for each in found if placed(each.content)]

    def matches(self, found: Found, scope: Scope) -> list[Match]:
        """The files in the scope that hold a found content."""
        content = self.catalogue.content(found.content)
        return [
            Match(Picture(path, stamp, content), found.kind, found.confidence, found.transform)
            for path, stamp in self.originals(found.content, scope)
        ]

    def itself(self, picture: Picture) -> Match:
        """A picture as the exact copy of itself."""
        return Match(picture, Kind.EXACT, 1.0, Transform())

    def within(self, folders: Sequence[Path]) -> list[Picture]:
        """The pictures at or below some folders; all of them, if there are none."""
        return list(self.catalogue.files_below(folders or (Path("/"),)))

    def _found(self, query: Fingerprint, wanted: Callable[[int], bool]) -> list[Found]:
        exact = self.catalogue.content_id(query.digest)
        return list(find(query, self._neighbours, self.catalogue.content, wanted, exact))

    def _loaded(self) -> Neighbours:
        contents = self.catalogue.contents()
        return Neighbours(contents.ids, contents.hashes)

    def _find_by(self, digest: bytes, phash: bytes) -> None:
        number = self.catalogue.content_id(digest)
        if number is not None:
            self._neighbours.add(number, phash)
