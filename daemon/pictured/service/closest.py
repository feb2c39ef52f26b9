"""Ranks a whole library by one measure: what a person asks for who wants numbers and no claims."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

from pictured.flow import Kind, Match, Picture, Transform
from pictured.looks import Probe
from pictured.matching.scales import Measure
from pictured.service.library import Library, Scope
from pictured.service.reports import Copies, Progress
from pictured.service.searching import query_files, read_queries
from pictured.service.workers import Workers

_AT_A_TIME = 64


async def closest(
    library: Library, workers: Workers, queries: Sequence[Path], scope: Scope, measure: Measure, top: int
) -> AsyncGenerator[Copies | Progress]:
    """The pictures in the scope that are nearest to each query by one measure, the nearest first.

    The measure of a proven match is that of the aligned pair, of all others that of the whole pictures as they are.
    """
    paths = list(query_files(queries))
    pictures = [
        each
        for each in library.within(scope.folders)
        if scope.holds(each.path) and not library.journal.is_ours(each.path, each.stamp)
    ]
    done = 0
    async for query in read_queries(workers, paths):
        if query.probe is None:
            done += len(pictures)
            yield Copies(query.path, (), query.error)
            continue
        proven = {match.picture.path: match for match in library.copies(query.probe, scope)}
        ranking: list[tuple[float, Match]] = []
        for picture in pictures:
            if picture.path != query.path:
                ranking.append(_ranked(query.probe, picture, proven.get(picture.path), measure))
            done += 1
            if done % _AT_A_TIME == 0:
                await asyncio.sleep(0)
                yield Progress(done, len(paths) * len(pictures), "measuring")
        ranking.sort(key=lambda each: (-each[0], str(each[1].picture.path)))
        yield Copies(query.path, tuple(match for _, match in ranking[:top]), ranked_by=measure)
    yield Progress(done, done, "measuring")


def _ranked(probe: Probe, picture: Picture, proven: Match | None, measure: Measure) -> tuple[float, Match]:
    # OpenCV takes 35 ms to load, which a command that measures nothing need not pay.
    from pictured.matching.unaligned import nearness, unaligned  # noqa: PLC0415

    if proven is not None and measure in proven.measures:
        return nearness(measure, proven.measures[measure]), proven
    value = unaligned(probe, picture.content, measure)
    match = proven or Match(picture, Kind.UNPROVEN, 0.0, Transform())
    return nearness(measure, value), replace(match, measures={**match.measures, measure.value: value})
