import pytest

from pictured.imaging.traits import Traits


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (5, (30, 40)), (8, (30, 40))])
def test_a_picture_that_lies_on_its_side_is_upright_with_its_sides_swapped(
    orientation: int, size: tuple[int, int]
) -> None:
    traits = Traits("JPEG", 40, 30, orientation, 1, 8, "rgb", False, False, 90, "4:2:0", 1000, {})
    assert traits.upright == size
