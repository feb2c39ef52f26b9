import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.looks import POINT, Points
from pictured.matching.voting import Voted, Voting

WORDS = 2048


def features(count: int, seed: int) -> NDArray[np.void]:
    random = np.random.default_rng(seed)
    points = np.zeros(count, np.dtype(POINT))
    points["word"] = random.integers(0, WORDS, count)
    points["signature"] = random.integers(0, 2**64, count, np.uint64, endpoint=False)
    for name in ("x", "y", "angle"):
        points[name] = random.integers(0, 256, count)
    points["size"] = random.integers(16, 80, count)
    return points


def kept(content: int, count: int = 30) -> bytes:
    return features(count, content).tobytes()


def asking(points: NDArray[np.void], *, turned: float = 0, flipped: int = 0, seed: int = 0) -> Points:
    """The same features as a query: turned by some degrees, with some bits of each signature flipped."""
    random = np.random.default_rng(seed)
    signatures = points["signature"].copy()
    for _ in range(flipped):
        signatures ^= np.left_shift(np.uint64(1), random.integers(0, 64, len(points)).astype(np.uint64))
    angle = (points["angle"] * (360 / 256) + turned) % 360
    places = np.stack([points["x"], points["y"], 2.0 ** (points["size"] / 16), angle], axis=1).astype(np.float32)
    others = random.integers(0, WORDS, (len(points), 2))
    words = np.column_stack([points["word"], others]).astype(np.uint16)
    wrong = random.integers(0, 2**64, (len(points), 2), np.uint64, endpoint=False)
    return Points(places, words, np.column_stack([signatures, wrong]))


def pairs(voted: Voted) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.hstack([voted.theirs, voted.ours]).round(2).tolist()}


def told(found: list[Voted]) -> list[tuple[int, float, frozenset[tuple[float, ...]]]]:
    return [(each.content, round(each.votes, 6), frozenset(pairs(each))) for each in found]


@pytest.mark.parametrize("turned", [0, 90, 200, 359])
@pytest.mark.parametrize("flipped", [0, 8])
def test_the_content_of_the_same_features_has_the_most_votes(turned: float, flipped: int) -> None:
    voting = Voting((content, kept(content)) for content in range(200))
    points = features(30, 77)

    found = voting.voted(asking(points, turned=turned, flipped=flipped), 10)

    assert found[0].content == 77
    assert [each.votes for each in found] == sorted((each.votes for each in found), reverse=True)
    assert len(found[0].theirs) == len(found[0].ours) >= 27
    assert {(x, y) for x, y, *_ in found[0].theirs.tolist()} <= {(x, y) for x, y in points[["x", "y"]].tolist()}
    assert np.array_equal(found[0].theirs[:, :2], found[0].ours[:, :2])
    turns = (found[0].ours[:, 3] - found[0].theirs[:, 3] - turned + 180) % 360 - 180
    assert np.abs(turns).max() < 0.1
    assert found[0].theirs[:, 2] == pytest.approx(found[0].ours[:, 2], rel=1e-4)


def test_signatures_that_differ_by_half_of_their_bits_do_not_vote() -> None:
    voting = Voting([(1, kept(1))])
    other = features(30, 2)
    other["word"] = features(30, 1)["word"]

    assert [len(each.theirs) for each in voting.voted(asking(other), 10)] in ([], [1])


def test_features_that_agree_about_the_turn_count_for_more() -> None:
    points = features(40, 9)
    whirled = points.copy()
    whirled["angle"] = np.random.default_rng(1).integers(0, 256, 40)
    voting = Voting([(1, whirled.tobytes()), (2, points.tobytes())])

    agreeing, other = voting.voted(asking(points), 10)

    assert (agreeing.content, other.content) == (2, 1)
    assert agreeing.votes > 2 * other.votes
    assert len(agreeing.theirs) == len(other.theirs) == 40


def test_rare_words_count_for_more() -> None:
    points = features(40, 9)
    points["word"][:20] = 5
    common = [(content, features(30, content)) for content in range(100, 150)]
    for _, each in common:
        each["word"] = 5
    voting = Voting(
        [(1, points[:20].tobytes()), (2, points[20:].tobytes()), *((n, each.tobytes()) for n, each in common)]
    )

    votes = {each.content: each.votes for each in voting.voted(asking(points), 100)}

    assert votes[2] > 2 * votes[1]


def test_at_most_as_many_as_asked_for_come() -> None:
    voting = Voting((content, kept(7)) for content in range(20))

    assert len(voting.voted(asking(features(30, 7)), 5)) == 5
    assert voting.voted(asking(features(30, 7)), 0) == []


def test_nothing_is_found_for_nothing_and_in_nothing() -> None:
    none = asking(features(0, 1))

    assert Voting([(1, kept(1))]).voted(none, 5) == []
    assert Voting().voted(asking(features(3, 1)), 5) == []
    assert Voting().voted(none, 5) == []
    assert Voting([(1, b"")]).voted(asking(features(3, 1)), 5) == []


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["add", "remove", "ask"])), max_size=50))
def test_after_any_additions_and_removals_it_votes_as_one_made_at_once(steps: list[tuple[int, str]]) -> None:
    voting, held = Voting(), set[int]()
    asked = asking(np.concatenate([features(30, content) for content in range(13)]), flipped=4)
    for content, step in steps:
        if step == "ask":
            assert {each.content for each in voting.voted(asked, 50)} == held
        elif step == "remove" and content in held:
            voting.remove(content)
            held.remove(content)
        elif step == "add" and content not in held:
            voting.add(content, kept(content))
            held.add(content)

    at_once = Voting((content, kept(content)) for content in sorted(held))

    found, expected = voting.voted(asked, 50), at_once.voted(asked, 50)
    assert {each.content: pairs(each) for each in found} == {each.content: pairs(each) for each in expected}


def test_adding_one_by_one_is_the_same_as_adding_all_at_once() -> None:
    bulk, single = Voting((content, kept(content)) for content in range(300)), Voting()
    for content in range(300):
        single.add(content, kept(content))
        if content % 7 == 0:
            single.voted(asking(features(3, 1)), 1)

    assert len(single) == len(bulk) == 300 * 30
    for content in (0, 150, 299):
        asked = asking(features(30, content), flipped=6)
        assert told(single.voted(asked, 20)) == told(bulk.voted(asked, 20))


def test_many_removed_contents_leave_nothing_behind() -> None:
    few = Voting((content, kept(content)) for content in range(1000, 1010))
    many = Voting((content, kept(content)) for content in range(1010))
    few.voted(asking(features(30, 1005)), 5)
    full = many.nbytes

    for content in range(1000):
        many.remove(content)
        assert content not in {each.content for each in many.voted(asking(features(30, content)), 5)}

    assert len(many) < 150 * 30
    assert many.nbytes < full / 3
    asked = asking(features(30, 1005), flipped=5)
    assert [pairs(each) for each in many.voted(asked, 1)] == [pairs(each) for each in few.voted(asked, 1)]


def test_a_content_that_comes_back_votes_once() -> None:
    voting = Voting([(1, kept(1)), (2, kept(2))])
    for _ in range(3):
        voting.remove(1)
        voting.add(1, kept(1))
        [found] = voting.voted(asking(features(30, 1)), 1)
        assert len(found.theirs) == 30


def test_a_content_that_was_read_again_votes_with_its_new_features_only() -> None:
    voting = Voting([(1, kept(1)), (2, b"")])
    for content in (1, 2):
        voting.remove(content)
        voting.add(content, kept(content + 10))

    assert voting.voted(asking(features(30, 1)), 5) == []
    assert [each.content for each in voting.voted(asking(features(30, 11)), 5)] == [1]
    assert [each.content for each in voting.voted(asking(features(30, 12)), 5)] == [2]


def test_a_very_large_index_finds_the_same_pairs_as_a_small_one() -> None:
    """Long lists are searched in another way."""
    small = Voting((content, kept(content)) for content in range(20))
    crowd = features(600_000, 12345)
    large = Voting([*((content, kept(content)) for content in range(20)), (999, crowd.tobytes())])

    for content in (0, 13):
        asked = asking(features(30, content), turned=70, flipped=6)
        [found] = small.voted(asked, 1)
        among = {each.content: each for each in large.voted(asked, 5)}
        assert pairs(among[content]) == pairs(found)


def test_a_feature_takes_16_bytes() -> None:
    voting = Voting((content, kept(content, 72)) for content in range(3000))
    voting.voted(asking(features(3, 1)), 1)

    assert len(voting) == 3000 * 72
    assert 16 * len(voting) <= voting.nbytes < 16 * len(voting) + 2**16
