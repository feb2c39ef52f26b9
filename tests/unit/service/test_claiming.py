import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pictured.disk.naming import Naming
from pictured.service import claiming
from pictured.service.claiming import Claiming
from pictured.service.library import Library
from pictured.store.engines import Shared, claims_of, open_index
from pictured.store.postgres import claiming as claims

MOUNTS = (("photos", Path("/mnt/photos")),)
FILE, OWN = Path("/mnt/photos/a.jpg"), Path("/home/a.jpg")


@pytest.fixture
def address(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Iterator[Callable[[str], Claiming]]:
    with ExitStack() as opened:

        def make(name: str) -> Claiming:
            naming = Naming(name, MOUNTS)
            made = Claiming(claims_of(tmp_path, Shared(address, naming)), naming)
            return opened.enter_context(closing(made))

        yield make


def test_what_one_machine_is_at_no_other_one_begins(machine: Callable[[str], Claiming]) -> None:
    async def both() -> None:
        anna, bert = machine("anna"), machine("bert")
        with anna.of(FILE) as ours:
            with bert.of(FILE) as theirs, bert.of(FILE.with_name("b.jpg")) as other:
                assert (ours, theirs, other) == (True, False, True)
            with bert.of(FILE) as theirs:
                assert not theirs
        with bert.of(FILE) as theirs:
            assert theirs

    asyncio.run(both())


def test_what_no_other_machine_sees_is_not_claimed(machine: Callable[[str], Claiming]) -> None:
    with machine("anna").of(OWN) as ours, machine("bert").of(OWN) as theirs:
        assert (ours, theirs) == (True, True)


def test_a_claim_is_kept_however_long_it_takes(
    machine: Callable[[str], Claiming], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_SILENT_SECONDS", 1)
    monkeypatch.setattr(claiming, "_BEAT_SECONDS", 0.1)

    async def long() -> None:
        anna, bert = machine("anna"), machine("bert")
        with anna.of(FILE):
            await asyncio.sleep(1.5)
            with bert.of(FILE) as theirs:
                assert not theirs
        await asyncio.sleep(0.3)
        with anna.of(FILE) as ours, bert.of(FILE) as theirs:
            assert (ours, theirs) == (True, False)

    asyncio.run(long())


def test_a_library_claims_where_its_index_is_shared(address: str, tmp_path: Path) -> None:
    async def claim() -> None:
        shared = Shared(address, Naming("anna", MOUNTS))
        with closing(open_index(tmp_path / "anna", shared, writer=True)) as db:
            library = Library(db)
            with claiming.claiming(library, tmp_path, shared), library.claimed(FILE) as ours:
                other = claims_of(tmp_path, Shared(address, Naming("bert", MOUNTS)))
                with closing(other):
                    assert ours
                    assert not other.take(b"//photos/a.jpg")
        with closing(open_index(tmp_path / "alone", None, writer=True)) as db:
            library = Library(db)
            with claiming.claiming(library, tmp_path, None), library.claimed(FILE) as one, library.claimed(FILE) as two:
                assert (one, two) == (True, True)

    asyncio.run(claim())
