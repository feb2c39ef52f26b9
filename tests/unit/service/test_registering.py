import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import StoreError
from pictured.service.jobs import NoteMark
from pictured.service.registering import note, registered
from pictured.store.holding import hold
from pictured.store.opening import open_store

MARK = NoteMark("ab" * 8, "cd" * 32, Path("/p/one.jpg"), Path("/p/one-marked.jpg"))


def found(state: Path, key: str) -> list[dict[str, Any]]:
    with closing(open_store(state, writer=False)) as db:
        return list(registered(db, key))


def test_a_mark_is_found_by_its_key_and_by_its_beginning(tmp_path: Path) -> None:
    asyncio.run(note(tmp_path, None, MARK))
    for key in ("ab" * 8, "aba"):
        [mark] = found(tmp_path, key)
        assert (mark["path"], mark["marked"], mark["key"]) == ("/p/one.jpg", "/p/one-marked.jpg", "ab" * 8)
        assert (mark["sha256"], mark["by"]) == ("cd" * 32, "mark embed")
    assert found(tmp_path, "ac") == []


def test_one_picture_may_have_several_keys(tmp_path: Path) -> None:
    asyncio.run(note(tmp_path, None, MARK))
    asyncio.run(note(tmp_path, None, NoteMark("ef" * 8, MARK.digest, MARK.source, MARK.target)))
    assert len(found(tmp_path, "")) == 2


def test_a_command_that_holds_the_index_is_waited_for(tmp_path: Path) -> None:
    async def scenario() -> None:
        held = hold(tmp_path)
        assert held is not None
        with closing(open_store(tmp_path, writer=True)):
            noting = asyncio.create_task(note(tmp_path, None, MARK))
            await asyncio.sleep(0)
            assert not noting.done()
        held.release()
        async with asyncio.timeout(20):
            await noting

    asyncio.run(scenario())
    assert len(found(tmp_path, "ab")) == 1


def test_without_an_index_there_is_nothing_to_find(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no index"):
        found(tmp_path, "ab")
