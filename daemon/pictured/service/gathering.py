"""The one-off collection: the best copy of each query picture, or of each group of copies, into a folder."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pictured.collecting.settings import CollectSettings, Purpose
from pictured.errors import UsageError
from pictured.flow import Collect, Outcome, Picture, Step
from pictured.service.acting import act
from pictured.service.deciding import step_for_group, step_for_query
from pictured.service.library import Library, Scope
from pictured.service.reaching import offline
from pictured.service.reports import Collected, Progress, collected
from pictured.service.searching import query_files, read_queries
from pictured.service.tying import Ties
from pictured.service.workers import Workers


async def gather(
    library: Library, workers: Workers, entry: CollectSettings, queries: Sequence[Path], *, dry_run: bool
) -> AsyncGenerator[Collected | Progress]:
    """Collect as an entry says: for each query picture, or without queries for each group of copies.

    Files at or below the destination or the queries are never originals.

    Raises:
        UsageError: the destination lies on a drive that is not there.
    """
    absent = await offline(entry.into, library)
    if absent is not None:
        raise UsageError(absent)
    lane, scope = library.lanes.of(entry.into), Scope(entry.sources, (entry.into, *queries))
    promised: dict[Path, bytes] = {}
    if entry.purpose is Purpose.QUERIES:
        paths = list(query_files(queries))
        done = 0
        async for query in read_queries(workers, paths):
            done += 1
            if query.probe is None:
                yield Collected(query.path, None, None, planned=False, reason="", error=query.error)
            else:
                async with lane.held():
                    step = await step_for_query(library, workers, entry, query.path, query.probe, scope, promised)
                    if step is None:
                        answer = Collected(query.path, None, None, planned=False, reason="no copy was found")
                    else:
                        answer = await _done(step, library, entry.into, promised, dry_run=dry_run)
                yield answer
            yield Progress(done, len(paths), "collecting")
        return
    ties = Ties(library, scope)
    if entry.purpose is Purpose.DUPLICATES:
        # What is tied to nothing has no copy, and need not be asked for.
        for done in ties.search():
            await asyncio.sleep(0)
            yield Progress(done, len(ties), "comparing pictures")
        sets = list(ties.sets())
    else:
        sets = [(number,) for number in ties.contents]
    heads: set[int] = set()
    total, done = sum(map(len, sets)), 0
    for together in sets:
        taken: set[int] = set()
        for number in together:
            done += 1
            if number not in taken:
                group: Collected | None = None
                async with lane.held():
                    step, head = await _group_step(library, workers, entry, number, scope, promised)
                    if step is not None and head is not None:
                        # What is tied to the best of a group is not the best of another one.
                        taken |= ties.tied(head) | {head}
                        if head not in heads:
                            heads.add(head)
                            group = await _done(step, library, entry.into, promised, dry_run=dry_run)
                if group is not None:
                    yield group
            yield Progress(done, total, "collecting")


async def _group_step(
    library: Library,
    workers: Workers,
    entry: CollectSettings,
    number: int,
    scope: Scope,
    promised: dict[Path, bytes],
) -> tuple[Step | None, int | None]:
    """The step of the group that a content belongs to, and the best content of the group."""
    files = library.originals(number, scope)
    if not files:
        return None, None
    picture = Picture(*files[0], library.catalogue.content(number))
    step = await step_for_group(library, workers, entry, picture, scope, promised)
    if step is None:
        return None, None
    head = step.source if isinstance(step, Collect) else step.best
    best = library.catalogue.picture(head) if head else None
    return step, None if best is None else library.catalogue.content_id(best.content.digest)


async def _done(step: Step, library: Library, into: Path, promised: dict[Path, bytes], *, dry_run: bool) -> Collected:
    planned = dry_run and isinstance(step, Collect)
    if isinstance(step, Collect) and planned:
        promised |= {each.target: each.digest for each in (step, *step.companions)}
    outcome = Outcome(step, None) if dry_run else await act(step, library, into)
    return collected(outcome, planned=planned)
