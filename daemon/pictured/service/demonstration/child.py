"""The daemon as a child process, followed by its log, with a deadline for every line."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import PicturedError
from pictured.service.demonstration.telling import LogLine

_LONGEST_LINE = 2**20
_LAST_LINES = 8
_GRACE = 10.0


class Child:
    """A running daemon. `patience` is how many seconds may pass without a line where one is waited for."""

    def __init__(self, process: Process, patience: float) -> None:
        self._process = process
        self._patience = patience
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    async def until(self, wanted: Callable[[LogLine], bool]) -> list[LogLine]:
        """Read the log up to the line that is wanted, and give all that was read.

        Raises:
            PicturedError: the daemon ended, or said nothing for too long; with its last lines.
        """
        read: list[LogLine] = []
        while True:
            try:
                async with asyncio.timeout(self._patience):
                    text = await self._line()
            except TimeoutError:
                raise self._error(f"The daemon did nothing for {self._patience:g} s") from None
            if not text:
                code = await self._process.wait()
                raise self._error(f"The daemon ended too early, with exit code {code}")
            self._last.append(text.rstrip("\n"))
            # Whatever else a Python process may write there, such as a traceback, is no line of the log.
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and "event" in line:
                    read.append(line)
                    if wanted(line):
                        return read

    async def stop(self) -> None:
        """Ask the daemon to end, and wait until it and its workers have.

        Raises:
            PicturedError: it did not, or not well.
        """
        self._process.terminate()
        try:
            async with asyncio.timeout(_GRACE):
                # Its workers hold the other end of the pipe too.
                while text := await self._line():
                    self._last.append(text.rstrip("\n"))
                code = await self._process.wait()
        except TimeoutError:
            raise self._error(f"The daemon did not end within {_GRACE:g} s of SIGTERM") from None
        if code != 0:
            raise self._error(f"The daemon ended with exit code {code}")

    async def _line(self) -> str:
        assert self._process.stderr is not None  # noqa: S101  it was asked for
        try:
            return (await self._process.stderr.readline()).decode(errors="replace")
        except ValueError:
            return "(a line longer than 1 MiB)\n"

    def _error(self, what: str) -> PicturedError:
        lines = [f"  {shown(line)}" for line in self._last] or ["  (none)"]
        return PicturedError("\n".join([f"{what}; the last lines of its log:", *lines]))


@asynccontextmanager
async def running(config: Path, state: Path, patience: float) -> AsyncGenerator[Child]:
    """Start `pictured run` with this interpreter, and leave nothing of it behind."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "pictured", "run", "--config", config),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        limit=_LONGEST_LINE,
        env={**os.environ, "PICTURED_STATE_DIR": str(state)},
        # Ctrl-C and a closed terminal are for this process, which then ends the child.
        start_new_session=True,
    )
    try:
        yield Child(process, patience)
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(number)
        # A daemon that finds nobody to read its log could not end; and its workers have ended when the log has.
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await process.communicate()
            return
