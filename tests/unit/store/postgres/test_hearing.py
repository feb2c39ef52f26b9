import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path

import pytest
from tests.conftest import Server
from tests.relay import Relay

from pictured.disk.naming import Naming
from pictured.errors import Unreachable
from pictured.flow import Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.postgres import hearing
from pictured.store.postgres.connection import Connection
from pictured.store.postgres.hearing import heard
from pictured.store.postgres.opening import open_shared

SOON = 3.0
"""Less than the time after which word is given in any case."""


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def anna(address: str) -> Iterator[Connection]:
    with closing(open_shared(address, Naming("anna"), Path("/nowhere"), writer=True)) as db:
        yield db


def test_word_is_given_of_every_change(
    anna: Connection, address: str, fingerprint: Callable[[str], Fingerprint]
) -> None:
    async def listen() -> None:
        async with aclosing(heard(address, Naming("bert"))) as words:
            await anext(words)
            for name in ("a", "b"):
                Catalogue(anna).record(Path(f"/{name}.jpg"), Stamp(1, 2, 3), fingerprint(name))
                async with asyncio.timeout(SOON):
                    await anext(words)

    asyncio.run(listen())


def test_a_server_that_closes_the_connection_is_unreachable(anna: Connection, address: str) -> None:
    async def listen() -> None:
        async with aclosing(heard(address, Naming("bert"))) as words:
            await anext(words)
            anna.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pictured on bert'"
            )
            async with asyncio.timeout(SOON):
                await anext(words)

    with pytest.raises(Unreachable, match="does not answer any more"):
        asyncio.run(listen())


def test_a_server_that_is_not_there_is_unreachable() -> None:
    async def listen() -> None:
        async with aclosing(heard("postgresql://me:s3cret@127.0.0.1:1/nowhere", Naming("bert"))) as words:
            await anext(words)

    with pytest.raises(Unreachable, match="nowhere on 127") as failed:
        asyncio.run(listen())
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_server_that_says_nothing_any_more_is_unreachable_and_holds_nobody_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, *, cancelled: bool
) -> None:
    monkeypatch.setattr(hearing, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(hearing, "_SILENT_SECONDS", 60.0 if cancelled else 0.3)

    async def listen(relay: Relay) -> None:
        async with aclosing(heard(f"{relay.address}/postgres", Naming("bert"))) as words:
            await anext(words)
            with relay.cut():
                async with asyncio.timeout(1.0 if cancelled else 20.0):
                    await anext(words)
                    await anext(words)

    with closing(Relay(server.folder / ".s.PGSQL.5432")) as relay:
        began = time.monotonic()
        with pytest.raises(TimeoutError if cancelled else Unreachable):
            asyncio.run(listen(relay))
        assert time.monotonic() - began < SOON
