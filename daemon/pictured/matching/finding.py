"""From a picture to its proven copies: candidates -> examine -> judge -> Found.

The seam for other ways of matching: whatever proposes candidates and whatever proves them, a `Found` comes out.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice

from pictured.flow import Fingerprint
from pictured.looks import Probe
from pictured.matching.effort import MOST_WEAK, Effort
from pictured.matching.found import Found
from pictured.matching.guessing import Guess, guesses, promise
from pictured.matching.index import Searched
from pictured.matching.proving import exactly, prove
from pictured.matching.settings import Limits, meets

Wanted = Callable[[Sequence[int]], Collection[int]]
"""Gives those of some contents that may be a copy at all."""

_WEAK = 8
_PROMISING = 5
_TOGETHER = 64
"""Contents that are asked for in one go: each answer may come over a network."""


def find(
    probe: Probe,
    index: Searched,
    contents_of: Callable[[Sequence[int]], Mapping[int, Fingerprint]],
    wanted: Wanted,
    exact: int | None = None,
    limits: Limits | None = None,
    effort: Effort | None = None,
) -> Iterator[Found]:
    """The contents that are proven to be related to a query picture, among the wanted ones.

    Args:
        probe: the query.
        index: what is searched.
        contents_of: gives contents by their numbers; those that it does not give are passed over.
        wanted: which contents may be copies at all; asked before anything is compared.
        exact: the content with the very bytes of the query, where there is one.
        limits: what a match that is not exact must measure up to.
        effort: how far to go.
    """
    if exact is not None and wanted([exact]):
        yield exactly(exact)
    by_content: dict[int, list[Guess]] = {}
    effort = effort or Effort()
    for guess in guesses(probe, index, effort.radius, effort.part_radius):
        if guess.content != exact:
            by_content.setdefault(guess.content, []).append(guess)
    # Thousands are proposed and a few dozen proven: only those are asked for.
    for some in _together(_worth_proving(by_content, wanted, effort)):
        contents = contents_of(some)
        for number in some:
            found = prove(probe, by_content[number], contents[number]) if number in contents else None
            if found is not None and meets(limits or {}, found.measures):
                yield found


def likely(probe: Probe, index: Searched, wanted: Wanted) -> list[int]:
    """The contents that may be related to a picture, the most promising first, at most 16. Nothing is proven."""
    promising = dict.fromkeys(each.content for each in guesses(probe, index) if promise(each) >= _PROMISING)
    return list(islice(_among(list(promising), wanted), MOST_WEAK))


def _worth_proving(by_content: Mapping[int, list[Guess]], wanted: Wanted, effort: Effort) -> list[int]:
    weak, worth = 0, []
    for number in islice(_among(list(by_content), wanted), effort.most):
        weak += promise(by_content[number][0]) < _WEAK
        if weak > effort.weak:
            break
        worth.append(number)
    return worth


def _among(contents: Sequence[int], wanted: Wanted) -> Iterator[int]:
    for some in _together(contents):
        allowed = frozenset(wanted(some))
        yield from (content for content in some if content in allowed)


def _together(contents: Sequence[int]) -> Iterator[Sequence[int]]:
    return (contents[begin : begin + _TOGETHER] for begin in range(0, len(contents), _TOGETHER))
