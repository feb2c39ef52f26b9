from hypothesis import given
from hypothesis import strategies as st

from pictured.matching.grouping import Group, connected, grouped


def test_a_chain_is_not_a_group() -> None:
    copies = {1: frozenset({2}), 2: frozenset({1, 3}), 3: frozenset({2})}

    assert grouped([1, 2, 3], copies) == (Group(1, (2,)), Group(3, ()))


@given(st.permutations(range(8)), st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))))
def test_every_picture_is_in_one_group_and_matches_its_best(best_first: list[int], pairs: set[tuple[int, int]]) -> None:
    copies = {n: frozenset({b for a, b in pairs if a == n} | {a for a, b in pairs if b == n}) for n in range(8)}

    groups = grouped(best_first, copies)

    assert sorted([g.best for g in groups] + [o for g in groups for o in g.others]) == list(range(8))
    assert all(other in copies[g.best] for g in groups for other in g.others)
    assert all(best_first.index(g.best) < best_first.index(o) for g in groups for o in g.others)


@given(st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=16), st.permutations(range(12)))
def test_connected_contents_are_a_partition_by_any_chain_of_matches(
    pairs: set[tuple[int, int]], order: list[int]
) -> None:
    copies = {n: frozenset({b for a, b in pairs if a == n} | {a for a, b in pairs if b == n}) for n in range(12)}
    reached = [[a == b or b in copies[a] for b in range(12)] for a in range(12)]
    for middle in range(12):
        for a in range(12):
            for b in range(12):
                reached[a][b] |= reached[a][middle] and reached[middle][b]

    sets = connected(order, copies)

    assert sorted(content for together in sets for content in together) == list(range(12))
    assert all(list(together) == sorted(together) for together in sets)
    for together in sets:
        assert [b for b in range(12) if reached[together[0]][b]] == list(together)


def test_contents_without_matches_stand_alone() -> None:
    assert connected([3, 1], {}) == ((3,), (1,))
    assert connected([], {}) == ()
    assert connected([1], {1: frozenset({2, 5})}) == ((1, 2, 5),)
