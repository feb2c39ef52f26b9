import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.naming import Naming
from pictured.errors import UsageError
from pictured.flow import Fingerprint, Stamp
from pictured.service.migrating import migrate
from pictured.store.catalogue import Catalogue
from pictured.store.engines import Shared, open_index
from pictured.store.holding import hold
from pictured.store.opening import FILE


@pytest.fixture
def shared(new_database: Callable[[], str]) -> Shared:
    return Shared(new_database(), Naming("anna"))


@pytest.fixture
def state(tmp_path: Path, made_up: Callable[[int], Fingerprint]) -> Path:
    with closing(open_index(tmp_path / "state", None, writer=True)) as db:
        for number in range(3):
            Catalogue(db).record(Path(f"/home/{number}.jpg"), Stamp(1, 2, 3), made_up(number))
    return tmp_path / "state"


def lines(state: Path, shared: Shared, *, back: bool = False) -> list[dict[str, Any]]:
    async def every() -> list[dict[str, Any]]:
        return [dict(line) async for line in migrate(state, shared, "file" if back else "shared")]

    return asyncio.run(every())


def files(state: Path, shared: Shared | None) -> int:
    with closing(open_index(state, shared, writer=False)) as db:
        return Catalogue(db).count().files


def test_the_index_is_moved_there_and_back_and_the_file_set_aside(state: Path, shared: Shared) -> None:
    *steps, there = lines(state, shared)
    assert [(step["what"], step["done"], step["total"]) for step in steps] == [
        ("moving contents", 3, 3),
        ("moving files", 3, 3),
        ("moving journal", 1, 1),
    ]
    assert (there["event"], there["contents"], there["files"], there["placed"]) == ("index.moved", 3, 3, 0)
    assert Path(there["aside"]).exists()
    assert not (state / FILE).exists()
    assert files(state, shared) == 3
    *_, back = lines(state, shared, back=True)
    assert (back["sha256"], back["aside"]) == (there["sha256"], None)
    assert files(state, None) == 3


def test_while_something_else_uses_the_index_nothing_is_moved(state: Path, shared: Shared) -> None:
    held = hold(state)
    assert held is not None
    with held, pytest.raises(UsageError, match="a daemon or another command uses the index; end it first"):
        lines(state, shared)


def test_without_an_index_there_is_nothing_to_move(tmp_path: Path, shared: Shared) -> None:
    with pytest.raises(UsageError, match="there is no index in"):
        lines(tmp_path / "none", shared)
