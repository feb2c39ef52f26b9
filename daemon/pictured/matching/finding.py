"""From a picture to its proven copies: candidates -> examine -> judge -> Found.

The seam for other ways of matching: whatever proposes candidates and whatever proves them, a `Found` comes out.
"""

from collections.abc import Callable, Iterable, Iterator

from pictured.flow import Fingerprint
from pictured.looks import Probe
from pictured.matching.effort import MOST_WEAK, Effort
from pictured.matching.found import Found
from pictured.matching.guessing import Guess, guesses, promise
from pictured.matching.index import Searched
from pictured.matching.proving import exactly, prove
from pictured.matching.settings import Limits, meets

_WEAK = 8
_PROMISING = 5


def find(
    probe: Probe,
    index: Searched,
    content_of: Callable[[int], Fingerprint],
    wanted: Callable[[int], bool],
    exact: int | None = None,
    limits: Limits | None = None,
    effort: Effort | None = None,
) -> Iterator[Found]:
    """The contents that are proven to be related to a query picture, among the wanted ones.

    Args:
        probe: the query.
        index: what is searched.
        content_of: gives a content by its number.
        wanted: whether a content may be a copy at all; asked before anything is compared.
        exact: the content with the very bytes of the query, where there is one.
        limits: what a match that is not exact must measure up to.
        effort: how far to go.
    """
    if exact is not None and wanted(exact):
        yield exactly(exact)
    by_content: dict[int, list[Guess]] = {}
    effort = effort or Effort()
    for guess in guesses(probe, index, effort.radius, effort.part_radius):
        if guess.content != exact:
            by_content.setdefault(guess.content, []).append(guess)
    # Thousands are proposed and a few dozen proven: only those are asked for.
    for mine in _worth_proving((mine for content, mine in by_content.items() if wanted(content)), effort):
        found = prove(probe, mine, content_of(mine[0].content))
        if found is not None and meets(limits or {}, found.measures):
            yield found


def likely(probe: Probe, index: Searched, wanted: Callable[[int], bool]) -> list[int]:
    """The contents that may be related to a picture, the most promising first, at most 16. Nothing is proven."""
    promising = dict.fromkeys(each.content for each in guesses(probe, index) if promise(each) >= _PROMISING)
    return [content for content in promising if wanted(content)][:MOST_WEAK]


def _worth_proving(by_content: Iterable[list[Guess]], effort: Effort) -> Iterator[list[Guess]]:
    weak = 0
    for number, mine in enumerate(by_content):
        weak += promise(mine[0]) < _WEAK
        if number >= effort.most or weak > effort.weak:
            return
        yield mine
