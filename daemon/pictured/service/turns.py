"""Takes turns with other machines at the destinations that they reach too: one collects at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pictured.disk.naming import Naming
from pictured.errors import StoreError
from pictured.service.library import Library
from pictured.store.engines import Shared, locks_of

_AGAIN_SECONDS = 0.15
_BEAT_SECONDS = 4.0


class Locks(Protocol):
    """Locks that other machines see; see `pictured.store.postgres.holding`."""

    def take(self, key: bytes) -> int | None:
        """Take a lock and give the number of the session, if nobody else has it."""

    def wanted(self, key: bytes) -> bool:
        """Whether another machine waits for a lock."""

    def give(self, key: bytes, session: int) -> None:
        """Let another machine have a lock."""

    def holding(self, session: int) -> bool:
        """Say that somebody is there, and ask whether what a session took is still held."""

    def close(self) -> None:
        """Let go of everything."""


class Turns:
    """The turns of one machine.

    Args:
        locks: of the shared index.
        naming: says what lies on a share.
        catch_up: called whenever a turn begins, to learn what other machines did before.
    """

    def __init__(self, locks: Locks, naming: Naming, catch_up: Callable[[], None]) -> None:
        self._locks = locks
        self._naming = naming
        self._catch_up = catch_up
        self._sessions: dict[Path, int] = {}

    def shared(self, folder: Path) -> bool:
        """Whether other machines may reach a folder."""
        return self._naming.key(folder) != Naming(self._naming.machine).key(folder)

    @asynccontextmanager
    async def at(self, folder: Path) -> AsyncGenerator[None]:
        """Wait for the turn at a destination and keep it meanwhile. Raises StoreError."""
        if not self.shared(folder):
            yield
            return
        key = self._naming.key(folder)
        if self._locks.wanted(key):
            await asyncio.sleep(3 * _AGAIN_SECONDS)
        while (session := self._locks.take(key)) is None:  # noqa: ASYNC110  no other machine can set an event here
            await asyncio.sleep(_AGAIN_SECONDS)
        self._sessions[folder] = session
        beating = asyncio.create_task(self._beat(session))
        try:
            self._catch_up()
            yield
        finally:
            beating.cancel()
            del self._sessions[folder]
            # A session that is lost has given everything back already.
            with suppress(StoreError):
                self._locks.give(key, session)

    def kept(self, folder: Path) -> Callable[[], bool]:
        """Give what tells, in any thread, whether the turn that is had now, at a folder or above it, is kept.

        It is taken away where this machine stands still or is cut off.
        """
        sessions = [session for at, session in self._sessions.items() if folder.is_relative_to(at)]
        return lambda: all(map(self._locks.holding, sessions))

    def close(self) -> None:
        """Let go of everything."""
        self._locks.close()

    async def _beat(self, session: int) -> None:
        while self._locks.holding(session):  # noqa: ASYNC110
            await asyncio.sleep(_BEAT_SECONDS)


@contextmanager
def taking_turns(library: Library, state: Path, shared: Shared | None) -> Iterator[None]:
    """Have a library take turns with other machines meanwhile, where it shares its index with any."""
    if shared is None:
        yield
        return
    turns = Turns(locks_of(state, shared), shared.naming, library.catch_up)
    library.lanes.turn, library.lanes.turn_kept = turns.at, turns.kept
    try:
        yield
    finally:
        turns.close()
