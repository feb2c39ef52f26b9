"""The one-off collection: the best copy of each query picture, or of each group of copies, into a folder."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pictured.collecting.settings import CollectSettings, Purpose
from pictured.errors import UsageError
from pictured.flow import Collect, Outcome, Picture, Step
from pictured.service.acting import act, offline
from pictured.service.deciding import step_for_group, step_for_query
from pictured.service.library import Library, Scope
from pictured.service.reports import Collected, Progress, collected
from pictured.service.searching import query_files, read_queries
from pictured.service.workers import Workers


async def gather(
    library: Library, workers: Workers, entry: CollectSettings, queries: Sequence[Path], *, dry_run: bool
) -> AsyncGenerator[Collected | Progress]:
    """Collect as an entry says: for each query picture, or without queries for each group of copies.

    Files at or below the destination or the queries are never originals.

    Raises:
        UsageError: the destination lies on a drive that is not there.
    """
    absent = offline(entry.into, library)
    if absent is not None:
        raise UsageError(absent)
    scope = Scope(entry.sources, (entry.into, *queries))
    promised: dict[Path, bytes] = {}
    if entry.purpose is Purpose.QUERIES:
        paths = list(query_files(queries))
        done = 0
        async for query in read_queries(workers, paths):
            done += 1
            if query.probe is None:
                yield Collected(query.path, None, None, planned=False, reason="", error=query.error)
            else:
                step = await step_for_query(library, workers, entry, query.path, query.probe, scope, promised)
                if step is None:
                    yield Collected(query.path, None, None, planned=False, reason="no copy was found")
                else:
                    yield await _done(step, library, entry.into, promised, dry_run=dry_run)
            yield Progress(done, len(paths), "collecting")
        return
    pictures = library.within(entry.sources)
    asked: set[bytes] = set()
    for done, picture in enumerate(pictures, start=1):
        digest = picture.content.digest
        group = None if digest in asked else await _group_step(library, workers, entry, picture, scope, promised)
        if scope.holds(picture.path):
            asked.add(digest)
        if group is not None:
            yield await _done(group, library, entry.into, promised, dry_run=dry_run)
        yield Progress(done, len(pictures), "collecting")


async def _group_step(
    library: Library,
    workers: Workers,
    entry: CollectSettings,
    picture: Picture,
    scope: Scope,
    promised: dict[Path, bytes],
) -> Step | None:
    """The step of a group, once: when the turn of its best content comes."""
    if not scope.holds(picture.path) or library.journal.is_ours(picture.path, picture.stamp):
        return None
    step = await step_for_group(library, workers, entry, picture, scope, promised)
    if step is None:
        return None
    head = step.source if isinstance(step, Collect) else step.best
    best = library.catalogue.picture(head) if head else None
    return step if best is not None and best.content.digest == picture.content.digest else None


async def _done(step: Step, library: Library, into: Path, promised: dict[Path, bytes], *, dry_run: bool) -> Collected:
    planned = dry_run and isinstance(step, Collect)
    if isinstance(step, Collect) and planned:
        promised[step.target] = step.digest
    outcome = Outcome(step, None) if dry_run else await act(step, library, into)
    return collected(outcome, planned=planned)
