from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.reporting.splitting import CARDS, PAGE, allowance, part_names, parted, shares, side_for, tile_for

WEIGHTS = st.lists(st.integers(100, 400_000), max_size=200)


@given(WEIGHTS)
def test_every_card_is_on_one_page_in_its_order(weights: list[int]) -> None:
    pages = parted(weights)

    assert [number for page in pages for number in page] == list(range(len(weights)))


@given(WEIGHTS)
def test_a_page_with_its_previews_keeps_its_size(weights: list[int]) -> None:
    for page in parted(weights):
        held = weights[page.start : page.stop]
        assert sum(held) + len(held) * allowance(held) * 4 / 3 <= PAGE


def test_ten_thousand_groups_are_ten_pages() -> None:
    assert [len(page) for page in parted([2000] * 10 * CARDS)] == [CARDS] * 10


def test_without_cards_there_is_a_page_all_the_same() -> None:
    assert parted([]) == [range(0)]
    assert allowance([]) > 0


def test_fewer_cards_get_larger_previews() -> None:
    few, many = allowance([2000] * 10), allowance([2000] * CARDS)

    assert few > 3 * many
    assert side_for(few) > side_for(many // 2)


@given(st.integers(6_000, 200_000), st.integers(1, 16), st.integers(0, 4))
def test_previews_and_parts_share_what_a_card_may_take(most: int, previews: int, pairs: int) -> None:
    each, count, both = shares(most, previews, pairs)

    assert each * previews + both * count <= most
    assert count <= pairs
    assert each > 0
    assert tile_for(both) >= 160


def test_the_more_room_the_larger_the_parts_and_none_where_there_is_too_little() -> None:
    assert shares(6_000, 2, 1)[1:] == (0, 0)
    assert [tile_for(shares(most, 2, 1)[2]) for most in (18_000, 72_000, 150_000)] == [160, 384, 640]


@pytest.mark.parametrize(("allowed", "side"), [(0, 320), (6_000, 480), (50_000, 1024)])
def test_a_preview_is_as_large_as_its_bytes_can_bear(allowed: int, side: int) -> None:
    assert side_for(allowed) == side


def test_one_page_has_the_name_and_several_are_numbered() -> None:
    assert part_names(Path("/r/a.html"), 1) == [Path("/r/a.html")]
    assert part_names(Path("/r/a.html"), 2) == [Path("/r/a-001.html"), Path("/r/a-002.html")]
