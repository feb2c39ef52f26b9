"""What each job does: the same in a command's own process and in the daemon, with the same reports."""

import asyncio
from collections.abc import AsyncGenerator

from pictured.collecting.settings import Criterion
from pictured.disk.naming import elsewhere
from pictured.matching.scales import Measure
from pictured.rules.rule import Rule
from pictured.service.acting import undo
from pictured.service.applying import apply
from pictured.service.closest import closest
from pictured.service.gathering import gather
from pictured.service.jobs import (
    Apply,
    Collect,
    Dupes,
    Find,
    Job,
    NoteMark,
    Paths,
    Prune,
    Review,
    Scan,
    Undo,
    Verify,
    entry_of,
    rendering_of,
)
from pictured.service.library import Library, Scope
from pictured.service.pruning import prune
from pictured.service.reports import Report, Undone, Warned
from pictured.service.reviewing import review
from pictured.service.scanning import scan
from pictured.service.searching import dupes, find
from pictured.service.spreading import Spread, readers
from pictured.service.verifying import verify
from pictured.service.workers import Workers
from pictured.store.renders import Renders


async def run(job: Job, library: Library, workers: Workers, desk: asyncio.Lock | None = None) -> AsyncGenerator[Report]:
    """Do a job and report line by line. `desk` is the line's, where there is one that places files, too."""
    match job:
        case Scan(folders, exclude, ignore, again):
            globs = dict(zip(folders, ignore, strict=False))
            async with readers(job.cluster, job.mounts, workers) as reader:
                async for report in scan(library, reader, folders, ignore=globs, exclude=exclude, again=again):
                    if isinstance(reader, Spread) and (trouble := reader.trouble()) is not None:
                        yield Warned(trouble)
                    yield report
        case Find(queries, folders, excluding, prefer, top, measure):
            async for report in _indexed(library, workers, folders):
                yield report
            scope = Scope(folders, (*excluding, *queries))
            if top:
                async for report in closest(library, workers, queries, scope, Measure(measure), top):
                    yield report
                return
            async for report in find(library, workers, queries, scope, tuple(map(Criterion, prefer))):
                yield report
        case Dupes(folders, excluding, prefer):
            async for report in _indexed(library, workers, folders):
                yield report
            async for report in dupes(library, workers, Scope(folders, excluding), tuple(map(Criterion, prefer))):
                yield report
        case Collect(queries, folders, into, _, dry_run):
            async for report in scan(library, workers, folders, exclude=(into,)):
                yield report
            async for report in gather(library, workers, entry_of(job), queries, dry_run=dry_run):
                yield report
        case Apply(rule, files, dry_run, again):
            asked = Rule.model_validate_json(rule)
            async for report in apply(library, workers, asked, files, dry_run=dry_run, again=again):
                yield report
        case NoteMark():
            Renders(library.db).record(rendering_of(job))
        case Prune(older_than, dry_run):
            yield await prune(library, older_than, dry_run=dry_run)
        case Verify():
            async for report in verify(library):
                yield report
        case Review(decision, numbers, copy):
            async for report in review(library, workers, desk or asyncio.Lock(), decision, numbers, copy):
                yield report
        case Undo(numbers):
            for number in numbers or _latest(library):
                yield await _undone(number, library)


async def _indexed(library: Library, workers: Workers, folders: Paths) -> AsyncGenerator[Report]:
    if folders:
        async for report in scan(library, workers, folders):
            yield report


def _latest(library: Library) -> list[int]:
    """The file that was placed last and is still in place."""
    return [deed.id for deed in library.journal.history(None, 1000) if _in_place(deed.id, library)][:1]


def _in_place(number: int, library: Library) -> bool:
    placed = library.journal.placed(number)
    here = placed is not None and elsewhere(placed.target) is None
    return placed is not None and here and library.journal.placed_at(placed.target) == placed


async def _undone(number: int, library: Library) -> Undone:
    placed = library.journal.placed(number)
    if placed is None:
        return Undone(number, None, undone=False, reason="there is no such entry; `pictured history` lists them")
    refusal = await undo(placed, library)
    return Undone(number, placed.target, undone=refusal is None, reason=refusal or "taken back")
