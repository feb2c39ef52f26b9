"""Answers questions from the index: the copies of query pictures, and the groups of copies in a library."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
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
from pictured.matching.grouping import connected, grouped
from pictured.service.appraising import appraised
from pictured.service.library import Library, Scope
from pictured.service.reports import Copied, Copies, Progress
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
    found = library.copies(probe, Scope(scope.folders, (*scope.excluding, path)))
    copies = without_companions(match for match in found if match.kind in CLAIMED)
    similar = sorted((match for match in found if match.kind is Kind.SIMILAR), key=lambda match: -match.confidence)
    return ranked(await appraised(workers, copies), prefer, scope.folders), tuple(similar)


async def dupes(
    library: Library, workers: Workers, scope: Scope, prefer: Sequence[Criterion]
) -> AsyncGenerator[Copied | Progress]:
    """The groups of two or more copies in the scope, each with its best first. A group shares no file with another."""
    pictures: dict[int, list[Match]] = {}
    copies: dict[int, dict[int, Match]] = {}
    every = library.within(scope.folders)
    for done, picture in enumerate(every, start=1):
        number = library.catalogue.content_id(picture.content.digest)
        files = [] if number is None or number in pictures else library.originals(number, scope)
        if number is not None and files:
            pictures[number] = [library.itself(Picture(path, stamp, picture.content)) for path, stamp in files]
            found = [each for each in library.copies(library.recalled(picture.content), scope) if each.kind in CLAIMED]
            copies[number] = _by_content(library, found, number)
            await asyncio.sleep(0)
        yield Progress(done, len(every), "comparing pictures")
    both = _both_ways(copies)
    for together in connected(pictures, both):
        hub = max(together, key=lambda number: (len(both.get(number, ())), _pixels(pictures[number][0]), -number))
        seen = await appraised(workers, [pictures[hub][0], *_relations(hub, together, pictures, copies)])
        numbers = (hub, *(number for number in together if number != hub))
        order = {id(match): number for match, number in zip(seen, numbers, strict=True)}
        details = {order[id(match)]: match.detail for match in seen}
        best_first = [order[id(match)] for match in ranked(seen, prefer, scope.folders)]
        for group in grouped(best_first, both):
            worse = {each: copies[group.best].get(each) or copies[each][group.best] for each in group.others}
            members = [replace(twin, detail=details[group.best]) for twin in pictures[group.best]]
            for each, match in worse.items():
                members += [replace(match, picture=twin.picture, detail=details[each]) for twin in pictures[each]]
            head, rest = len(pictures[group.best]), without_companions(members)
            if len(rest) > 1:
                heads = sum(each in rest for each in members[:head])
                yield Copied(_best_group_first(rest, heads, prefer, scope.folders))


def _pixels(match: Match) -> int:
    # A poor copy would make good ones seem to be drawn over.
    return match.picture.content.width * match.picture.content.height


def _relations(
    hub: int,
    together: Sequence[int],
    pictures: Mapping[int, Sequence[Match]],
    copies: Mapping[int, Mapping[int, Match]],
) -> list[Match]:
    """How the other contents of a group lie on one that most of them match; as they are where they do not match it."""
    return [copies[hub].get(number) or pictures[number][0] for number in together if number != hub]


def _best_group_first(
    members: Sequence[Match], best: int, prefer: Sequence[Criterion], folders: Sequence[Path]
) -> tuple[Match, ...]:
    """The files of the best content, of which there are `best`, before those of the others."""
    return ranked(members[:best], prefer, folders) + ranked(members[best:], prefer, folders)


def _by_content(library: Library, found: Sequence[Match], own: int) -> dict[int, Match]:
    numbered = ((library.catalogue.content_id(match.picture.content.digest), match) for match in found)
    return {number: match for number, match in numbered if number is not None and number != own}


def _both_ways(copies: dict[int, dict[int, Match]]) -> dict[int, frozenset[int]]:
    both = {one: set(others) for one, others in copies.items()}
    for one, others in copies.items():
        for other in others:
            both.setdefault(other, set()).add(one)
    return {one: frozenset(others) for one, others in both.items()}


async def probed(workers: Workers, path: Path) -> Query:
    """Look at a query picture."""
    try:
        return Query(path, await workers.probe(path, stamp_of(path)))
    except Vanished:
        return Query(path, None, f"there is no file {shown(path)}; check its name")
    except FileError as error:
        return Query(path, None, str(error))
