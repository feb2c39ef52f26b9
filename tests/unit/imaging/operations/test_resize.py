import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.operations import Resize

SIDES = st.integers(1, 20_000)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Resize(width=1000), (1000, 750)),
        (Resize(height=300), (400, 300)),
        (Resize(width=1000, height=300), (400, 300)),
        (Resize(long_edge=2000), (2000, 1500)),
        (Resize(short_edge=1500), (2000, 1500)),
        (Resize(megapixels=3), (2000, 1500)),
        (Resize(percent=25), (1000, 750)),
        (Resize(width=1000, height=1000, fit="stretch"), (1000, 1000)),
        (Resize(width=1000, height=1000, fit="cover"), (1000, 1000)),
        (Resize(width=3000, height=100, fit="cover"), (3000, 100)),
    ],
)
def test_every_way_to_give_a_size(operation: Resize, expected: tuple[int, int]) -> None:
    assert operation.size(4000, 3000) == expected


def test_cover_resamples_to_more_than_it_keeps() -> None:
    assert Resize(width=1000, height=1000, fit="cover").scaled(4000, 3000) == (1333, 1000)


@pytest.mark.parametrize("fit", ["inside", "cover", "stretch"])
def test_a_small_picture_is_enlarged_only_if_asked(fit: str) -> None:
    frame = Resize(width=400, height=300, fit=fit)
    assert frame.size(40, 30) == (40, 30)
    assert Resize(width=400, height=300, fit=fit, enlarge=True).size(40, 30) == (400, 300)


def test_stretching_enlarges_neither_side_by_itself() -> None:
    assert Resize(width=20, height=300, fit="stretch").size(40, 30) == (20, 30)


@given(SIDES, SIDES, SIDES)
def test_a_side_never_vanishes_and_the_long_edge_is_exact(width: int, height: int, edge: int) -> None:
    across, down = Resize(long_edge=edge).size(width, height)
    assert min(across, down) >= 1
    assert max(across, down) == min(edge, max(width, height))


@given(SIDES, SIDES, SIDES, SIDES)
def test_inside_never_leaves_its_frame(width: int, height: int, right: int, bottom: int) -> None:
    across, down = Resize(width=right, height=bottom, enlarge=True).size(width, height)
    assert across <= right
    assert down <= bottom
