"""Answers questions from the index: the copies of query pictures, and the groups of copies in a library."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pictured.collecting.companions import without_companions
from pictured.collecting.ranking import ranked
from pictured.collecting.settings import Criterion
from pictured.disk.paths import shown
from pictured.disk.reading import stamp_of
from pictured.errors import FileError, Vanished
from pictured.flow import Kind, Match, Picture
from pictured.looks import Probe
from pictured.matching.grouping import grouped
from pictured.service.appraising import appraised
from pictured.service.confirming import confirmed
from pictured.service.library import Library, Scope, match_of
from pictured.service.reports import Copied, Copies, Progress
from pictured.service.tying import Ties
from pictured.service.workers import Workers
from pictured.watching.scanning import Unreachable, walk

_AHEAD = 4
CLAIMED = (Kind.EXACT, Kind.SAME, Kind.EDITED)


@dataclass(frozen=True, slots=True)
class Query:
    """A query picture, or why it cannot be one."""

    path: Path
    probe: Probe | None
    error: str | None = None


def query_files(queries: Sequence[Path]) -> Iterator[Path]:
    """The files that queries name: themselves, or what may be a picture at or below a folder."""
    for query in queries:
        if not query.is_dir():
            yield query
            continue
        for found in walk(query):
            if isinstance(found, Unreachable):
                yield found.folder
            else:
                yield from (found.folder / name for name, _ in found.files)
                yield from (failure.path for failure in found.odd)


async def read_queries(workers: Workers, paths: Sequence[Path]) -> AsyncGenerator[Query]:
    """Read query pictures in their order, several at a time."""
    waiting: list[asyncio.Task[Query]] = []
    try:
        for path in paths:
            waiting.append(asyncio.create_task(probed(workers, path)))
            if len(waiting) > _AHEAD * workers.count:
                yield await waiting.pop(0)
        while waiting:
            yield await waiting.pop(0)
    finally:
        for task in waiting:
            task.cancel()


async def find(
    library: Library, workers: Workers, queries: Sequence[Path], scope: Scope, prefer: Sequence[Criterion]
) -> AsyncGenerator[Copies | Progress]:
    """The copies of each query picture in the scope, the best first. A query is never its own copy."""
    paths = list(query_files(queries))
    done = 0
    async for query in read_queries(workers, paths):
        done += 1
        if query.probe is None:
            yield Copies(query.path, (), query.error)
        else:
            yield Copies(query.path, await copies_of(library, workers, query.path, query.probe, scope, prefer))
        yield Progress(done, len(paths), "searching")


async def copies_of(
    library: Library, workers: Workers, path: Path, probe: Probe, scope: Scope, prefer: Sequence[Criterion]
) -> tuple[Match, ...]:
    """The copies of the picture that lies at a path, the best first. It is never its own copy."""
    copies, _ = await related(library, workers, path, probe, scope, prefer)
    return copies


async def related(
    library: Library, workers: Workers, path: Path, probe: Probe, scope: Scope, prefer: Sequence[Criterion]
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """The copies of the picture that lies at a path, the best first, and what is merely similar to it."""
    proven = library.copies(probe, Scope(scope.folders, (*scope.excluding, path)))
    found = await confirmed(workers, path, proven)
    copies = without_companions(match for match in found if match.kind in CLAIMED)
    similar = sorted((match for match in found if match.kind is Kind.SIMILAR), key=lambda match: -match.confidence)
    return ranked(await appraised(workers, copies), prefer, scope.folders), tuple(similar)


async def dupes(
    library: Library, workers: Workers, scope: Scope, prefer: Sequence[Criterion]
) -> AsyncGenerator[Copied | Progress]:
    """The groups of two or more copies in the scope, each with its best first. A group shares no file with another."""
    ties = Ties(library, scope)
    for done in ties.search():
        await asyncio.sleep(0)
        yield Progress(done, len(ties), "comparing pictures")
    waiting: list[asyncio.Task[list[Copied]]] = []
    try:
        # While the worker processes compare the copies of one set, the next one is begun.
        for together in ties.sets():
            waiting.append(asyncio.create_task(_groups(library, workers, ties, together, scope, prefer)))
            if len(waiting) > workers.count:
                for group in await waiting.pop(0):
                    yield group
        while waiting:
            for group in await waiting.pop(0):
                yield group
    finally:
        for task in waiting:
            task.cancel()


async def _groups(
    library: Library,
    workers: Workers,
    ties: Ties,
    together: Sequence[int],
    scope: Scope,
    prefer: Sequence[Criterion],
) -> list[Copied]:
    """The groups among contents that are tied together, the best first."""
    pictures = {number: files for number in together if (files := _itself(library, number, scope))}
    if not pictures:
        return []
    hub = max(pictures, key=lambda number: (len(ties.tied(number)), _pixels(pictures[number][0]), -number))
    rest = [hub, *(number for number in pictures if number != hub)]
    relations = {hub: pictures[hub][0]}
    for number, found in ties.complete(hub, rest[1:]).items():
        relations[number] = match_of(found, pictures[number][0].picture)
    # What does not match the hub is taken as it is.
    seen = await appraised(workers, [relations.get(number, pictures[number][0]) for number in rest])
    order = {id(match): number for match, number in zip(seen, rest, strict=True)}
    details = {order[id(match)]: match.detail for match in seen}
    rest = [order[id(match)] for match in ranked(seen, prefer, scope.folders)]
    groups = []
    while rest:
        best = rest[0]
        proven = ties.complete(best, rest[1:])
        group = grouped(rest, {best: ties.tied(best) & set(rest)})[0]
        members = [replace(twin, detail=details[best]) for twin in pictures[best]]
        ours = pictures[best][0].picture
        claims = [match_of(proven[each], pictures[each][0].picture) for each in group.others if each in proven]
        told = await confirmed(workers, ours.path, claims, ours.stamp)
        agreed = {match.picture.content.digest for match in told if match.kind in CLAIMED}
        others = set()
        for each in group.others:
            theirs = pictures[each][0].picture
            found = proven.get(each) or ties.complete(each, (best,))[best]
            if each not in proven:
                [back] = await confirmed(workers, theirs.path, [match_of(found, ours)], theirs.stamp)
                agreed |= {theirs.content.digest} if back.kind in CLAIMED else set()
            if theirs.content.digest in agreed:
                others.add(each)
                members += [replace(match_of(found, twin.picture), detail=details[each]) for twin in pictures[each]]
        head, shown = len(pictures[best]), without_companions(members)
        if len(shown) > 1:
            heads = sum(each in shown for each in members[:head])
            groups.append(Copied(_best_group_first(shown, heads, prefer, scope.folders)))
        rest = [number for number in rest[1:] if number not in others]
        await asyncio.sleep(0)
    return groups


def _itself(library: Library, number: int, scope: Scope) -> list[Match]:
    files = library.originals(number, scope)
    content = library.catalogue.content(number) if files else None
    return [library.itself(Picture(path, stamp, content)) for path, stamp in files if content is not None]


def _pixels(match: Match) -> int:
    # A poor copy would make good ones seem to be drawn over.
    return match.picture.content.width * match.picture.content.height


def _best_group_first(
    members: Sequence[Match], best: int, prefer: Sequence[Criterion], folders: Sequence[Path]
) -> tuple[Match, ...]:
    """The files of the best content, of which there are `best`, before those of the others."""
    return ranked(members[:best], prefer, folders) + ranked(members[best:], prefer, folders)


async def probed(workers: Workers, path: Path) -> Query:
    """Look at a query picture."""
    try:
        return Query(path, await workers.probe(path, stamp_of(path)))
    except Vanished:
        return Query(path, None, f"there is no file {shown(path)}; check its name")
    except FileError as error:
        return Query(path, None, str(error))
