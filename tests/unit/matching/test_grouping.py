from hypothesis import given
from hypothesis import strategies as st

from pictured.matching.grouping import Group, grouped


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
