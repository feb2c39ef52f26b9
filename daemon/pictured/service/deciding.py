"""Gathers what the pure planning of `collecting` needs to know of the store and of the destination."""

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from pictured.collecting.naming import numbered
from pictured.collecting.planning import Destination, Standing, planned, target_of
from pictured.collecting.ranking import ranked
from pictured.collecting.settings import CollectSettings, Purpose
from pictured.disk.reading import digest_of, open_unchanged, stamp_now, stamp_of
from pictured.errors import FileError
from pictured.flow import Match, Picture, Placed, Step
from pictured.matching.finding import Found, candidate_for, prove
from pictured.service.library import Library, Scope


def step_for_query(
    library: Library,
    entry: CollectSettings,
    query: Picture,
    scope: Scope,
    promised: Mapping[Path, bytes] | None = None,
) -> Step | None:
    """What one entry does for a query picture; None where it has no copy in the scope.

    `promised` is given by a one-off collection: targets that earlier steps of its dry run would write. Somebody asks
    for it by hand, so what was removed or taken back before is collected again.
    """
    matches, standing = library.related(query.content, entry.name, scope)
    if not matches:
        return None
    ranking = ranked(matches, entry.prefer, entry.sources)
    number = library.journal.answer_of(entry.name, query.path)
    answered = None if number is None else library.journal.placed(number)
    content = None if answered is None else library.catalogue.content_id(answered.digest)
    if content is not None and all(each.content != content for each in standing):
        before = library.catalogue.content(content)
        found = prove(query.content, candidate_for(query.content, content, before.phash), before)
        if found is None:
            # The query is another picture by now, and what answered it before is no answer any more.
            answered = None
        else:
            standing.append(found)
    return _step(library, entry, query.path, ranking, _standing(library, entry, standing, answered), promised)


def step_for_group(
    library: Library,
    entry: CollectSettings,
    picture: Picture,
    scope: Scope,
    promised: Mapping[Path, bytes] | None = None,
) -> Step | None:
    """What one entry does for the group of a library picture; None where that group is another picture's business.

    A group belongs to its best copy. Where the best copy of this picture has a better one itself, this picture is not
    the head of any group.
    """
    matches, standing = library.related(picture.content, entry.name, scope)
    ranking = ranked(matches, entry.prefer, entry.sources)
    if not ranking or (entry.purpose is Purpose.DUPLICATES and len(ranking) < 2):
        return None
    best = ranking[0].picture
    if best.content.digest != picture.content.digest:
        matches, standing = library.related(best.content, entry.name, scope)
        ranking = ranked(matches, entry.prefer, entry.sources)
        if not ranking or ranking[0].picture.content.digest != best.content.digest:
            return None
    return _step(library, entry, None, ranking, _standing(library, entry, standing, None), promised)


def _step(
    library: Library,
    entry: CollectSettings,
    query: Path | None,
    ranking: Sequence[Match],
    standing: tuple[Standing, ...],
    promised: Mapping[Path, bytes] | None,
) -> Step:
    occupied = _occupied(target_of(entry, ranking[0], query), ranking[0], promised or {})
    declined = library.journal.declined(entry.name)
    if promised is not None:
        standing = tuple(each for each in standing if each.stamp is not None)
        declined = frozenset()
    destination = Destination(standing, occupied, declined)
    return planned(entry, query, ranking, destination)


def _standing(
    library: Library, entry: CollectSettings, found: Sequence[Found], answered: Placed | None
) -> tuple[Standing, ...]:
    """What the entry placed for this picture, the best first; what merely answered it before comes last."""
    by_target: dict[Path, Standing] = {}
    matches: list[Match] = []
    for each in found:
        content = library.catalogue.content(each.content)
        placed = library.journal.standing(entry.name, content.digest)
        if placed is not None:
            match = Match(Picture(placed.target, placed.stamp, content), each.kind, each.confidence, each.transform)
            matches.append(match)
            by_target[placed.target] = Standing(placed, match, stamp_now(placed.target))
    ordered = [by_target[match.picture.path] for match in ranked(matches, entry.prefer, entry.sources)]
    if answered is not None and answered.target not in by_target:
        ordered.append(Standing(answered, None, stamp_now(answered.target)))
    return tuple(ordered)


def _occupied(first: Path, best: Match, promised: Mapping[Path, bytes]) -> dict[Path, bytes | None]:
    """The files in the way of a name and of its numbered successors, up to the first free one."""
    occupied: dict[Path, bytes | None] = {}
    for number in count(1):
        target = first.with_name(numbered(first.name, number))
        if target in promised:
            occupied[target] = promised[target]
        elif target.exists() or target.is_symlink():
            occupied[target] = _digest(target, best.picture.content.size)
        else:
            return occupied
    raise AssertionError("numbers do not end")


def _digest(path: Path, size: int) -> bytes | None:
    """The digest of a file that could hold the same bytes; None for any other."""
    try:
        stamp = stamp_of(path)
        if stamp.size != size:
            return None
        with open_unchanged(path, stamp) as file:
            return digest_of(file)
    except FileError:
        return None
