import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server
from tests.relay import Relay

from pictured.disk.naming import Naming
from pictured.service.library import Library
from pictured.service.turns import Turns, taking_turns
from pictured.store.engines import Shared, locks_of, open_index
from pictured.store.postgres import holding, silence

MOUNTS = (("photos", Path("/mnt/photos")),)
BEST = Path("/mnt/photos/best")
DEADLINE = 30


@pytest.fixture
def address(new_database: Callable[[], str], tmp_path: Path) -> str:
    address = new_database()
    open_index(tmp_path, Shared(address, Naming("setup")), writer=True).close()
    return address


@pytest.fixture
def turns(address: str, tmp_path: Path) -> Iterator[Callable[..., Turns]]:
    with ExitStack() as opened:

        def make(name: str, catch_up: Callable[[], None] = lambda: None) -> Turns:
            naming = Naming(name, MOUNTS)
            made = Turns(locks_of(tmp_path, Shared(address, naming)), naming, catch_up)
            return opened.enter_context(closing(made))

        yield make


def test_the_turn_of_one_machine_begins_when_that_of_another_is_over(turns: Callable[..., Turns]) -> None:
    told: list[str] = []

    async def collect(machine: Turns, name: str, begun: asyncio.Event, over: asyncio.Event) -> None:
        async with machine.at(BEST):
            told.append(f"{name} begins")
            begun.set()
            await over.wait()
            told.append(f"{name} ends")

    async def both() -> None:
        begun, over = asyncio.Event(), asyncio.Event()
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            group.create_task(collect(turns("anna"), "anna", begun, over))
            await begun.wait()
            bert = turns("bert", lambda: told.append("bert catches up"))
            waiting = group.create_task(collect(bert, "bert", begun, over))
            await asyncio.wait({waiting}, timeout=0.3)
            assert told == ["anna begins"]
            over.set()

    asyncio.run(both())
    assert told == ["anna begins", "anna ends", "bert catches up", "bert begins", "bert ends"]


def test_where_no_other_machine_comes_nobody_waits(turns: Callable[..., Turns]) -> None:
    async def alone() -> None:
        anna, bert = turns("anna"), turns("bert")
        async with anna.at(Path("/home/best")), bert.at(Path("/home/best")):
            assert anna.kept(Path("/home/best"))()

    asyncio.run(alone())


def test_a_turn_that_was_taken_away_is_known_to_be_lost(turns: Callable[..., Turns], address: str) -> None:
    async def lose() -> None:
        anna = turns("anna")
        async with anna.at(BEST):
            kept = anna.kept(BEST / "of rules")
            assert kept()
            with psycopg.connect(address, autocommit=True) as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pictured on anna'"
                )
            assert not kept()
        async with anna.at(BEST):
            assert anna.kept(BEST)()
            # Who had it before has lost it for good.
            assert not kept()

    asyncio.run(lose())


def test_the_turn_of_a_machine_that_is_cut_off_goes_to_another_and_never_comes_back(
    address: str, turns: Callable[..., Turns], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_SILENT_SECONDS", 1)
    monkeypatch.setattr(silence, "_PATIENCE_SECONDS", 0.3)

    async def cut_off(relay: Relay, anna: Turns, bert: Turns) -> None:
        async with asyncio.timeout(DEADLINE), anna.at(BEST):
            kept = anna.kept(BEST)
            assert await asyncio.to_thread(kept)
            with relay.cut():
                async with bert.at(BEST):
                    assert not await asyncio.to_thread(kept)
            assert not await asyncio.to_thread(kept)

    name = address.partition("@/")[2].partition("?")[0]
    naming = Naming("anna", MOUNTS)
    with (
        closing(Relay(server.folder / ".s.PGSQL.5432")) as relay,
        closing(Turns(locks_of(tmp_path, Shared(f"{relay.address}/{name}", naming)), naming, lambda: None)) as anna,
    ):
        asyncio.run(cut_off(relay, anna, turns("bert")))


def test_a_library_takes_turns_only_where_it_is_shared(address: str, tmp_path: Path) -> None:
    shared = Shared(address, Naming("anna", MOUNTS))
    with closing(open_index(tmp_path, shared, writer=True)) as db:
        library = Library(db)
        with taking_turns(library, tmp_path, None):
            assert not isinstance(getattr(library.lanes.turn, "__self__", None), Turns)
        with taking_turns(library, tmp_path, shared):
            assert isinstance(getattr(library.lanes.turn, "__self__", None), Turns)
