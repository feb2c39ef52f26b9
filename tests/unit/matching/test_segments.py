from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.looks import POINT
from pictured.matching.segments import PLACE, WORDS, Folding, Segment, folded, segment_of

NONE = np.zeros(0, np.uint32)


def points(content: int, count: int) -> bytes:
    random = np.random.default_rng(content)
    made = np.zeros(count, np.dtype(POINT))
    for name, (kind, *_) in (made.dtype.fields or {}).items():
        made[name] = random.integers(0, WORDS if name == "word" else np.iinfo(kind).max, count, kind)
    return made.tobytes()


def hashes(contents: Iterable[int]) -> NDArray[np.uint8]:
    return np.array([np.random.default_rng(content).integers(0, 256, (3, 32)) for content in contents], np.uint8)


def made(contents: Iterable[int], count: int = 20) -> Segment:
    ascending = sorted(contents)
    held = hashes(ascending) if ascending else np.zeros((0, 3, 32), np.uint8)
    return segment_of([(content, points(content, count)) for content in ascending], held)


def equal(one: Segment, other: Segment) -> bool:
    """Whether both hold the same, where the order of a word's features does not matter."""
    arrays = ("contents", "hashes", "starts")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and told(one) == told(other)


def told(segment: Segment) -> list[tuple[int, int, int, int]]:
    words = np.repeat(np.arange(WORDS), np.diff(segment.starts))
    columns = (words, segment.signatures, segment.owners, segment.places)
    return sorted(zip(*(each.tolist() for each in columns), strict=True))


def test_the_features_of_a_word_lie_together_with_their_contents() -> None:
    kept = np.frombuffer(points(3, 50) + points(9, 50), POINT)
    segment = segment_of([(9, points(9, 50)), (3, points(3, 50))])

    assert segment.contents.tolist() == [3, 9]
    assert segment.sound
    assert len(segment) == 100
    assert segment.hashes.shape == (2, 0, 32)
    for word in np.unique(kept["word"]).tolist():
        here = slice(int(segment.starts[word]), int(segment.starts[word + 1]))
        wanted = kept[kept["word"] == word]
        assert sorted(segment.signatures[here].tolist()) == sorted(wanted["signature"].tolist())
        places = segment.places[here].view(PLACE)
        assert sorted(places["x"].tolist()) == sorted(wanted["x"].tolist())
        assert set(segment.owners[here].tolist()) <= {3, 9}


def test_a_segment_knows_what_it_holds() -> None:
    segment = made([2, 5, 4_000_000_000])

    assert [content in segment for content in (0, 2, 3, 5, 6, 4_000_000_000, 4_294_967_295)] == [
        False,
        True,
        False,
        True,
        False,
        True,
        False,
    ]
    assert segment.nbytes == sum(each.nbytes for each in (segment.contents, segment.hashes, segment.starts)) + 60 * 16


@settings(max_examples=40, deadline=None)
@given(
    piles=st.lists(st.sets(st.integers(1, 40)), min_size=1, max_size=4),
    gone=st.sets(st.integers(1, 40)),
    data=st.data(),
)
def test_segments_folded_are_the_segment_made_at_once(
    piles: list[set[int]], gone: set[int], data: st.DataObject
) -> None:
    # What is in several of them has to be gone from all but one.
    stay = {
        content: data.draw(st.sampled_from([n for n, pile in enumerate(piles) if content in pile]))
        for content in set().union(*piles) - gone
    }
    lost = [np.array(sorted(c for c in pile if stay.get(c) != n), np.uint32) for n, pile in enumerate(piles)]

    whole = folded([made(pile) for pile in piles], lost)

    assert whole.sound
    assert equal(whole, made(stay))


def test_a_folding_says_beforehand_what_comes_of_it_and_comes_in_pieces() -> None:
    crowd = points(1, 400)
    many = segment_of([(content, crowd) for content in range(1, 3000)], np.zeros((2999, 3, 32), np.uint8))
    sources = [many, made(range(20_000, 20_100))]
    folding = Folding(sources, [np.arange(5, 100, dtype=np.uint32), NONE])
    sizes = dict.fromkeys(folding.shapes, 0)
    largest = 0
    for name, block in folding.blocks():
        assert block.dtype == folding.shapes[name][0]
        sizes[name] += len(block)
        largest = max(largest, block.nbytes)

    assert sizes == {name: shape[0] for name, (_, shape) in folding.shapes.items()}
    assert len(folding) == 3099 - 95
    assert largest < 8_000_000


def test_folding_what_is_all_gone_leaves_a_sound_segment_of_nothing() -> None:
    empty = folded([made([1, 2])], [np.array([2, 1], np.uint32)])

    assert empty.sound
    assert (len(empty), len(empty.contents)) == (0, 0)
    assert equal(folded([empty, made([3])], [NONE, NONE]), made([3]))


@pytest.mark.parametrize("name", ["contents", "hashes", "starts", "signatures", "owners", "places"])
def test_a_segment_of_arrays_that_do_not_fit_is_not_sound(name: str) -> None:
    whole = made([1, 2, 3])
    arrays = {each: getattr(whole, each) for each in Segment.__slots__}

    assert not Segment(**(arrays | {name: arrays[name][:-1]})).sound


def test_a_segment_whose_lists_or_contents_do_not_rise_is_not_sound() -> None:
    whole = made([1, 2, 3])
    arrays = {each: getattr(whole, each) for each in Segment.__slots__}
    falling = whole.starts.copy()
    falling[5] = falling[-1] + 1

    assert not Segment(**(arrays | {"starts": falling})).sound
    assert not Segment(**(arrays | {"contents": whole.contents[::-1]})).sound
