"""What to do about one picture in one destination: collect, replace or keep, with the reason. Pure.

A destination holds one file for each distinct original, however many poor copies ask for it. What stands there and
what the disk holds comes in as values; nothing here looks at the world.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pictured.collecting.companions import Companion, accompanied, owned_by
from pictured.collecting.kinship import numbered_unit
from pictured.collecting.naming import facts_of, fill, parse_template
from pictured.collecting.ranking import outranks, why
from pictured.collecting.settings import CollectSettings, Layout, OnConflict
from pictured.filenames import tree_below
from pictured.flow import Collect, Keep, Match, Placed, Stamp, Step


@dataclass(frozen=True, slots=True)
class Standing:
    """A file that we placed for this picture earlier.

    match      how its content relates to the picture, None where its content is no longer known
    stamp      the file as it is now, None where it is gone
    disturbed  a file that was placed together with it and is not as we left it, if there is one
    """

    placed: Placed
    match: Match | None
    stamp: Stamp | None
    disturbed: Path | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """What is known of the destination.

    standing   what we placed there for this picture, the best first
    occupied   files that are in the way of the names that may be chosen, those of companions too, with their digest
               where it was read
    declined   digests that a person took back
    """

    standing: tuple[Standing, ...]
    occupied: Mapping[Path, bytes | None]
    declined: frozenset[bytes]


def target_of(entry: CollectSettings, best: Match, query: Path | None) -> Path:
    """The name that the best copy gets where nothing is in the way."""
    name = fill(parse_template(entry.file_name), facts_of(best.picture, query=query, entry=entry.name))
    folders = tree_below(best.picture.path, entry.sources) if entry.layout is Layout.TREE else Path()
    return entry.into / folders / name


def planned(
    entry: CollectSettings,
    query: Path | None,
    ranking: Sequence[Match],
    destination: Destination,
    companions: Sequence[Companion] = (),
) -> Step:
    """Decide what becomes of one picture. `ranking` holds its copies, the best first, and is not empty.

    `query` is the picture that asked, None where a group of copies did. `companions` belong to the best copy: a name is
    free only where all of their names are.
    """
    best = ranking[0]
    digest, path = best.picture.content.digest, best.picture.path
    if digest in destination.declined:
        return Keep(entry.name, query, path, None, "it was taken back by undo")
    for standing in destination.standing:
        if standing.placed.digest == digest:
            return Keep(entry.name, query, path, standing.placed, _state(standing))
    replaces = None
    if destination.standing:
        standing = destination.standing[0]
        refusal = _refusal(entry, best, standing)
        if refusal:
            return Keep(entry.name, query, path, standing.placed, refusal)
        replaces = standing.placed
    reason = _reason(entry, ranking, destination)
    first, owned = target_of(entry, best, query), owned_by(replaces)
    for number in count(1):
        unit = numbered_unit(first, number, [each.kin for each in companions])
        taken = [name for name in unit if name in destination.occupied and name not in owned]
        target = unit[0]
        if not taken:
            form, stamp = entry.form, best.picture.stamp
            step = Collect(entry.name, query, path, stamp, digest, target, form, reason, replaces)
            return accompanied(step, companions)
        if target in taken and destination.occupied[target] == digest:
            return Keep(entry.name, query, path, None, f"{target.name} already holds the same bytes")
        if entry.on_conflict is OnConflict.SKIP:
            return Keep(entry.name, query, path, None, f"the name {taken[0].name} is taken by another file")
    raise AssertionError("numbers do not end")


def _state(standing: Standing) -> str:
    if standing.stamp is None:
        return "it was collected before and somebody removed it"
    if standing.stamp != standing.placed.stamp:
        return "it was collected before and somebody changed it"
    if standing.disturbed is not None:
        return f"it was collected before and somebody changed {standing.disturbed.name}, which belongs to it"
    return "it is already collected"


def _refusal(entry: CollectSettings, best: Match, standing: Standing) -> str | None:
    if standing.match is None:
        return "what is in place can no longer be compared"
    if not outranks(best, standing.match, entry.prefer, entry.sources):
        return "what is in place is as good"
    if standing.stamp is None:
        return "there is a better copy, but somebody removed the one that was collected"
    if standing.stamp != standing.placed.stamp:
        return "there is a better copy, but somebody changed the one that was collected"
    if standing.disturbed is not None:
        return f"there is a better copy, but somebody changed {standing.disturbed.name}, which belongs to ours"
    return None


def _reason(entry: CollectSettings, ranking: Sequence[Match], destination: Destination) -> str:
    best = ranking[0]
    if destination.standing and destination.standing[0].match:
        return why(best, destination.standing[0].match, entry.prefer, entry.sources)
    if len(ranking) > 1:
        return why(best, ranking[1], entry.prefer, entry.sources, ranking)
    return "it is the only copy"
