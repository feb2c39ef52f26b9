import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.errors import Refused
from pictured.imaging.operations import Tile
from pictured.imaging.rendering.grid import MOST, covered, windows


@st.composite
def cuts(draw: st.DrawFn, last: str) -> tuple[int, int, Tile]:
    width, height = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    wide, high = draw(st.integers(2, 40)), draw(st.integers(2, 40))
    return width, height, Tile(wide, high, draw(st.integers(0, min(wide, high) - 1)), last)


def spans(width: int, height: int, tile: Tile) -> list[tuple[int, int, int, int]]:
    return [(each.left, each.top, each.width, each.height) for each in windows(width, height, tile)]


@pytest.mark.parametrize("last", ["pad", "shift", "partial"])
@given(data=st.data())
def test_every_pixel_is_in_a_window_and_no_window_stands_out(last: str, data: st.DataObject) -> None:
    width, height, tile = data.draw(cuts(last))
    seen = set()
    for left, top, wide, high in spans(width, height, tile):
        assert left >= 0
        assert top >= 0
        assert wide >= 1
        assert high >= 1
        seen |= {(x, y) for x in range(left, left + wide) for y in range(top, top + high)}
    assert seen == {(x, y) for x in range(width) for y in range(height)}
    assert covered(width, height, tile) == (width, height)


@given(cut=cuts("shift"))
def test_shifted_windows_are_whole_wherever_the_picture_is_large_enough(cut: tuple[int, int, Tile]) -> None:
    width, height, tile = cut
    assert {each[2] for each in spans(*cut)} == {min(tile.width, width)}
    assert {each[3] for each in spans(*cut)} == {min(tile.height, height)}


@given(cut=cuts("crop"))
def test_cropping_leaves_whole_windows_only(cut: tuple[int, int, Tile]) -> None:
    width, height, tile = cut
    if width < tile.width or height < tile.height:
        with pytest.raises(Refused, match="less than one tile"):
            windows(*cut)
        return
    assert {each[2:] for each in spans(*cut)} == {(tile.width, tile.height)}
    right, below = covered(*cut)
    assert width - (tile.width - tile.overlap) < right <= width
    assert height - (tile.height - tile.overlap) < below <= height


def test_windows_come_row_by_row_and_overlap() -> None:
    found = windows(100, 50, Tile(40, 40, 10, "pad"))
    assert [(each.row, each.column, each.left, each.top) for each in found] == [
        (0, 0, 0, 0),
        (0, 1, 30, 0),
        (0, 2, 60, 0),
        (1, 0, 0, 30),
        (1, 1, 30, 30),
        (1, 2, 60, 30),
    ]


def test_a_picture_that_fits_exactly_needs_no_more() -> None:
    assert spans(64, 32, Tile(32, 32, 0, "pad")) == [(0, 0, 32, 32), (32, 0, 32, 32)]


def test_too_many_tiles_are_refused_at_once() -> None:
    with pytest.raises(Refused, match=f"more than {MOST}"):
        windows(1_000_000, 1_000_000, Tile(2, 2, 1, "pad"))
