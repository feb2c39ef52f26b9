"""Waits out a shared index that does not answer: the process stays, and says why it waits to whoever asks."""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.errors import Unreachable
from pictured.events import Event
from pictured.service.control import listen
from pictured.service.lanes import begun
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


class Wait:
    """The wait for a shared index: whoever asks is answered, and a signal ends it.

    Args:
        reach: tries the index, in a thread of its own; raises Unreachable while there is no use in going on.
        ending: set when a signal ended the daemon, be it here or before.
    """

    def __init__(
        self, reach: Callable[[], None], ending: asyncio.Event, state: Path, log: Log, supervisor: Supervisor
    ) -> None:
        self._reach = reach
        self._ending = ending
        self._state = state
        self._log = log
        self._supervisor = supervisor
        self._waits = Waits()

    async def over(self, lost: Unreachable) -> bool:
        """Wait until the index answers again; gives False where a signal ended the waiting."""
        self._heed_signals()
        told = [lost]

        async def answer(_: Mapping[str, Any]) -> AsyncGenerator[Line]:
            raise told[-1]
            yield {}

        async with await listen(self._state, answer):
            while not self._ending.is_set():
                seconds = self._waits.following(time.monotonic())
                self._log.warning(Event.INDEX_UNREACHABLE, error=str(told[-1]), retry_in=seconds)
                # The supervisor is kept calm.
                self._supervisor.started()
                self._supervisor.well()
                self._supervisor.status(str(told[-1]))
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._ending.wait()
                again = await self._tried()
                if again is None:
                    break
                told = [again]
        return not self._ending.is_set()

    async def _tried(self) -> Unreachable | None:
        """Try the index, unless the waiting ends first."""
        if self._ending.is_set():
            return None
        # Nobody has to wait for a thread that looks for a server in vain.
        trying, ending = begun(self._reach), asyncio.create_task(self._ending.wait())
        either: set[asyncio.Future[Any]] = {trying, ending}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not trying.done():
            trying.add_done_callback(lambda call: call.exception())
            return None
        try:
            trying.result()
        except Unreachable as error:
            return error
        return None

    def _heed_signals(self) -> None:
        def stop(name: str) -> None:
            if not self._ending.is_set():
                self._log.info(Event.DAEMON_STOPPED, signal=name, seconds=0.0, pending=0)
                self._supervisor.stopping()
                self._ending.set()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number.name)
