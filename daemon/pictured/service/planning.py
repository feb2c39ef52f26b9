"""What one picture calls for: a plan over all collect entries. The line acts on it, `explain` prints it."""

from collections.abc import Iterable, Iterator

from pictured.collecting.settings import CollectSettings, Purpose
from pictured.flow import Collect, Keep, Picture, Plan, Role, Step
from pictured.service.deciding import step_for_group, step_for_query
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders


def plan(library: Library, orders: Orders, picture: Picture) -> Plan:
    """Plan for a picture by the role of its folder. Own outputs and pictures of no folder call for nothing."""
    return Plan(picture.path, tuple(_once_each(steps(library, orders, picture))))


def steps(library: Library, orders: Orders, picture: Picture) -> Iterator[Step]:
    """The steps of the plan one by one: each is planned when it is asked for, after the one before was done."""
    folder = orders.folder_of(picture.path)
    if folder is None or library.journal.is_ours(picture.path, picture.stamp):
        return
    asked = _for_query if folder.role is Role.QUERY else _for_original
    yield from asked(library, orders, picture)


def scope_of(entry: CollectSettings, orders: Orders) -> Scope:
    """Where an entry finds its originals: never among query pictures, ignored folders or what it collected."""
    return Scope(entry.sources, (entry.into, *orders.paths(Role.QUERY), *orders.paths(Role.IGNORE)))


def _for_query(library: Library, orders: Orders, query: Picture) -> Iterator[Step]:
    for entry in orders.entries:
        if entry.purpose is Purpose.QUERIES:
            step = step_for_query(library, entry, query, scope_of(entry, orders))
            if step is not None:
                yield step


def _for_original(library: Library, orders: Orders, picture: Picture) -> Iterator[Step]:
    """What a library picture changes: for the queries that it may answer, and for its group of copies."""
    asking: list[Picture] | None = None
    for entry in orders.entries:
        scope = scope_of(entry, orders)
        if not scope.holds(picture.path):
            continue
        if entry.purpose is Purpose.QUERIES:
            if asking is None:
                asking = _asking(library, orders, picture)
            found = (step_for_query(library, entry, query, scope) for query in asking)
            yield from (step for step in found if step is not None)
        else:
            step = step_for_group(library, entry, picture, scope)
            if step is not None:
                yield step


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


def _asking(library: Library, orders: Orders, picture: Picture) -> list[Picture]:
    """The query pictures that a library picture may answer."""
    queries = orders.paths(Role.QUERY)
    return [match.picture for match in library.copies(picture.content, Scope(queries))] if queries else []
