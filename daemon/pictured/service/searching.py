"""Answers questions from the index: the copies of query pictures, and the groups of copies in a library."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.collecting.ranking import ranked
from pictured.collecting.settings import Criterion
from pictured.disk.paths import shown
from pictured.disk.reading import stamp_of
from pictured.errors import FileError, Vanished
from pictured.flow import Kind, Match, Picture
from pictured.matching.grouping import grouped
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
    picture: Picture | None
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


async def read_queries(library: Library, workers: Workers, paths: Sequence[Path]) -> AsyncGenerator[Query]:
    """Read query pictures in their order, several at a time; what the index knows is not read again."""
    waiting: list[asyncio.Task[Query]] = []
    try:
        for path in paths:
            waiting.append(asyncio.create_task(read(library, workers, path)))
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
    async for query in read_queries(library, workers, paths):
        done += 1
        if query.picture is None:
            yield Copies(query.path, (), query.error)
        else:
            yield Copies(query.path, copies_of(library, query.picture, scope, prefer))
        yield Progress(done, len(paths), "searching")


def copies_of(library: Library, query: Picture, scope: Scope, prefer: Sequence[Criterion]) -> tuple[Match, ...]:
    """The copies of one picture, the best first."""
    others = Scope(scope.folders, (*scope.excluding, query.path))
    matches = [match for match in library.copies(query.content, others) if match.kind in CLAIMED]
    return ranked(matches, prefer, scope.folders)


async def dupes(library: Library, scope: Scope, prefer: Sequence[Criterion]) -> AsyncGenerator[Copied | Progress]:
    """The groups of two or more copies in the scope, each with its best first. A group shares no file with another."""
    pictures: dict[int, Match] = {}
    copies: dict[int, dict[int, Match]] = {}
    every = library.within(scope.folders)
    for done, picture in enumerate(every, start=1):
        number = library.catalogue.content_id(picture.content.digest)
        files = [] if number is None or number in pictures else library.originals(number, scope)
        if number is not None and files:
            twins = [library.itself(Picture(path, stamp, picture.content)) for path, stamp in files]
            pictures[number] = ranked(twins, prefer, scope.folders)[0]
            found = library.copies(picture.content, scope)
            copies[number] = _by_content(library, found, number)
            await asyncio.sleep(0)
        yield Progress(done, len(every), "comparing pictures")
    numbers = {id(match): number for number, match in pictures.items()}
    best_first = [numbers[id(match)] for match in ranked(pictures.values(), prefer, scope.folders)]
    for group in grouped(best_first, _both_ways(copies)):
        twins = _files(library, pictures[group.best], group.best, scope)
        worse: list[Match] = []
        for other in group.others:
            match = copies[group.best].get(other) or copies[other][group.best]
            worse += _files(library, match, other, scope)
        if len(twins) + len(worse) > 1:
            yield Copied(ranked(twins, prefer, scope.folders) + ranked(worse, prefer, scope.folders))


def _by_content(library: Library, found: Sequence[Match], own: int) -> dict[int, Match]:
    numbered = ((library.catalogue.content_id(match.picture.content.digest), match) for match in found)
    return {number: match for number, match in numbered if number is not None and number != own}


def _both_ways(copies: dict[int, dict[int, Match]]) -> dict[int, frozenset[int]]:
    both = {one: set(others) for one, others in copies.items()}
    for one, others in copies.items():
        for other in others:
            both.setdefault(other, set()).add(one)
    return {one: frozenset(others) for one, others in both.items()}


def _files(library: Library, match: Match, content: int, scope: Scope) -> list[Match]:
    """One match per file that holds the content, all with what the content's match claims."""
    found = library.catalogue.content(content)
    return [
        Match(Picture(path, stamp, found), match.kind, match.confidence, match.transform)
        for path, stamp in library.originals(content, scope)
    ]


async def read(library: Library, workers: Workers, path: Path) -> Query:
    """Read one picture, unless the index knows it as it is."""
    try:
        stamp = stamp_of(path)
        known = library.catalogue.picture(path)
        if known is not None and known.stamp == stamp:
            return Query(path, known)
        return Query(path, Picture(path, stamp, await workers.fingerprint(path, stamp)))
    except Vanished:
        return Query(path, None, f"there is no file {shown(path)}; check its name")
    except FileError as error:
        return Query(path, None, str(error))
