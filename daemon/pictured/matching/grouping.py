"""Groups of copies, decided purely. A group is a best picture and those that match it directly.

Being a copy is not transitive: where A matches B and B matches C, C belongs to the group of A only if they match
themselves. Otherwise a chain of small changes would tie different pictures together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """The best content of a group and the others, in the order given to `grouped`."""

    best: int
    others: tuple[int, ...]


def grouped(best_first: Sequence[int], copies: Mapping[int, frozenset[int]]) -> tuple[Group, ...]:
    """Give each content to the best one that it matches directly.

    `best_first` holds every content once, the best one first; `copies` the direct matches of each, in both directions.
    Contents without a match form groups of their own.
    """
    rank = {content: place for place, content in enumerate(best_first)}
    taken: set[int] = set()
    groups = []
    for best in best_first:
        if best in taken:
            continue
        others = sorted(copies.get(best, frozenset()) - taken - {best}, key=rank.__getitem__)
        taken.update(others, {best})
        groups.append(Group(best, tuple(others)))
    return tuple(groups)


def connected(contents: Iterable[int], copies: Mapping[int, frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    """Give the sets of contents that are tied together by matches, directly or through others, each ascending.

    `copies` holds the direct matches of each content, in both directions.
    """
    seen: set[int] = set()
    sets = []
    for first in contents:
        if first in seen:
            continue
        seen.add(first)
        together, ahead = [first], [first]
        while ahead:
            new = copies.get(ahead.pop(), frozenset()) - seen
            seen |= new
            together += new
            ahead += new
        sets.append(tuple(sorted(together)))
    return tuple(sets)
