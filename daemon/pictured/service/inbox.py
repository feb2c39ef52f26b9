"""The bounded door between the threads that watch and the loop that decides."""

import asyncio
from collections import deque
from collections.abc import Callable

from pictured.flow import FileSeen


class Inbox:
    """Takes what watching threads report; the loop takes it out in batches.

    Beyond its room, it remembers only that something was lost: then a scan has to make up for it.
    """

    def __init__(self, room: int, loop: asyncio.AbstractEventLoop) -> None:
        self._room = room
        self._loop = loop
        self._seen: deque[FileSeen] = deque()
        self._lost: deque[str] = deque(maxlen=1)
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._seen)

    def report(self, seen: FileSeen) -> None:
        """Take a path; called by any thread, never waits."""
        if len(self._seen) >= self._room:
            self.lose(f"more than {self._room} changes wait to be looked at")
            return
        self._seen.append(seen)
        self._wake()

    def lose(self, reason: str) -> None:
        """Note that changes went unnoticed; called by any thread, never waits."""
        self._lost.append(reason)
        self._wake()

    async def arrived(self) -> None:
        """Wait until there is something to take."""
        await self._arrived.wait()

    def take(self) -> tuple[list[FileSeen], str | None]:
        """Empty the inbox: what was seen, and the reason if anything was lost."""
        self._arrived.clear()
        seen = [self._seen.popleft() for _ in range(len(self._seen))]
        return seen, self._lost.pop() if self._lost else None

    def _wake(self) -> None:
        wake: Callable[[], None] = self._arrived.set
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(wake)
