"""Which contents of a library are copies of each other: found in one pass, and kept as numbers, not as pictures."""

from collections.abc import Callable, Collection, Iterator
from functools import partial

from pictured.flow import Kind
from pictured.matching.effort import Effort
from pictured.matching.found import Found
from pictured.matching.grouping import connected
from pictured.service.library import Library, Scope

_SMALL = 20_000
_MODEST = Effort(radius=78, part_radius=72, weak=3)
_SPARING = Effort(radius=31, part_radius=-1, weak=3)


class Ties:
    """What is proven between the contents in a scope that are there.

    A content is searched with what is kept of it, the largest first. One that is proven to be the same as a content
    that was searched would find the same, so it is not searched: `complete` fills in what is asked of it.

    Of more than 20,000 contents, only hashes within 31 bits and local features propose copies. Where none has features,
    at depth quick, what has no near hash is not searched: a copy that is turned by a right angle goes unnoticed then.
    """

    def __init__(self, library: Library, scope: Scope) -> None:
        self._library = library
        below = library.catalogue.contents_below(scope.folders)
        counted = {number: len(library.originals(number, scope)) for number in below}
        self._files = {number: files for number, files in counted.items() if files}
        self._largest_first = [number for number in sorted(below, key=lambda n: -below[n]) if number in self._files]
        self._found: dict[int, dict[int, Found]] = {}
        self._tied: dict[int, set[int]] = {}

    def __len__(self) -> int:
        return len(self._files)

    @property
    def contents(self) -> tuple[int, ...]:
        """The contents in the scope, in the order of their files."""
        return tuple(self._files)

    def search(self) -> Iterator[int]:
        """Search one content at a step; yields how many are done."""
        small = len(self._files) <= _SMALL
        effort = _MODEST if small else _SPARING
        worth = None if small or self._library.featured else self._library.close(effort.radius)
        same: set[int] = set()
        for done, number in enumerate(self._largest_first, start=1):
            if number not in same and (worth is None or number in worth):
                found = self._proven(number, partial(self._is_new, number, same), effort)
                same.update(each.content for each in found if each.kind is Kind.SAME)
            yield done

    def sets(self) -> Iterator[tuple[int, ...]]:
        """The sets of contents that are tied together, and contents with several files; in the order of their files."""
        both = {number: frozenset(others) for number, others in self._tied.items()}
        for together in connected(self._files, both):
            if len(together) > 1 or self._files[together[0]] > 1:
                yield together

    def complete(self, number: int, others: Collection[int]) -> dict[int, Found]:
        """Prove what of some contents one of them can prove; those that are `tied` the other way are left out."""
        unknown = set(others) - self._found.get(number, {}).keys()
        if unknown:
            self._proven(number, unknown.__contains__, Effort(most=len(unknown)))
            # A poor copy may prove what a good one does not.
            for other in sorted(unknown - self._tied.get(number, set())):
                self._proven(other, number.__eq__, _MODEST)
        return {other: found for other, found in self._found.get(number, {}).items() if other in others}

    def tied(self, number: int) -> frozenset[int]:
        """The contents that a content is tied to, either way."""
        return frozenset(self._tied.get(number, ()))

    def _is_new(self, number: int, same: Collection[int], other: int) -> bool:
        return other in self._files and other not in same and other not in self._tied.get(number, ())

    def _proven(self, number: int, wanted: Callable[[int], bool], effort: Effort) -> list[Found]:
        try:
            found = self._library.proven_by(
                number, lambda others: [each for each in others if each != number and wanted(each)], effort
            )
        except LookupError:
            # It was forgotten meanwhile.
            return []
        claimed = [each for each in found if each.kind in (Kind.SAME, Kind.EDITED)]
        for each in claimed:
            self._found.setdefault(number, {})[each.content] = each
            self._tied.setdefault(number, set()).add(each.content)
            self._tied.setdefault(each.content, set()).add(number)
        return claimed
