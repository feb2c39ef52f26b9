"""What one picture calls for: a plan over all collect entries and rules. The line acts on it, `explain` prints it."""

import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing, suppress
from pathlib import Path

from pictured.collecting.settings import CollectSettings, Purpose
from pictured.errors import FileError, Unanswered
from pictured.flow import Collect, Keep, Picture, Plan, Role, Step
from pictured.looks import Probe
from pictured.service.deciding import step_for_group, step_for_query
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.proposing import asked_for
from pictured.service.ruling import rulings
from pictured.service.workers import Workers
from pictured.store.queue import Queue


async def plan(library: Library, workers: Workers, orders: Orders, picture: Picture) -> Plan:
    """Plan for a picture by the role of its folder. Own outputs and pictures of no folder call for nothing."""
    collecting = _once_each([step async for step in steps(library, workers, orders, picture)])
    rendering = [ruling.render async for ruling in rulings(library, workers, orders, picture)]
    return Plan(picture.path, (*collecting, *rendering))


async def steps(library: Library, workers: Workers, orders: Orders, picture: Picture) -> AsyncGenerator[Step]:
    """The steps of the plan one by one: each is planned when it is asked for, after the one before was done.

    Raises FileError where the file of a query picture itself cannot be read.
    """
    folder = orders.folder_of(picture.path)
    if folder is None or library.journal.is_ours(picture.path, picture.stamp):
        return
    asked = _for_query if folder.role is Role.QUERY else _for_original
    async with aclosing(asked(library, workers, orders, picture)) as found:
        async for step in found:
            yield settled(step, orders.settle, time.time())


def settled(step: Step, quiet: float, now: float) -> Step:
    """Put a step off while one of its companions has not been quiet for so many seconds: it may still be written.

    A time that lies ahead is no sign of that.
    """
    if isinstance(step, Collect):
        for each in step.companions:
            if 0 <= now - each.stamp.changed_ns / 1e9 < quiet:
                reason = f"{each.source.name}, which belongs to it, was written a moment ago"
                return Keep(step.entry, step.query, step.source, None, reason, put_off=True)
    return step


def scope_of(entry: CollectSettings, orders: Orders) -> Scope:
    """Where an entry finds its originals: never among query pictures, ignored folders or what it collected."""
    return Scope(entry.sources, (entry.into, *orders.paths(Role.QUERY), *orders.paths(Role.IGNORE)))


async def _for_query(library: Library, workers: Workers, orders: Orders, query: Picture) -> AsyncGenerator[Step]:
    entries = [entry for entry in orders.entries if entry.purpose is Purpose.QUERIES]
    if not entries:
        return
    probe = await workers.probe(query.path, query.stamp)
    for entry in entries:
        # Held until the step was done: two queries for one original must not both find its place empty.
        async with library.lanes.of(entry.into).held():
            try:
                step = await step_for_query(library, workers, entry, query.path, probe, scope_of(entry, orders))
            except Unanswered as error:
                step = Keep(entry.name, query.path, None, None, str(error), put_off=True)
            if step is not None:
                yield step


async def _for_original(library: Library, workers: Workers, orders: Orders, picture: Picture) -> AsyncGenerator[Step]:
    """What a library picture changes: for the queries that it may answer, and for its group of copies."""
    asking: list[tuple[Path, Probe]] | None = None
    for entry in orders.entries:
        scope = scope_of(entry, orders)
        if not scope.holds(picture.path):
            continue
        if entry.purpose is Purpose.QUERIES:
            if asking is None:
                asking = await _asking(library, workers, orders, picture)
            for query, probe in asking:
                async with library.lanes.of(entry.into).held():
                    try:
                        step = await step_for_query(library, workers, entry, query, probe, scope)
                    except Unanswered as error:
                        step = Keep(entry.name, query, None, None, str(error), put_off=True)
                    if step is not None:
                        yield step
        else:
            async with library.lanes.of(entry.into).held():
                step = await _step_for_group(library, workers, entry, picture, scope)
                if step is not None:
                    yield step


async def _step_for_group(
    library: Library, workers: Workers, entry: CollectSettings, picture: Picture, scope: Scope
) -> Step | None:
    try:
        step = await step_for_group(library, workers, entry, picture, scope)
    except Unanswered as error:
        return Keep(entry.name, None, picture.path, None, str(error), put_off=True)
    if isinstance(step, Collect) and step.digest in Queue(library.db).denied(asked_for(entry)):
        return Keep(entry.name, None, step.source, None, "it was denied in a review")
    return step


def _once_each(steps: Iterable[Step]) -> Iterator[Step]:
    """Collect a content once for each entry, as the line does by planning each step after the one before."""
    collected: set[tuple[str, bytes]] = set()
    for step in steps:
        if isinstance(step, Collect) and (step.entry, step.digest) in collected:
            yield Keep(step.entry, step.query, step.source, None, "it is collected for another query just now")
            continue
        if isinstance(step, Collect):
            collected.add((step.entry, step.digest))
        yield step


async def _asking(library: Library, workers: Workers, orders: Orders, picture: Picture) -> list[tuple[Path, Probe]]:
    """The query pictures that a library picture may answer. One that cannot be read now is asked for by nobody."""
    queries = orders.paths(Role.QUERY)
    asking = []
    for query in library.asking(library.recalled(picture.content), queries) if queries else ():
        with suppress(FileError):
            asking.append((query.path, await workers.probe(query.path, query.stamp)))
    return asking
