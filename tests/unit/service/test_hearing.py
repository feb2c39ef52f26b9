import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pictured.config.model import Config
from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.service.hearing import hearing
from pictured.service.library import Library
from pictured.service.orders import orders_of
from pictured.service.pipeline import Retry
from pictured.store.database import Database
from pictured.store.engines import Shared, open_index

DECODING = DecodingLimits(pixels=10**8, memory=10**9)
DEADLINE = 30


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str | None], Config]:
    def make(store: str | None) -> Config:
        folders = [{"path": tmp_path / "l", "role": "library"}, {"path": tmp_path / "q", "role": "query"}]
        return Config.model_validate({"folders": folders, "store": store, "machine": "bert"})

    return make


def test_alone_nothing_is_heard(config: Callable[[str | None], Config], library: Library) -> None:
    assert hearing(config(None), library, lambda: orders_of(config(None)), lambda _: None) == []


def test_a_query_is_asked_again_when_another_machine_reads_what_it_may_ask_for(
    config: Callable[[str | None], Config],
    new_database: Callable[[], str],
    tmp_path: Path,
    draw: Callable[..., Path],
) -> None:
    address = new_database()
    good, poor = draw(tmp_path / "l/a.jpg", "coffee", width=300), draw(tmp_path / "q/a.jpg", "coffee", width=150)

    def record(library: Library, path: Path, *, asking: bool = False) -> None:
        library.record(path, stamp_of(path), fingerprint(path, stamp_of(path), DECODING, asking=asking))

    def opened(name: str) -> closing[Database]:
        return closing(open_index(tmp_path / name, Shared(address, Naming(name)), writer=True))

    async def hear(anna: Library, bert: Library) -> Retry:
        retried: asyncio.Queue[Retry] = asyncio.Queue()
        given = config(address)
        (listening,) = hearing(given, bert, lambda: orders_of(given), retried.put_nowait)
        task = asyncio.create_task(listening)
        try:
            async with asyncio.timeout(DEADLINE):
                record(anna, good)
                return await retried.get()
        finally:
            task.cancel()

    with opened("anna") as one, opened("bert") as other:
        anna, bert = Library(one), Library(other)
        record(bert, poor, asking=True)
        bert.catalogue.handle(poor, stamp_of(poor))
        bert.catch_up()
        assert asyncio.run(hear(anna, bert)).path == poor
        known = bert.catalogue.known(poor)
        assert known is not None
        assert not known.handled
