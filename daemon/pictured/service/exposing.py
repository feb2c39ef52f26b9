"""Serves what monitoring reads over HTTP, to this machine only and only where somebody asked for it.

One kind of request is understood, `GET /metrics`, and its `Host` has to name this machine: a web page whose name was
made to point here gets nothing. The socket may come from systemd (sd_listen_fds(3)): the daemon needs no network then.
"""

import asyncio
import http.client
import os
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from typing import Any

from pictured.config.addresses import Address
from pictured.config.logs import Logging
from pictured.events import Event
from pictured.service.metrics import Counted, exporting, exposition
from pictured.service.ticking import tick

_AT_ONCE = 8
_SECONDS = 5.0
_LONGEST = 8192
_FIRST_PASSED = 3
_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Answer = Callable[[], str]


def monitoring(
    settings: Callable[[], Logging], status: Callable[[], Mapping[str, Any]], log: Counted
) -> list[Coroutine[Any, Any, None]]:
    """Give what keeps monitoring informed until it is cancelled: by a file and over HTTP, as the settings want it."""
    passed = passed_socket(os.environ, os.getpid())

    def answer() -> str:
        return exposition(status(), log.events, time.time())

    return [
        exporting(lambda: settings().metrics, status, log),
        exposing(lambda: settings().metrics_listen, answer, log, passed),
    ]


async def exposing(
    wanted: Callable[[], Address | None],
    answer: Answer,
    log: Counted,
    passed: socket.socket | None = None,
    every: float = 30.0,
) -> None:
    """Serve at the wanted address, and at a socket that was passed, until cancelled. What goes wrong is told once."""
    server, bound, told = None, None, None
    handed = None if passed is None else await _listening(answer, sock=passed)
    try:
        while True:
            address = wanted()
            if server is not None and address != bound:
                server.close()
                server = None
            # What systemd has opened already cannot be opened once more.
            if address is not None and server is None and passed is None:
                try:
                    server, bound = await _listening(answer, host=address.host, port=address.port), address
                    told = None
                except OSError as error:
                    if told != address:
                        log.warning(Event.METRICS_FAILED, path=str(address), error=_fault(address, error))
                    told = address
            await tick(every)
    finally:
        for each in (server, handed):
            if each is not None:
                each.close()


def passed_socket(environ: Mapping[str, str], pid: int) -> socket.socket | None:
    """Take the socket that systemd has opened for us; None where there is none, or it is no loopback address."""
    if environ.get("LISTEN_PID") != str(pid) or not environ.get("LISTEN_FDS", "").isdecimal():
        return None
    if int(environ["LISTEN_FDS"]) < 1:
        return None
    door = socket.socket(fileno=_FIRST_PASSED)
    door.set_inheritable(False)
    door.setblocking(False)
    host = door.getsockname()[0] if door.family in (socket.AF_INET, socket.AF_INET6) else ""
    if host == "::1" or str(host).startswith("127."):
        return door
    door.close()
    return None


async def _listening(answer: Answer, **where: Any) -> asyncio.Server:  # noqa: ANN401  as of start_server
    turns = asyncio.Semaphore(_AT_ONCE)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            if turns.locked():
                writer.transport.abort()
                return
            async with turns, asyncio.timeout(_SECONDS):
                writer.write(response(await reader.readuntil(b"\r\n\r\n"), answer))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
                return
        writer.transport.abort()

    return await asyncio.start_server(serve, limit=_LONGEST, backlog=_AT_ONCE, **where)


def response(request: bytes, answer: Answer) -> bytes:
    """Give what is sent back for the head of a request."""
    line, _, rest = request.partition(b"\r\n")
    method, _, target = line.decode("latin-1").partition(" ")
    path, _, version = target.partition(" ")
    try:
        hosts = http.client.parse_headers(BytesIO(rest)).get_all("Host", [])
    except http.client.HTTPException:
        hosts = []
    if not version.startswith("HTTP/1.") or len(hosts) != 1 or not _is_here(hosts[0]):
        return _made(HTTPStatus.BAD_REQUEST)
    if path != "/metrics":
        return _made(HTTPStatus.NOT_FOUND)
    if method != "GET":
        return _made(HTTPStatus.METHOD_NOT_ALLOWED, allow="GET")
    return _made(HTTPStatus.OK, answer())


def _is_here(host: str) -> bool:
    name, colon, port = host.rpartition(":")
    known = ("localhost", "127.0.0.1", "[::1]")
    return host in known or (colon == ":" and port.isdecimal() and name in known)


def _made(status: HTTPStatus, text: str | None = None, **headers: str) -> bytes:
    body = (status.phrase + "\n" if text is None else text).encode("utf-8", "replace")
    kind = "text/plain; charset=utf-8" if text is None else _TYPE
    told = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    told |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    told |= {name.capitalize(): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _fault(address: Address, error: OSError) -> str:
    return (
        f"{address} cannot be listened on ({error.strerror or error}); correct `logging.metrics_listen`, or under the "
        "hardened unit enable pictured-metrics.socket"
    )
