"""Gathers what the pure planning of `collecting` needs to know of the store and of the destination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

from pictured.collecting.kinship import Kin, numbered_unit
from pictured.collecting.planning import Destination, Standing, planned, target_of
from pictured.collecting.ranking import ranked
from pictured.collecting.settings import CollectSettings, Purpose
from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged, stamp_now, stamp_of
from pictured.errors import FileError
from pictured.flow import Collect, Keep, Kind, Match, Picture, Placed, Stamp, Step
from pictured.looks import Probe
from pictured.matching.found import Found
from pictured.service.accompanying import companions_of
from pictured.service.appraising import appraised
from pictured.service.confirming import confirmed
from pictured.service.library import Library, Scope, match_of
from pictured.service.merging import Accompanied, merged
from pictured.service.workers import Workers
from pictured.store.queue import Queue


async def step_for_query(
    library: Library,
    workers: Workers,
    entry: CollectSettings,
    query: Path,
    probe: Probe,
    scope: Scope,
    promised: Mapping[Path, bytes] | None = None,
) -> Step | None:
    """What one entry does for a query picture; None where it has no copy in the scope.

    Raises Unanswered where the destination does not answer. `promised` is given by a one-off collection: targets that
    earlier steps of its dry run would write. Somebody asks for it by hand, so what was removed, taken back or denied
    before is collected again.
    """
    matches, standing = library.related(probe, entry.name, scope)
    if promised is None:
        denied = Queue(library.db).denied(probe.digest)
        matches = [match for match in matches if match.picture.content.digest not in denied]
    matches = [match for match in await confirmed(workers, query, matches) if match.kind is not Kind.SIMILAR]
    if not matches:
        away = library.away(probe, replace(scope, folders=()))
        if not away:
            return None
        reason = f"the only copies lie where this machine cannot see them, such as {shown(away[0])}"
        return Keep(entry.name, query, away[0], None, reason)
    number = library.journal.answer_of(entry.name, query)
    answered = None if number is None else library.journal.placed(number)
    content = None if answered is None else library.catalogue.content_id(answered.digest)
    if content is not None and all(each.content != content for each in standing):
        found = library.proven(probe, content)
        if found is None:
            # The query is another picture by now, and what answered it before is no answer any more.
            answered = None
        else:
            standing.append(found)
    return await _step(library, workers, entry, query, _Candidates(query, matches, standing, answered), promised)


async def step_for_group(
    library: Library,
    workers: Workers,
    entry: CollectSettings,
    picture: Picture,
    scope: Scope,
    promised: Mapping[Path, bytes] | None = None,
) -> Step | None:
    """What one entry does for the group of a library picture; None where that group is another picture's business.

    A group belongs to its best copy. Where the best copy of this picture has a better one itself, this picture is not
    the head of any group.
    """
    matches, standing = await _related(library, workers, entry, picture, scope)
    ranking = ranked(await appraised(workers, matches), entry.prefer, entry.sources)
    if not ranking or (entry.purpose is Purpose.DUPLICATES and len(ranking) < 2):
        return None
    best = ranking[0].picture
    if best.content.digest != picture.content.digest:
        matches, standing = await _related(library, workers, entry, best, scope)
        ranking = ranked(await appraised(workers, matches), entry.prefer, entry.sources)
        if not ranking or ranking[0].picture.content.digest != best.content.digest:
            return None
    return await _step(library, workers, entry, None, _Candidates(best.path, matches, standing, None), promised)


async def _related(
    library: Library, workers: Workers, entry: CollectSettings, picture: Picture, scope: Scope
) -> tuple[list[Match], list[Found]]:
    """The confirmed copies of a library picture, and what the entry placed for it."""
    matches, standing = library.related(library.recalled(picture.content), entry.name, scope)
    told = await confirmed(workers, picture.path, matches, picture.stamp)
    return [match for match in told if match.kind is not Kind.SIMILAR], standing


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What may answer: copies, what the entry placed for the same picture, and what answered the query before.

    `asked` is the file that all of it was compared with.
    """

    asked: Path
    matches: list[Match]
    standing: list[Found]
    answered: Placed | None


async def _step(
    library: Library,
    workers: Workers,
    entry: CollectSettings,
    query: Path | None,
    candidates: _Candidates,
    promised: Mapping[Path, bytes] | None,
) -> Step:
    lane, placed = library.lanes.of(entry.into), _placed(library, entry, candidates.standing)
    there = [each for _, each in placed] + ([candidates.answered] if candidates.answered else [])
    targets = [each.target for unit in there for each in (unit, *unit.companions)]
    # Asked before the workers are: one that a drive holds up would be taken for one that a picture broke.
    stamps = await lane.do(partial(_stamps, targets))
    told = await confirmed(workers, candidates.asked, [match for match, _ in placed])
    before = [each for match, each in zip(told, placed, strict=True) if match.kind is not Kind.SIMILAR]
    looked = await appraised(workers, [*candidates.matches, *(match for match, _ in before)])
    # What went away while the pixels were compared may have been judged without them.
    library.present(candidates.matches)
    ranking = ranked(looked[: len(candidates.matches)], entry.prefer, entry.sources)
    again = [(match, placed) for match, (_, placed) in zip(looked[len(candidates.matches) :], before, strict=True)]
    standing = _standing(entry, again, candidates.answered, stamps)
    best, first = ranking[0], target_of(entry, ranking[0], query)
    occupied = await lane.do(partial(_occupied, first, best, promised or {}, ()), size=best.picture.content.size)
    declined = library.journal.declined(entry.name)
    if promised is not None:
        standing = tuple(each for each in standing if each.stamp is not None)
        declined = frozenset()
    destination = Destination(standing, occupied, declined)
    step = planned(entry, query, ranking, destination)
    if not isinstance(step, Collect) or not (entry.sidecars or entry.merge_metadata):
        return step
    with_it = Accompanied(await companions_of(library, best.picture.path) if entry.sidecars else ())
    if entry.merge_metadata:
        others = [match.picture for match in ranking[1:]]
        with_it = await merged(library, workers, best.picture, others, with_it.companions)
    if with_it.companions:
        asked = partial(_occupied, first, best, promised or {}, [each.kin for each in with_it.companions])
        occupied = await lane.do(asked, size=best.picture.content.size)
        step = planned(entry, query, ranking, replace(destination, occupied=occupied), with_it.companions)
    return replace(step, reason=f"{step.reason}; {with_it.note}") if with_it.note else step


def _placed(library: Library, entry: CollectSettings, found: Sequence[Found]) -> list[tuple[Match, Placed]]:
    """The files that the entry placed for this picture."""
    files = []
    for each in found:
        content = library.catalogue.content(each.content)
        placed = library.journal.standing(entry.name, content.digest)
        if placed is not None:
            files.append((match_of(each, Picture(placed.target, placed.stamp, content)), placed))
    return files


def _stamps(targets: Sequence[Path]) -> dict[Path, Stamp | None]:
    return {target: stamp_now(target) for target in targets}


def _standing(
    entry: CollectSettings,
    placed: Sequence[tuple[Match, Placed]],
    answered: Placed | None,
    stamps: Mapping[Path, Stamp | None],
) -> tuple[Standing, ...]:
    """What the entry placed for this picture, the best first; what merely answered it before comes last."""
    by_target = {each.target: _seen(each, match, stamps) for match, each in placed}
    ordered = [
        by_target[match.picture.path] for match in ranked([match for match, _ in placed], entry.prefer, entry.sources)
    ]
    if answered is not None and answered.target not in by_target:
        ordered.append(_seen(answered, None, stamps))
    return tuple(ordered)


def _seen(placed: Placed, match: Match | None, stamps: Mapping[Path, Stamp | None]) -> Standing:
    disturbed = next((each.target for each in placed.companions if stamps[each.target] != each.stamp), None)
    return Standing(placed, match, stamps[placed.target], disturbed)


def _occupied(first: Path, best: Match, promised: Mapping[Path, bytes], kin: Sequence[Kin]) -> dict[Path, bytes | None]:
    """The files in the way of the names of a unit and of its numbered successors, up to the first that are free."""
    occupied: dict[Path, bytes | None] = {}
    for number in count(1):
        unit = numbered_unit(first, number, kin)
        for target in unit:
            if target in promised:
                occupied[target] = promised[target]
            elif target.exists() or target.is_symlink():
                occupied[target] = _digest(target, best.picture.content.size)
        if not any(target in occupied for target in unit):
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
