import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pictured.flow import Fingerprint, Stamp
from pictured.service.library import Library
from pictured.service.searchable import Searchable
from pictured.store.database import transaction
from pictured.store.opening import open_store

MANY = 8200
MadeUp = Callable[[int], Fingerprint]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library that may be read by another thread."""
    state = tmp_path / "state"
    with closing(open_store(state, writer=True)) as db:
        yield Library(db, again=partial(open_store, state, writer=False))


def fill(library: Library, made_up: MadeUp, numbers: range) -> None:
    with transaction(library.db):
        for number in numbers:
            library.record(Path(f"/l/{number}.jpg"), Stamp(number, number, number), made_up(number))


def files(library: Library) -> list[Path]:
    return sorted((library.home / "search").glob("*.arrays"))


def near(searchable: Searchable, content: Fingerprint) -> list[int]:
    query = np.tile(np.frombuffer(content.phash, np.uint8), (8, 1))
    return [each.content for each in searchable.index.near(query, 10, -1)]


def number_of(library: Library, content: Fingerprint) -> int:
    number = library.catalogue.content_id(content.digest)
    assert number is not None
    return number


async def tended(library: Library, until: Callable[[], bool]) -> list[OSError]:
    """Tend until something holds, and no longer."""
    failed: list[OSError] = []
    task = asyncio.create_task(library.searchable.tend(failed.append))
    async with asyncio.timeout(60):
        while not until() and not failed:  # noqa: ASYNC110 -- nothing tells when a file is there
            await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return failed


def test_a_small_library_is_prepared_and_leaves_no_files(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(20))

    asyncio.run(library.searchable.prepared())

    assert near(library.searchable, made_up(3)) == [number_of(library, made_up(3))]
    assert files(library) == []


def test_what_is_recorded_while_another_thread_loads_is_found(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(20))

    async def scenario() -> None:
        preparing = asyncio.create_task(library.searchable.prepared())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        fill(library, made_up, range(20, 25))
        await asyncio.gather(preparing, library.searchable.prepared())

    asyncio.run(scenario())

    assert library.searchable.index.contents().tolist() == list(range(1, 26))
    assert near(library.searchable, made_up(24)) == [number_of(library, made_up(24))]


def test_who_cannot_open_the_index_once_more_loads_when_asked(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(5))
    other = Library(library.db)

    asyncio.run(other.searchable.prepared())

    assert near(other.searchable, made_up(3)) == [number_of(library, made_up(3))]


def test_much_that_is_new_goes_to_a_file_and_stays_searchable_and_the_next_start_reads_it(
    library: Library, made_up: MadeUp
) -> None:
    fill(library, made_up, range(10))

    async def scenario() -> None:
        await library.searchable.prepared()
        fill(library, made_up, range(10, MANY))
        assert await tended(library, lambda: bool(library.searchable.files)) == []

    asyncio.run(scenario())

    assert len(files(library)) == 1
    for searchable in (library.searchable, Library(library.db).searchable):
        assert searchable.index.loose == 0
        assert len(searchable.index) == MANY
        assert near(searchable, made_up(77)) == [number_of(library, made_up(77))]
        searchable.rest()
        assert near(searchable, made_up(MANY - 1)) == [number_of(library, made_up(MANY - 1))]


def test_what_changes_while_files_are_folded_is_heeded(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(MANY))
    again, gone, new = made_up(5), number_of(library, made_up(6)), range(MANY, MANY + 3)

    async def scenario() -> None:
        index = library.searchable.index
        due = index.due(100)
        assert due is not None
        folding = asyncio.create_task(library.searchable.fold(due))
        await asyncio.sleep(0)
        library.record(Path("/l/5.jpg"), Stamp(5, 5, 5), replace(again, points=made_up(7).points[:28]))
        index.remove(gone)
        fill(library, made_up, new)
        await folding

    asyncio.run(scenario())

    index = library.searchable.index
    assert len(files(library)) == 1
    assert index.loose == 4
    assert (gone in index, len(index)) == (False, MANY + 2)
    anew = Library(library.db).searchable.index
    assert anew.loose == 4
    number = number_of(library, again)
    for each in (index, anew):
        layers = (layer for layer in each.layers() if number not in layer.gone)
        assert sum(int((layer.segment.owners == number).sum()) for layer in layers) == 2


def test_a_damaged_file_is_made_anew_of_the_rows(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(2100))
    library.searchable.keep(1)
    [file] = files(library)
    with file.open("r+b") as stream:
        stream.seek(-5000, 2)
        stream.write(b"damage")
    fill(library, made_up, range(2100, 2800))

    async def scenario() -> None:
        due = library.searchable.index.due(100)
        assert due is not None
        await library.searchable.fold(due)

    asyncio.run(scenario())

    for searchable in (library.searchable, Library(library.db).searchable):
        assert len(searchable.index) == 2800
        assert near(searchable, made_up(7)) == [number_of(library, made_up(7))]
    assert files(library) == []


def test_a_command_keeps_what_it_read_where_it_read_much(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(2100))
    library.searchable.keep(2101)
    assert files(library) == []

    library.searchable.keep(2100)
    assert len(files(library)) == 1
    assert library.searchable.index.loose == 0


def test_a_disk_that_cannot_be_written_costs_nothing_but_memory(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(MANY))
    (library.home / "search").write_text("a file where the folder would be")

    failed = asyncio.run(tended(library, lambda: False))

    assert [type(error) for error in failed] == [FileExistsError]
    assert library.searchable.index.loose == MANY
    assert near(library.searchable, made_up(7)) == [number_of(library, made_up(7))]


def test_what_is_forgotten_is_found_no_longer(library: Library, made_up: MadeUp) -> None:
    fill(library, made_up, range(5))
    assert len(library.searchable.index) == 5
    library.catalogue.miss(Path("/l/3.jpg"), 1.0)

    assert library.prune(2.0) == 1
    assert near(library.searchable, made_up(3)) == []
    assert len(library.searchable.index) == 4
