import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np
import pytest
from numpy.typing import NDArray

from pictured.matching.neighbours import Neighbours
from pictured.service.in_database import InDatabase
from pictured.store.postgres.connection import Connection


@pytest.fixture
def kept() -> NDArray[np.uint8]:
    """Hashes, uint8 (n, 32), of which the first few hundred are near one another."""
    random = np.random.default_rng(3)
    bits = np.unpackbits(np.frombuffer(random.bytes(32 * 1000), np.uint8).reshape(-1, 32), axis=1)
    for row in bits[1:300]:
        row[:] = bits[0]
        row[random.choice(256, random.integers(0, 40), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


@pytest.fixture
def db(
    holding: Callable[[NDArray[np.uint8]], AbstractContextManager[Connection]], kept: NDArray[np.uint8]
) -> Iterator[Connection]:
    with holding(kept) as connection:
        yield connection


def test_it_finds_what_memory_finds(db: Connection, kept: NDArray[np.uint8]) -> None:
    memory = Neighbours(np.arange(1, 1001), kept[:, None])
    asked = np.stack([kept[0], kept[700], kept[5], kept[6], *kept[900:904]])

    for radius in (4, 31):
        found = InDatabase(db).index.near(asked, radius, -1)
        expected = memory.near(asked, radius, -1)
        assert {(each.content, each.distance) for each in found} == {(each.content, each.distance) for each in expected}
        assert [each.distance for each in found] == sorted(each.distance for each in found)
        assert len(found) > 100 if radius == 31 else found


def test_it_goes_no_further_than_the_database_can_exactly(db: Connection, kept: NDArray[np.uint8]) -> None:
    asked = np.repeat(kept[:1], 8, axis=0)

    assert InDatabase(db).index.near(asked, 60, 40) == InDatabase(db).index.near(asked, 31, -1)


def test_nothing_has_to_be_loaded_or_kept(db: Connection) -> None:
    searchable = InDatabase(db)

    asyncio.run(searchable.prepared())
    asyncio.run(searchable.tend(lambda error: pytest.fail(str(error))))
    searchable.put(1)
    searchable.prune()
    assert not searchable.index.featured
