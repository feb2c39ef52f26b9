"""Has one machine at a time handle a file that several of them see."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pictured.disk.naming import Naming
from pictured.service.library import Library
from pictured.store.engines import Shared, claims_of

_BEAT_SECONDS = 4.0


class Claims(Protocol):
    """Claims that other machines see; see `pictured.store.postgres.claiming`."""

    def take(self, key: bytes) -> bool:
        """Claim what is called so, if no other machine has it."""

    def give(self, key: bytes) -> None:
        """Let another machine have a claim."""

    def beat(self) -> None:
        """Say that somebody is there."""

    def close(self) -> None:
        """Give everything."""


class Claiming:
    """The claims of one machine. Only what lies on a share is claimed: nobody else sees the rest.

    Args:
        claims: in the shared index.
        naming: says what lies on a share.
    """

    def __init__(self, claims: Claims, naming: Naming) -> None:
        self._claims = claims
        self._naming = naming
        self._held = 0
        self._beating: asyncio.Task[None] | None = None

    @contextmanager
    def of(self, path: Path) -> Iterator[bool]:
        """Claim a file meanwhile; gives whether no other machine has it. Raises StoreError."""
        key = self._naming.key(path)
        if key == Naming(self._naming.machine).key(path):
            yield True
            return
        if not self._claims.take(key):
            yield False
            return
        self._held += 1
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._beat())
        try:
            yield True
        finally:
            self._held -= 1
            self._claims.give(key)

    def close(self) -> None:
        """Give everything."""
        if self._beating is not None:
            self._beating.cancel()
        self._claims.close()

    async def _beat(self) -> None:
        while self._held:
            await asyncio.sleep(_BEAT_SECONDS)
            self._claims.beat()
        self._claims.close()


@contextmanager
def claiming(library: Library, state: Path, shared: Shared | None) -> Iterator[None]:
    """Have a library claim what it handles meanwhile, where it shares its index with other machines."""
    if shared is None:
        yield
        return
    every = Claiming(claims_of(state, shared), shared.naming)
    library.claimed = every.of
    try:
        yield
    finally:
        every.close()
