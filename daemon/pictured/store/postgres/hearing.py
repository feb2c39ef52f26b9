"""Waits until another machine changes the shared index."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import psycopg

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.store.postgres.connection import parameters, without_password

_LOOK_SECONDS = 5.0
_SILENT_SECONDS = 8.0


async def heard(url: str, naming: Naming) -> AsyncGenerator[None]:
    """Give word once listening, then whenever a machine has changed something, and at least every 5 s.

    Raises:
        Unreachable: if the server does not answer, or has not for 8 s.
    """
    shown = without_password(url)
    try:
        server = await psycopg.AsyncConnection.connect(url, **parameters(naming, writer=False))
        try:
            await _said(server, "LISTEN pictured")
            while True:
                yield
                async for _ in server.notifies(timeout=_LOOK_SECONDS, stop_after=1):
                    pass
                # A connection that nobody answers on any more shows only when something is said.
                await _said(server, "SELECT 1")
        finally:
            await server.close()
    except psycopg.Error as error:
        raise Unreachable(f"The database {shown} does not answer any more; see that it runs.") from error


async def _said(server: psycopg.AsyncConnection[Any], sql: str) -> None:
    asking = asyncio.create_task(server.execute(sql.encode()))
    try:
        await asyncio.wait({asking}, timeout=_SILENT_SECONDS)
    finally:
        # Cancelled, psycopg would ask the server first to leave off, and wait for that in vain, too.
        if not asking.done():
            _hang_up(server.fileno())
            await asyncio.wait({asking})
            asking.exception()
    await asking


def _hang_up(connection: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(connection)) as way:
        way.shutdown(socket.SHUT_RDWR)
