from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import accumulate

import numpy as np
import pytest
from numpy.typing import NDArray

from pictured.store.postgres.banding import RADIUS, WIDTHS, near, pairs
from pictured.store.postgres.connection import Connection

MANY = 3000


@pytest.fixture(scope="module")
def kept() -> NDArray[np.uint8]:
    """Hashes, uint8 (n, 32): most have nothing to do with each other, the last ones lie around the first one."""
    random = np.random.default_rng(1)
    bits = np.unpackbits(np.frombuffer(random.bytes(32 * MANY), np.uint8).reshape(-1, 32), axis=1)
    for flips in range(RADIUS + 3):
        for number in range(10):
            row = bits[-1 - 10 * flips - number]
            row[:] = bits[0]
            row[random.choice(256, flips, replace=False)] ^= 1
    return np.packbits(bits, axis=1)


@pytest.fixture(scope="module")
def db(
    holding: Callable[[NDArray[np.uint8]], AbstractContextManager[Connection]], kept: NDArray[np.uint8]
) -> Iterator[Connection]:
    with holding(kept) as connection:
        yield connection


def distances(kept: NDArray[np.uint8], asked: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.unpackbits(kept ^ asked, axis=1).sum(axis=1).astype(np.int64)


@pytest.mark.parametrize("radius", [0, 1, 12, RADIUS])
def test_everything_within_the_radius_is_found_and_nothing_else(
    db: Connection, kept: NDArray[np.uint8], radius: int
) -> None:
    for asked in (kept[0], kept[-1], kept[-200], kept[5]):
        apart = distances(kept, asked)
        (inside,) = np.nonzero(apart <= radius)
        expected = sorted((int(apart[row]), int(row) + 1) for row in inside)
        assert near(db, asked.tobytes(), radius) == [(number, distance) for distance, number in expected]


def test_flips_that_fill_every_band_to_its_limit_are_found(db: Connection, kept: NDArray[np.uint8]) -> None:
    begins = [0, *accumulate(WIDTHS)][:-1]
    for spared in range(len(WIDTHS)):
        asked = np.unpackbits(kept[7])
        # One flip less in one band than would hide it; as many in the others as do.
        for band, begin in enumerate(begins):
            hidden = 3 if band else 2
            asked[begin : begin + hidden - (band == spared)] ^= 1
        assert (8, RADIUS) in near(db, np.packbits(asked).tobytes(), RADIUS)


def test_the_search_reads_the_indexes_and_few_rows(db: Connection, kept: NDArray[np.uint8]) -> None:
    def read() -> tuple[int, int]:
        db.server.execute("SELECT pg_stat_force_next_flush()")
        statement = "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'contents'"
        scanned, fetched = db.execute(statement).fetchone()
        return int(scanned), int(fetched)

    before = read()
    near(db, kept[3].tobytes(), RADIUS)
    after = read()

    assert after[0] == before[0]
    assert 0 < after[1] - before[1] < MANY / 10


def test_every_pair_within_the_radius_is_found_once(db: Connection, kept: NDArray[np.uint8]) -> None:
    found = list(pairs(db, 2))
    close = [row for row in range(len(kept)) if distances(kept, kept[0])[row] <= 4]
    expected = {
        (one + 1, other + 1, int(distances(kept, kept[one])[other]))
        for one in close
        for other in close
        if one < other and distances(kept, kept[one])[other] <= 2
    }

    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize(("phash", "radius"), [(bytes(32), 32), (bytes(32), -1), (bytes(31), 3)])
def test_what_cannot_be_searched_exactly_is_refused(db: Connection, phash: bytes, radius: int) -> None:
    with pytest.raises(ValueError, match="within 0 to 31 bits"):
        near(db, phash, radius)


@pytest.mark.parametrize("radius", [-1, 32])
def test_pairs_that_cannot_be_found_exactly_are_refused(db: Connection, radius: int) -> None:
    with pytest.raises(ValueError, match="within 0 to 31 bits"):
        pairs(db, radius)
