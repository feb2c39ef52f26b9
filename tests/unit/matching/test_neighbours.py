import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pictured.matching.neighbours import Neighbours

HASH = st.binary(min_size=32, max_size=32)


def brute(held: dict[int, bytes], queries: np.ndarray, radius: int) -> dict[int, int]:
    found = {}
    for content, phash in held.items():
        bits = np.unpackbits(queries ^ np.frombuffer(phash, np.uint8)[None, :], axis=1).sum(axis=1)
        if bits.min() <= radius:
            found[content] = int(bits.min())
    return found


@given(
    steps=st.lists(st.tuples(st.integers(0, 30), st.none() | HASH), max_size=60),
    query=HASH,
    radius=st.integers(90, 256),
)
def test_after_any_additions_and_removals_it_finds_what_a_plain_search_finds(
    steps: list[tuple[int, bytes | None]], query: bytes, radius: int
) -> None:
    neighbours = Neighbours(np.array([], np.int64), np.zeros((0, 32), np.uint8))
    held: dict[int, bytes] = {}
    for content, phash in steps:
        if phash is None:
            neighbours.remove(content)
            held.pop(content, None)
        elif content not in held:
            neighbours.add(content, phash)
            held[content] = phash
    queries = np.stack([np.roll(np.frombuffer(query, np.uint8), k) for k in range(8)])

    found = {c.content: c.distance for c in neighbours.near(queries, radius)}

    assert len(neighbours) == len(held)
    assert found == brute(held, queries, radius)


def test_the_nearest_comes_first_and_says_how_it_is_turned() -> None:
    hashes = np.random.default_rng(1).integers(0, 256, (3000, 32), np.uint8)
    neighbours = Neighbours(np.arange(3000), hashes)
    queries = np.random.default_rng(2).integers(0, 256, (8, 32), np.uint8)
    queries[4] = hashes[1234]

    found = list(neighbours.near(queries, 120))

    assert (found[0].content, found[0].distance, found[0].orientation) == (1234, 0, 5)
    assert [c.distance for c in found] == sorted(c.distance for c in found)
