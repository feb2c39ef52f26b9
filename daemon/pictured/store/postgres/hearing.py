"""Waits until another machine changes the shared index."""

from collections.abc import AsyncGenerator

import psycopg

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.postgres.connection import parameters, without_password

_LOOK_SECONDS = 10.0


async def heard(url: str, naming: Naming) -> AsyncGenerator[None]:
    """Give word once listening, then whenever a machine has changed something, and at least every 10 s.

    Raises:
        Unreachable: if the server does not answer, or does not any more.
    """
    shown = without_password(url)
    try:
        async with await psycopg.AsyncConnection.connect(url, **parameters(naming, writer=False)) as server:
            await server.execute("LISTEN pictured")
            while True:
                yield
                async for _ in server.notifies(timeout=_LOOK_SECONDS, stop_after=1):
                    pass
                # A connection that nobody answers on any more shows only when something is said.
                await server.execute("SELECT 1")
    except psycopg.Error as error:
        raise Unreachable(f"The database {shown} does not answer any more; see that it runs.") from error
