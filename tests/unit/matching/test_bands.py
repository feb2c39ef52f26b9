import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.matching.bands import REACH, Bands, Near, close_pairs

Hashes = NDArray[np.uint8]


def columns_of(hashes: Hashes) -> NDArray[np.uint64]:
    return np.ascontiguousarray(np.ascontiguousarray(hashes).view(np.uint64).T)


def drawn(count: int, clusters: int, most: int, seed: int) -> Hashes:
    """Hashes of which many are near each other, and some are equal."""
    random = np.random.default_rng(seed)
    bits = np.unpackbits(
        random.integers(0, 256, (clusters, 32), np.uint8)[random.integers(clusters, size=count)], axis=1
    )
    for row, flips in zip(bits, random.integers(0, most + 1, count), strict=True):
        row[random.choice(256, flips, replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def apart(one: Hashes, other: Hashes) -> NDArray[np.int64]:
    return np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2, dtype=np.int64)


def told(near: Near) -> list[tuple[int, int, int]]:
    return sorted(zip(near.asked.tolist(), near.rows.tolist(), near.distances.tolist(), strict=True))


@settings(max_examples=50, deadline=None)
@given(
    count=st.integers(1, 200),
    clusters=st.integers(1, 8),
    most=st.sampled_from([0, 1, 12, 20]),
    radius=st.integers(0, REACH),
    seed=st.integers(0, 1000),
)
def test_all_that_is_near_is_found_once(count: int, clusters: int, most: int, radius: int, seed: int) -> None:
    hashes = drawn(count, clusters, most, seed)
    queries = np.concatenate([drawn(7, clusters, most, seed), hashes[:1]])
    columns = columns_of(hashes)

    found = Bands(columns).near(columns, queries.view(np.uint64), radius)

    bits = apart(queries, hashes)
    assert told(found) == sorted((q, row, int(bits[q, row])) for q, row in np.argwhere(bits <= radius).tolist())


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(1, 150),
    clusters=st.integers(1, 8),
    most=st.sampled_from([1, 12, 20]),
    radius=st.integers(0, REACH),
    seed=st.integers(0, 1000),
)
def test_all_close_pairs_are_found_once(count: int, clusters: int, most: int, radius: int, seed: int) -> None:
    hashes = np.unique(drawn(count, clusters, most, seed), axis=0)

    found = [tuple(each) for near in close_pairs(columns_of(hashes), radius) for each in told(near)]

    bits = apart(hashes, hashes)
    expected = {(a, b): int(bits[a, b]) for a, b in np.argwhere(bits <= radius).tolist() if a < b}
    assert len(found) == len(expected)
    assert {(min(a, b), max(a, b)): distance for a, b, distance in found} == expected


@pytest.mark.parametrize("count", [2, 300])
def test_values_that_many_hashes_share_are_compared_too(count: int) -> None:
    hashes = np.zeros((count, 32), np.uint8)
    hashes[:, :2] = np.arange(count, dtype=np.uint16)[:, None].view(np.uint8)

    found = [each for near in close_pairs(columns_of(hashes), REACH) for each in told(near)]

    assert len(found) == count * (count - 1) // 2


def test_equal_hashes_are_paired_with_the_first_of_them_only() -> None:
    hashes = np.zeros((1001, 32), np.uint8)
    hashes[500, 0] = 1

    found = [each for near in close_pairs(columns_of(hashes), 31) for each in told(near)]

    assert sorted(found) == [(0, row, int(row == 500)) for row in range(1, 1001)]
    near = Bands(columns_of(hashes)).near(columns_of(hashes), hashes[500:501].view(np.uint64), 0)
    assert told(near) == [(0, 500, 0)]


def test_nothing_is_near_in_nothing() -> None:
    none = columns_of(np.zeros((0, 32), np.uint8))

    assert told(Bands(none).near(none, np.zeros((3, 4), np.uint64), 31)) == []
    assert [each for near in close_pairs(none, 31) for each in told(near)] == []


def test_a_hash_takes_64_bytes_and_each_index_4_megabytes() -> None:
    columns = columns_of(np.random.default_rng(1).integers(0, 256, (20_000, 32), np.uint8))

    assert Bands(columns).nbytes <= 64 * 20_000 + 2**22 + 2**10
