"""Heeds what other machines do in a shared index: what they read may be what a query picture here asks for."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any

from pictured.config.model import Config
from pictured.flow import Role
from pictured.service.library import Library
from pictured.service.orders import Orders
from pictured.service.pipeline import Retry
from pictured.service.settings import shared_of
from pictured.store.engines import Shared

_AT_A_TIME = 100


def hearing(
    config: Config, library: Library, orders: Callable[[], Orders], retry: Callable[[Retry], None]
) -> list[Coroutine[Any, Any, None]]:
    """Give what has to run for the index to be shared: nothing, where it is not."""
    shared = shared_of(config)
    return [] if shared is None else [_hear(shared, library, orders, retry)]


async def _hear(shared: Shared, library: Library, orders: Callable[[], Orders], retry: Callable[[Retry], None]) -> None:
    from pictured.store.postgres.hearing import heard  # noqa: PLC0415  an extra

    await library.searchable.prepared()
    async with aclosing(heard(shared.url, shared.naming)) as words:
        async for _ in words:
            library.catch_up()
            seen = library.changes.seen
            while library.fresh:
                numbers = [library.fresh.pop() for _ in range(min(_AT_A_TIME, len(library.fresh)))]
                for number in numbers:
                    _ask_again(number, library, orders(), retry)
                await asyncio.sleep(0)
            library.changes.heeded(seen)


def _ask_again(number: int, library: Library, orders: Orders, retry: Callable[[Retry], None]) -> None:
    """Send the query pictures that may be asking for a content down the line again."""
    queries = orders.paths(Role.QUERY)
    if not queries:
        return
    with suppress(LookupError):
        for query in library.asking(library.recalled(library.catalogue.content(number)), queries):
            # Written down, so that a crash does not forget it.
            library.catalogue.reopen(query.path)
            retry(Retry(query.path, 0.0))
