"""Tells the supervisor that the daemon has started, what it does, and that it is well: after a look at that."""

import asyncio
from typing import Protocol

from pictured.events import Event
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.ticking import tick

_SECONDS = 30.0


class Attested(Protocol):
    """What can be asked of the daemon; its `begun` is set once it watches."""

    begun: asyncio.Event

    def ailment(self) -> str | None:
        """Say what only a new start can mend."""

    def summary(self) -> str:
        """Say in one line what it does."""


async def attest(daemon: Attested, supervisor: Supervisor, log: Log) -> None:
    """Give word of the daemon until cancelled. One that is ill is told of once, and ended by its supervisor."""
    await daemon.begun.wait()
    supervisor.started()
    told = None
    while True:
        ailment = daemon.ailment()
        if ailment is None:
            supervisor.well()
        elif ailment != told:
            log.error(Event.DAEMON_ILL, error=ailment)
        told = ailment
        if supervisor.waiting:
            supervisor.status(ailment or daemon.summary())
        # Three words within its patience, so that a late one is not the last.
        await tick(_SECONDS if supervisor.patience is None else min(_SECONDS, supervisor.patience / 3))
