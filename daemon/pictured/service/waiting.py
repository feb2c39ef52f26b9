"""Waits out a shared index that does not answer: the process stays, and says why it waits to whoever asks."""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.errors import Unreachable
from pictured.events import Event
from pictured.service.control import listen
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.reports import Line

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 15.0
_STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Waits:
    """How long was waited, and until when (seconds of the steady clock)."""

    seconds: float = 0.0
    ended: float = float("-inf")

    def following(self, now: float) -> float:
        """Give how long to wait now: twice as long as before, unless all went well for a minute since."""
        steady = now - self.ended > _STEADY_SECONDS
        self.seconds = _FIRST_SECONDS if steady else min(_LONGEST_SECONDS, 2 * self.seconds)
        self.ended = now + self.seconds
        return self.seconds


async def waited(lost: Unreachable, waits: Waits, state: Path, log: Log, supervisor: Supervisor) -> bool:
    """Wait some time before the next try; gives False where a signal ended the waiting. The supervisor is kept calm."""
    seconds = waits.following(time.monotonic())
    log.warning(Event.INDEX_UNREACHABLE, error=str(lost), retry_in=seconds)
    supervisor.started()
    supervisor.well()
    supervisor.status(str(lost))

    async def answer(_: Mapping[str, Any]) -> AsyncGenerator[Line]:
        raise lost
        yield {}

    stopping = asyncio.Event()

    def stop(name: str) -> None:
        log.info(Event.DAEMON_STOPPED, signal=name, seconds=0.0, pending=0)
        supervisor.stopping()
        stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
    async with await listen(state, answer):
        try:
            async with asyncio.timeout(seconds):
                await stopping.wait()
        except TimeoutError:
            return True
    return False
