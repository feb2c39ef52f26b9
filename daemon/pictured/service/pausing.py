"""When files are taken: not while somebody asked for a rest, and not in quiet hours."""

import asyncio

from pictured.events import Event
from pictured.service.logs import Log


class Pausing:
    """What readers wait for before they take a file. `quiet` tells that it rests for quiet hours."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._asked = False
        self._within = False
        self._going = asyncio.Event()
        self._going.set()
        self.quiet = False

    @property
    def resting(self) -> bool:
        """Whether no file is taken now."""
        return not self._going.is_set()

    async def over(self) -> None:
        """Wait until files may be taken."""
        await self._going.wait()

    def pause(self) -> None:
        """Rest until `resume`."""
        self._asked = True
        self._balance(None)

    def resume(self) -> None:
        """Go on, also in quiet hours, until the next ones begin."""
        self._asked = self.quiet = False
        self._balance(None)

    def look(self, *, within: bool) -> None:
        """Rest when quiet hours begin, and go on when they end; `within` says whether it is such an hour now."""
        if within is not self._within:
            self._within = self.quiet = within
            self._balance("quiet hours")

    def _balance(self, reason: str | None) -> None:
        resting = self._asked or self.quiet
        if resting and self._going.is_set():
            self._going.clear()
            self._log.info(Event.DAEMON_PAUSED, **({"reason": reason} if reason else {}))
        elif not resting and not self._going.is_set():
            self._going.set()
            self._log.info(Event.DAEMON_RESUMED)
