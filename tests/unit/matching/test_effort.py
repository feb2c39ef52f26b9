from pictured.matching.effort import MOST, MOST_WEAK, PART_RADIUS, RADIUS, Effort


def test_without_further_ado_a_search_goes_as_far_as_it_can() -> None:
    assert Effort() == Effort(RADIUS, PART_RADIUS, MOST, MOST_WEAK)
    assert Effort().weak < Effort().most
