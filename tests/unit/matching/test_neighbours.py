import numpy as np
from hypothesis import given, settings
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


def test_a_content_takes_4_bytes_and_32_for_each_hash() -> None:
    bulk = Neighbours(np.arange(20_000), random(20_000, 7, seed=3))
    grown = empty(parts=7)
    for content, hashes in enumerate(random(20_000, 7, seed=3)):
        grown.add(content, hashes)

    assert bulk.nbytes < 20_000 * (4 + 8 * 32) * 1.06
    assert grown.nbytes < 20_000 * (4 + 8 * 32) * 1.06


def test_contents_may_come_in_any_order() -> None:
    hashes = random(2500, 1, seed=4)
    order = np.random.default_rng(5).permutation(2500)
    bulk, single = Neighbours(np.arange(2500), hashes), empty(parts=1)
    for content in order.tolist():
        single.add(content, hashes[content])

    assert single.near(hashes[:8, 0], 110, 110) == bulk.near(hashes[:8, 0], 110, 110)


def test_a_small_radius_among_many_finds_what_a_plain_search_finds() -> None:
    hashes = random(70_000, 1, seed=6)
    hashes[:, 0, :4] = 0
    neighbours = Neighbours(np.arange(0, 140_000, 2), hashes)
    queries = hashes[100:108, 0].copy()
    queries[:, 5] ^= 3
    queries[7, 3:8] = ~queries[7, 3:8]
    narrow = {each.content for each in neighbours.near(queries, 31, 31)}
    assert narrow == set(range(200, 214, 2))
    neighbours.remove(200)
    neighbours.add(201, hashes[100])
    neighbours.add(140_001, hashes[101])
    neighbours.remove(202)
    neighbours.add(202, hashes[102])

    found = {each.content: each.distance for each in neighbours.near(queries, 31, 31)}

    assert set(found) == {201, 202, *range(204, 214, 2), 140_001}
    assert set(found.values()) == {2}


def test_many_come_and_go_and_nothing_is_left_behind() -> None:
    hashes = random(30_000, 0, seed=7)
    neighbours = Neighbours(np.arange(10_000, 20_000), hashes[10_000:20_000])
    for content in (*range(20_000, 30_000), *range(10_000)):
        neighbours.add(content, hashes[content])
    for content in range(0, 30_000, 2):
        neighbours.remove(content)

    assert len(neighbours) == 15_000
    assert neighbours.nbytes < 17_000 * 36
    assert [content in neighbours for content in range(30_000)] == [False, True] * 15_000
    assert {each.content for each in neighbours.near(hashes[20:28, 0], 0, 0)} == {21, 23, 25, 27}


@settings(max_examples=40, deadline=None)
@given(
    kept=st.lists(st.tuples(st.sampled_from([bytes(32), b"\1" * 32, b"\3" * 32]), st.booleans()), max_size=30),
    radius=st.integers(0, 31),
)
def test_pairs_tie_together_what_is_near(kept: list[tuple[bytes, bool]], radius: int) -> None:
    neighbours = empty()
    for content, (digits, _) in enumerate(kept):
        neighbours.add(content, hashes_of(digits))
    for content, (_, stays) in enumerate(kept):
        if not stays:
            neighbours.remove(content)

    pairs = list(neighbours.pairs(radius))

    left = {content: digits for content, (digits, stays) in enumerate(kept) if stays}
    bits = {(a, b): int(np.bitwise_count(hashes_of(left[a]) ^ hashes_of(left[b])).sum()) for a in left for b in left}
    assert all(bits[a, b] == distance <= radius for a, b, distance in pairs)
    assert len({frozenset(each[:2]) for each in pairs}) == len(pairs)
    assert {(left[a], left[b]) for a in left for b in left if a != b and bits[a, b] <= radius} <= {
        each for a, b, _ in pairs for each in ((left[a], left[b]), (left[b], left[a]))
    }
    assert all(
        any(content in each[:2] for each in pairs) for content in left if list(left.values()).count(left[content]) > 1
    )


@given(
    st.lists(st.sets(st.integers(0, 60)), max_size=4),
    st.sets(st.integers(0, 60)),
)
def test_it_can_be_made_of_pieces_in_any_order(piles: list[set[int]], gone: set[int]) -> None:
    seen: set[int] = set()
    pieces = []
    for pile in piles:
        numbers = np.array(sorted(pile - seen), np.uint32)
        pieces.append((numbers, np.repeat(numbers.astype(np.uint8), 64).reshape(-1, 2, 32)))
        seen |= pile
    copied: list[int] = []
    neighbours = Neighbours.of(2, pieces, lambda: copied.append(1))
    for number in gone:
        neighbours.remove(number)

    assert len(copied) == len(pieces)
    assert neighbours.contents().tolist() == sorted(seen - gone)
    found = neighbours.hashes_of(np.arange(61))
    assert found.shape == (61, 2, 32)
    assert [set(each.ravel().tolist()) for each in found] == [{n if n in seen - gone else 0} for n in range(61)]
    if seen - gone:
        nearest = max(seen - gone)
        query = np.full((8, 32), nearest, np.uint8)
        assert neighbours.near(query, 0, 0)[0].content == nearest
