import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.matching.neighbours import Candidate, Neighbours

HASH = st.binary(min_size=32, max_size=32)
Hashes = NDArray[np.uint8]


def hashes_of(*hashes: bytes) -> Hashes:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)


def empty(parts: int = 0) -> Neighbours:
    return Neighbours(np.array([], np.int64), np.zeros((0, 1 + parts, 32), np.uint8))


def random(count: int, parts: int, seed: int) -> Hashes:
    return np.random.default_rng(seed).integers(0, 256, (count, 1 + parts, 32), np.uint8)


def plainly(held: dict[int, Hashes], queries: Hashes, radius: int, part_radius: int) -> dict[int, int]:
    found = {}
    for content, hashes in held.items():
        bits = np.unpackbits(queries[None] ^ hashes[:, None], axis=2).sum(axis=2).min(axis=1)
        near = [int(each) for part, each in enumerate(bits) if each <= (part_radius if part else radius)]
        if near:
            found[content] = min(near)
    return found


@given(
    steps=st.lists(st.tuples(st.integers(0, 30), st.none() | st.tuples(HASH, HASH, HASH)), max_size=60),
    query=HASH,
    radius=st.integers(90, 256),
    part_radius=st.integers(60, 256),
)
def test_after_any_additions_and_removals_it_finds_what_a_plain_search_finds(
    steps: list[tuple[int, tuple[bytes, bytes, bytes] | None]], query: bytes, radius: int, part_radius: int
) -> None:
    neighbours, held = empty(parts=2), dict[int, Hashes]()
    for content, hashes in steps:
        if hashes is None:
            neighbours.remove(content)
            held.pop(content, None)
        else:
            neighbours.add(content, hashes_of(*hashes))
            held.setdefault(content, hashes_of(*hashes))
    queries = np.stack([np.roll(np.frombuffer(query, np.uint8), turn) for turn in range(8)])

    found = neighbours.near(queries, radius, part_radius)

    assert len(neighbours) == len(held)
    assert all((content in neighbours) == (content in held) for content in range(31))
    assert {each.content: each.distance for each in found} == plainly(held, queries, radius, part_radius)
    assert len({each.content for each in found}) == len(found)
    assert [each.distance for each in found] == sorted(each.distance for each in found)
    for each in found:
        bits = np.unpackbits(held[each.content][each.part] ^ queries[each.orientation - 1]).sum()
        assert bits == each.distance


def test_the_nearest_comes_first_and_says_how_it_is_turned_and_which_part_it_is() -> None:
    hashes = random(3000, 2, seed=1)
    neighbours = Neighbours(np.arange(3000), hashes)
    queries = random(8, 0, seed=2)[:, 0]
    queries[4] = hashes[1234, 2]

    found = neighbours.near(queries, 120, 120)

    assert found[0] == Candidate(1234, 0, 5, 2)


def test_the_whole_counts_where_a_part_is_as_near() -> None:
    neighbours = empty(parts=3)
    neighbours.add(4, hashes_of(*[bytes(32)] * 4))

    assert neighbours.near(np.zeros((8, 32), np.uint8), 10, 10) == [Candidate(4, 0, 1, 0)]


def test_opposite_hashes_are_256_bits_apart() -> None:
    neighbours = empty()
    neighbours.add(4, hashes_of(b"\xff" * 32))

    assert neighbours.near(np.zeros((8, 32), np.uint8), 255, 255) == []
    assert neighbours.near(np.zeros((8, 32), np.uint8), 256, 256) == [Candidate(4, 256, 1)]


def test_a_content_takes_8_bytes_and_32_for_each_hash() -> None:
    bulk = Neighbours(np.arange(20_000), random(20_000, 7, seed=3))
    grown = empty(parts=7)
    for content, hashes in enumerate(random(20_000, 7, seed=3)):
        grown.add(content, hashes)

    assert bulk.nbytes < 20_000 * (8 + 8 * 32) * 1.06
    assert grown.nbytes < 20_000 * (8 + 8 * 32) * 1.2


def test_contents_may_come_in_any_order() -> None:
    hashes = random(2500, 1, seed=4)
    order = np.random.default_rng(5).permutation(2500)
    bulk, single = Neighbours(np.arange(2500), hashes), empty(parts=1)
    for content in order.tolist():
        single.add(content, hashes[content])

    assert single.near(hashes[:8, 0], 110, 110) == bulk.near(hashes[:8, 0], 110, 110)
