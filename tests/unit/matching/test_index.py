import tracemalloc
from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.looks import PARTS, POINT, Depth, Points
from pictured.matching.index import Batch, Due, Entry, Index, hash_table
from pictured.matching.segments import Segment, segment_of

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


def kept(numbers: range) -> Segment:
    entries = [entry(number) for number in numbers]
    batch = Batch(numbers, [e.phash for e in entries], [e.crops for e in entries], [e.points for e in entries])
    return segment_of([(e.content, e.points) for e in entries], hash_table(batch, 1 + len(PARTS_)))


def carried_out(due: Due) -> Segment:
    shapes, pieces = due.folding.shapes, list(due.folding.blocks())
    return Segment(
        **{
            name: np.concatenate([np.zeros((0, *shape[1:]), kind), *(piece for each, piece in pieces if each == name)])
            for name, (kind, shape) in shapes.items()
        }
    )


def test_what_is_kept_elsewhere_is_found_like_what_is_not() -> None:
    index = Index(PARTS_, map(entry, range(40, 60)), kept=[(kept(range(20)), [3]), (kept(range(20, 40)), [])])

    assert index.contents().tolist() == [number for number in range(60) if number != 3]
    assert (index.loose, len(index)) == (20, 59)
    for number in (0, 19, 20, 39, 59):
        assert found(index, entry(number)) == ({number}, {number})
    assert found(index, entry(3)) == (set(), set())
    index.remove(5)
    index.add(entry(3))
    assert found(index, entry(5)) == (set(), set())
    assert found(index, entry(3)) == ({3}, {3})


def test_a_piece_that_was_copied_is_told_of() -> None:
    told: list[int] = []
    Index(PARTS_, kept=[(kept(range(20)), []), (kept(range(20, 40)), [])], copied=lambda: told.append(1))

    assert len(told) == 2


def test_the_hashes_of_any_contents_are_those_that_they_were_added_with() -> None:
    index = Index(PARTS_, map(entry, (5, 2)), kept=[(kept(range(20, 30)), [])])
    index.add(entry(9))
    index.remove(25)

    found_ = index.hashes_of(np.array([9, 25, 2, 24, 5, 77]))

    wanted = [None if number in {25, 77} else entry(number) for number in (9, 25, 2, 24, 5, 77)]
    for each, of in zip(found_, wanted, strict=True):
        assert each.tobytes() == (bytes(32 * 8) if of is None else of.phash + of.crops)


def test_nothing_is_due_while_little_lies_in_memory_and_little_is_gone() -> None:
    index = Index(PARTS_, map(entry, range(20, 30)), kept=[(kept(range(20)), [])])

    assert index.due(10) is None
    assert index.due(9) is not None


def test_what_is_due_is_found_all_the_time_and_afterwards_as_it_was_left() -> None:
    index = Index(PARTS_, map(entry, range(20, 30)), kept=[(kept(range(20)), [4])])
    due = index.due(5)
    assert due is not None
    index.remove(7)
    index.remove(25)
    index.add(entry(25, seed=3))
    index.add(entry(30))

    index.settle(due, carried_out(due))

    assert (index.loose, len(index.layers())) == (2, 2)
    for number in range(31):
        there: set[int] = set() if number in {4, 7, 25} else {number}
        assert found(index, entry(number)) == (there, there)
    assert found(index, entry(25, seed=3)) == ({25}, {25})


def test_a_folding_that_came_to_nothing_is_due_again() -> None:
    index = Index(PARTS_, map(entry, range(20)))
    due = index.due(5)
    assert due is not None
    assert index.loose == 0

    index.spare(due)

    assert index.loose == 20
    assert index.due(5) is not None


def test_each_of_what_is_kept_is_several_times_as_large_as_all_that_came_behind_it() -> None:
    sizes, index, next_ = [], Index(PARTS_), 0
    for _ in range(30):
        for _ in range(4):
            index.add(entry(next_))
            next_ += 1
        while (due := index.due(3)) is not None:
            index.settle(due, carried_out(due))
        sizes = sorted((len(layer) for layer in index.layers()), reverse=True)
        assert sum(sizes) == next_
        assert all(size >= 4 * sum(sizes[place + 1 :]) for place, size in enumerate(sizes))
    assert len(sizes) <= 3


def test_what_has_lost_much_is_due_by_itself() -> None:
    big = Batch(range(6000), [bytes(32)] * 6000, [b""] * 6000, [b""] * 6000)
    segment = segment_of([(number, b"") for number in range(6000)], hash_table(big, 1 + len(PARTS_)))
    index = Index(PARTS_, kept=[(segment, range(1000))])
    assert index.due(10) is None
    for number in range(1000, 1300):
        index.remove(number)

    due = index.due(10)

    assert due is not None
    assert carried_out(due).contents.tolist() == list(range(1300, 6000))
