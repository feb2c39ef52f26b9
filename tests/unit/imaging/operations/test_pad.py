import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.operations import Pad

SIDES = st.integers(1, 20_000)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Pad(width=200, height=150), (200, 150)),
        (Pad(width=200), (200, 100)),
        (Pad(height=50), (120, 100)),
        (Pad(aspect=(16, 9)), (178, 100)),
        (Pad(aspect=(1, 1)), (120, 120)),
        (Pad(aspect=(6, 5)), (120, 100)),
    ],
)
def test_a_frame_or_an_aspect_gives_the_size(operation: Pad, expected: tuple[int, int]) -> None:
    assert operation.size(120, 100) == expected


@given(SIDES, SIDES, st.integers(1, 100), st.integers(1, 100))
def test_no_side_becomes_shorter_and_the_aspect_is_met(width: int, height: int, across: int, down: int) -> None:
    wide, high = Pad(aspect=(across, down)).size(width, height)
    assert wide == width or high == height
    assert min(wide - width, high - height) >= 0
    assert abs(wide * down - high * across) <= max(across, down)


@pytest.mark.parametrize(("fill", "streams"), [("colour", True), ("transparent", True), ("blur", False)])
def test_only_borders_of_their_own_can_be_made_row_by_row(fill: str, *, streams: bool) -> None:
    assert Pad(width=1, fill=fill).streams is streams
