import tracemalloc
from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.looks import PARTS, POINT, Depth, Points
from pictured.matching.index import Entry, Index

PARTS_ = PARTS[Depth.NORMAL]


def entry(content: int, parts: int = 7, points: int = 72, seed: int = 0) -> Entry:
    random = np.random.default_rng([content, seed])
    records = np.zeros(points, np.dtype(POINT))
    records["word"] = random.integers(0, 2048, points)
    for name in ("x", "y", "angle"):
        records[name] = random.integers(0, 256, points)
    records["signature"] = random.integers(0, 2**64, points, np.uint64, endpoint=False)
    return Entry(content, random.bytes(32), random.bytes(32 * parts), records.tobytes())


def asking(of: Entry) -> Points:
    points = np.frombuffer(of.points, np.dtype(POINT))
    places = np.stack([points["x"], points["y"], 2.0 ** (points["size"] / 16), points["angle"] * (360 / 256)], axis=1)
    return Points(places.astype(np.float32), points["word"][:, None], points["signature"][:, None])


def found(index: Index, of: Entry) -> tuple[set[int], set[int]]:
    """The contents that have the hash of an entry, and those that have many of its features."""
    query = np.tile(np.frombuffer(of.phash, np.uint8), (8, 1))
    voted = index.voted(asking(of), 10)
    return {each.content for each in index.near(query, 60, 60)}, {each.content for each in voted if len(each.ours) > 9}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=40))
def test_hashes_and_features_are_kept_in_step(steps: list[tuple[int, bool]]) -> None:
    index, held = Index(PARTS_), set[int]()
    for content, there in steps:
        if there:
            index.add(entry(content, points=20))
            held.add(content)
        else:
            index.remove(content)
            held.discard(content)

    assert len(index) == len(held)
    for content in range(9):
        expected = {content} & held
        assert (content in index) == bool(expected)
        assert found(index, entry(content, points=20)) == (expected, expected)


def test_what_comes_at_once_is_what_comes_one_by_one() -> None:
    at_once, single = Index(PARTS_, map(entry, range(50))), Index(PARTS_)
    for content in range(50):
        single.add(entry(content))

    query = np.frombuffer(b"".join(entry(content).phash for content in range(8)), np.uint8).reshape(8, 32)
    assert at_once.near(query, 110, 110) == single.near(query, 110, 110)
    assert [each.content for each in at_once.voted(asking(entry(7)), 1)] == [7]
    assert [each.content for each in single.voted(asking(entry(7)), 1)] == [7]


def test_a_part_is_found_by_its_own_hash() -> None:
    index = Index(PARTS_, map(entry, range(50)))
    query = np.tile(np.frombuffer(entry(30).crops[64:96], np.uint8), (8, 1))

    [near] = index.near(query, 40, 40)

    assert (near.content, near.part, near.distance) == (30, 3, 0)
    assert index.parts[near.part] == PARTS_[2]


def test_contents_of_every_depth_live_together() -> None:
    quick, normal, deep = entry(1, parts=0, points=0), entry(2), entry(3, parts=19, points=200)
    index = Index(PARTS_, [quick, normal, deep])

    assert found(index, quick) == ({1}, set())
    assert found(index, normal) == ({2}, {2})
    assert found(index, deep) == ({3}, {3})
    query = np.tile(np.frombuffer(quick.phash, np.uint8), (8, 1))
    assert [each.part for each in index.near(query, 60, 60)] == [0]


def test_an_index_of_whole_pictures_only_passes_parts_over() -> None:
    index = Index((), [entry(1), entry(2, parts=0)])
    query = np.tile(np.frombuffer(entry(1).crops[:32], np.uint8), (8, 1))

    assert index.near(query, 40, 40) == []
    assert found(index, entry(2, parts=0)) == ({2}, {2})


def test_adding_again_changes_nothing_and_removing_what_is_not_there_neither() -> None:
    index = Index(PARTS_, [entry(1)])
    index.add(entry(1, seed=5))
    index.remove(2)

    assert found(index, entry(1)) == ({1}, {1})
    assert found(index, entry(1, seed=5)) == (set(), set())


def test_a_content_that_was_read_again_is_found_by_what_it_has_now() -> None:
    index = Index(PARTS_, [entry(1, parts=0, points=0)])
    index.remove(1)
    index.add(entry(1, seed=5))

    assert found(index, entry(1, seed=5)) == ({1}, {1})


def test_a_content_takes_at_most_1536_bytes() -> None:
    def many() -> Iterator[Entry]:
        kept = entry(0)
        return (Entry(content, kept.phash, kept.crops, kept.points) for content in range(10_000))

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        index = Index(PARTS_, many())
        index.voted(asking(entry(1)), 1)
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert index.nbytes / 10_000 <= 1536
    assert held / 10_000 <= 1536
