"""The socket between commands and the running daemon: one JSON request a connection, answered line by line.

An answer ends with `{"event": "end"}` or `{"event": "error", "exit": N, "message": …}`. The socket is for its owner
only (mode 0600, in a folder of mode 0700).
"""

import asyncio
import hashlib
import json
import os
import socket
import struct
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from pictured.errors import ExitCode, PicturedError, UsageError
from pictured.service.reports import Line, json_line

_LONGEST = 100
_LINE = 2**24
_CREDENTIALS = struct.Struct("=iII")

Answering = Callable[[Mapping[str, Any]], AsyncGenerator[Line]]


def socket_path(state: Path) -> Path:
    """Where the daemon of a state folder listens.

    The address of a Unix socket has room for about 104 bytes; a state folder with a longer path gets a socket in a
    folder of its own under the system's temporary folder.
    """
    path = state / "control.sock"
    if len(os.fsencode(path)) <= _LONGEST:
        return path
    name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"pictured-{os.getuid()}" / f"{name}.sock"


async def listen(state: Path, answering: Answering) -> asyncio.Server:
    """Serve requests. The caller holds the state folder's lock, so a socket that lies there is a dead daemon's."""
    path = socket_path(state)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise PicturedError(f"{path.parent} belongs to somebody else; the control socket cannot be made there.")
    path.unlink(missing_ok=True)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not _may_ask(writer.get_extra_info("socket")):
            writer.transport.abort()
            return
        with suppress(ConnectionError):
            await _serve(reader, writer, answering)

    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(serve, path, limit=_LINE)
    finally:
        os.umask(before)


def _may_ask(peer: socket.socket) -> bool:
    """Whether our own account or the administrator asks; the mode of the socket says so, too, but not everywhere."""
    if sys.platform != "linux":
        return True
    told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, account, _ = _CREDENTIALS.unpack(told)
    return account in (0, os.getuid())


async def ask(state: Path, request: Mapping[str, Any]) -> AsyncGenerator[Line]:
    """Send a request to the daemon of a state folder and give its answer line by line.

    Raises:
        ConnectionError: no daemon listens, or it ended in the middle of the answer.
        PicturedError: the daemon refused, with the exit code that the command should end with.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(socket_path(state), limit=_LINE)
    except OSError as error:
        raise ConnectionRefusedError(str(error)) from error
    try:
        writer.write(json_line(request).encode() + b"\n")
        await writer.drain()
        while line := await reader.readline():
            answer = json.loads(line)
            match answer.get("event"):
                case "end":
                    return
                case "error":
                    raise _error(answer)
                case _:
                    yield answer
        raise ConnectionResetError("the daemon ended before its answer did; ask again")
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Answering) -> None:
    try:
        try:
            request = _request(await reader.readline())
            async with aclosing(answering(request)) as lines:
                async for line in lines:
                    writer.write(json_line(line).encode() + b"\n")
                    await writer.drain()
            last: Line = {"event": "end"}
        except PicturedError as error:
            last = {"event": "error", "exit": int(error.exit_code), "message": str(error)}
        writer.write(json_line(last).encode() + b"\n")
        await writer.drain()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _request(line: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise UsageError("the request is no JSON object")
    return request


def _error(answer: Mapping[str, Any]) -> PicturedError:
    error = PicturedError(str(answer.get("message")))
    error.exit_code = ExitCode(answer.get("exit", ExitCode.INTERNAL))
    return error
