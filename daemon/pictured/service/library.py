"""What is known, on disk and in memory: the catalogue, the journal and the search structure, kept in step."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pictured.collecting.companions import without_companions
from pictured.disk.naming import elsewhere
from pictured.disk.reading import stamp_now
from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform
from pictured.looks import Depth, Probe
from pictured.matching.effort import Effort
from pictured.matching.found import Found
from pictured.matching.settings import Limits, Search
from pictured.service.in_database import InDatabase
from pictured.service.lanes import Lanes
from pictured.service.searchable import Searchable
from pictured.store.catalogue import Catalogue
from pictured.store.changes import Changes
from pictured.store.database import Database, transaction
from pictured.store.journal import Journal
from pictured.store.sidecar import Sidecar

if TYPE_CHECKING:
    from pictured.matching.finding import Wanted


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
    """Everything that pictured knows. One thread owns it. `home` is the folder for files beside the index.

    Args:
        db: the open index.
        depth: of the pictures that are read from now on.
        limits: what a match must measure up to.
        again: opens the index once more, for another thread to read.
        search: where copies are looked for; in the database, if it is a shared one.

    `missed` is called with the path of each copy that was looked for and is not there as indexed. `claimed` keeps other
    machines from handling a file meanwhile, and gives whether none of them does already.
    """

    def __init__(
        self,
        db: Database,
        depth: Depth = Depth.NORMAL,
        limits: Limits | None = None,
        again: Callable[[], Database] | None = None,
        search: Search = Search.MEMORY,
    ) -> None:
        self.db = db
        self.home = db.home
        self.catalogue = Catalogue(db)
        self.journal = Journal(db)
        self.sidecar = Sidecar(self.home)
        self.lanes = Lanes()
        self.searchable: Searchable | InDatabase = (
            InDatabase(db) if search is Search.DATABASE else Searchable(db, self.home, depth, again)
        )
        self.changes = Changes(db)
        self.fresh: set[int] = set()
        self.missed: Callable[[Path], None] = lambda _: None
        self.claimed: Callable[[Path], AbstractContextManager[bool]] = lambda _: nullcontext(True)
        self._limits = limits or {}

    def catch_up(self) -> None:
        """Make findable what other machines changed; it is put into `fresh` for whoever heeds it."""
        while news := self.changes.news():
            for number in news:
                self.searchable.restate(number)
                self.searchable.put(number)
            self.fresh.update(news)

    def record(self, path: Path, stamp: Stamp, content: Fingerprint) -> None:
        """Keep what was read of a file and make it findable."""
        self.record_all([(path, stamp, content)])

    def record_all(self, files: Sequence[tuple[Path, Stamp, Fingerprint]]) -> None:
        """Do as `record` with many files, in a few messages to a shared index."""
        contents = {content.digest: content for _, _, content in files}
        for before in self.catalogue.numbers(contents).values():
            # What is kept of a picture may differ from what was kept of it before.
            self.searchable.restate(before)
        with transaction(self.db, lasting=False):
            for path, stamp, content in files:
                self.catalogue.record(path, stamp, content)
        for digest, number in self.catalogue.numbers(contents).items():
            self.searchable.put(number, contents[digest])

    def relink(self, path: Path, stamp: Stamp, digest: bytes) -> None:
        """Note that a known content is at a path too, and make it findable again. Raises LookupError if it is not."""
        self.searchable.hold(self.catalogue.relink(path, stamp, digest))

    def relink_all(self, files: Sequence[tuple[Path, Stamp, bytes]]) -> None:
        """Do as `relink` with many files; those whose content is not known are passed over."""
        for number in self.catalogue.relink_all(files).values():
            self.searchable.hold(number)

    def prune(self, before: float, keep: Sequence[Path] = ()) -> int:
        """Forget files that have been gone since before a time (Unix seconds), but not below `keep`; says how many."""
        forgotten = self.catalogue.prune(before, keep)
        if forgotten:
            self.searchable.prune()
        return forgotten

    def originals(self, content: int, scope: Scope) -> list[tuple[Path, Stamp]]:
        """The present files with a content that lie in the scope and are not our own work."""
        return self.originals_of([content], scope).get(content, [])

    def originals_of(self, contents: Sequence[int], scope: Scope) -> dict[int, list[tuple[Path, Stamp]]]:
        """Do as `originals` with some contents, at most some hundreds and at least one; only those that have any."""
        copies = {
            content: [file for file in files if scope.holds(file[0])]
            for content, files in self.catalogue.copies_of(contents).items()
        }
        ours = self.journal.ours_among([file for files in copies.values() for file in files])
        originals = {content: [file for file in files if file[0] not in ours] for content, files in copies.items()}
        return {content: files for content, files in originals.items() if files}

    def copies(self, probe: Probe, scope: Scope) -> list[Match]:
        """Every file in the scope that is proven to be related to a picture, several for equal bytes."""
        return self._matches(self._found(probe, lambda contents: self.originals_of(contents, scope)), scope)

    def related(self, probe: Probe, entry: str, scope: Scope) -> tuple[list[Match], list[Found]]:
        """The copies in the scope, and the contents that a collect entry placed already for the same picture.

        Only files that are there as indexed count: one that was just moved is found again at its new place. What lies
        in a folder that is offline is not even looked at: a drive that hangs would never answer. `missed` hears of the
        others.
        """
        placed: set[int] = set()

        def wanted(contents: Sequence[int]) -> set[int]:
            placed.update(self.journal.standing_among(entry, contents))
            return placed | self.originals_of(contents, scope).keys()

        found = [each for each in self._found(probe, wanted) if each.kind is not Kind.SIMILAR]
        matches = without_companions(self._matches(found, scope))
        here = [match for match in matches if elsewhere(match.picture.path) is None]
        return self.present(here), [each for each in found if each.content in placed]

    def present(self, matches: Sequence[Match]) -> list[Match]:
        """Give those whose files are there as indexed, and tell `missed` of the others."""
        offline = [root.path for root in self.catalogue.roots() if root.offline_since is not None]
        found = []
        for match in matches:
            path, stamp = match.picture.path, match.picture.stamp
            if not any(path.is_relative_to(folder) for folder in offline) and stamp_now(path) == stamp:
                found.append(match)
            else:
                self.missed(path)
        return found

    def away(self, probe: Probe, scope: Scope) -> list[Path]:
        """The copies in the scope that another machine has for itself: they are known, and cannot be seen from here."""
        if not self.db.naming.machine:
            return []
        claims = (match for match in self.copies(probe, scope) if match.kind is not Kind.SIMILAR)
        return [match.picture.path for match in claims if elsewhere(match.picture.path) is not None]

    def asking(self, probe: Probe, queries: Sequence[Path]) -> list[Picture]:
        """The pictures at or below some folders that may be asking for a picture. Nothing of it is proven."""
        from pictured.matching.finding import likely  # noqa: PLC0415  see `_found`

        scope = Scope(tuple(queries))
        files: dict[int, list[tuple[Path, Stamp]]] = {}

        def wanted(contents: Sequence[int]) -> dict[int, list[tuple[Path, Stamp]]]:
            files.update(those := self.originals_of(contents, scope))
            return those

        known = likely(probe, self.searchable.index, wanted)
        self.searchable.rest()
        contents = self.catalogue.contents(known) if known else {}
        return [Picture(*file, contents[content]) for content in known for file in files[content]]

    def itself(self, picture: Picture) -> Match:
        """A picture as the exact copy of itself."""
        return Match(picture, Kind.EXACT, 1.0, Transform())

    def within(self, folders: Sequence[Path]) -> list[Picture]:
        """The pictures at or below some folders; all of them, if there are none."""
        return list(self.catalogue.files_below(folders or None))

    def recalled(self, content: Fingerprint) -> Probe:
        """What is kept of a picture, as a query: its file need not be read again."""
        from pictured.matching.recalling import recalled  # noqa: PLC0415  see `_found`

        return recalled(content)

    def proven(self, probe: Probe, number: int) -> Found | None:
        """What is proven of one content, however far away it is; None also where it is merely similar."""
        from pictured.matching.guessing import unprompted  # noqa: PLC0415  see `_found`
        from pictured.matching.proving import prove  # noqa: PLC0415

        content = self.catalogue.content(number)
        found = prove(probe, unprompted(probe, number, content), content)
        return None if found is None or found.kind is Kind.SIMILAR else found

    @property
    def featured(self) -> bool:
        """Whether any picture has local features: at depth quick, none has."""
        return self.searchable.index.featured

    def close(self, radius: int) -> frozenset[int]:
        """The contents that have another one within some bits of their hash, at most 31."""
        return frozenset(number for one, other, _ in self.searchable.index.pairs(radius) for number in (one, other))

    def proven_by(self, number: int, wanted: "Wanted", effort: Effort) -> list[Found]:
        """What is proven of the wanted contents by what is kept of one content."""
        from pictured.matching.finding import find  # noqa: PLC0415  see `_found`

        probe = self.recalled(self.catalogue.content(number))
        found = list(find(probe, self.searchable.index, self.catalogue.contents, wanted, None, self._limits, effort))
        self.searchable.rest()
        return found

    def _matches(self, found: Sequence[Found], scope: Scope) -> list[Match]:
        """Give the files in the scope that hold found contents."""
        if not found:
            return []
        numbers = [each.content for each in found]
        files, contents = self.originals_of(numbers, scope), self.catalogue.contents(numbers)
        return [
            match_of(each, Picture(*file, contents[each.content]))
            for each in found
            for file in files.get(each.content, ())
        ]

    def _found(self, probe: Probe, wanted: "Wanted") -> list[Found]:
        # OpenCV takes 35 ms to load, which a command that compares nothing need not pay.
        from pictured.matching.finding import find  # noqa: PLC0415

        exact = self.catalogue.content_id(probe.digest)
        found = list(find(probe, self.searchable.index, self.catalogue.contents, wanted, exact, self._limits))
        self.searchable.rest()
        return found


def match_of(found: Found, picture: Picture) -> Match:
    """A file that holds a found content, as a match."""
    told = {name: getattr(found, name) for name in ("shown", "alike", "framed", "measures")}
    return Match(picture, found.kind, found.confidence, found.transform, **told)
