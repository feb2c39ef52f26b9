import pytest
import pyvips

from pictured.imaging.rendering.frames import framewise, placed


def test_each_frame_is_worked_on_by_itself() -> None:
    image = pyvips.Image.arrayjoin([pyvips.Image.black(4, 3) + grey for grey in (10, 20)], across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", 3)
    made = framewise(image, lambda frame: frame.embed(0, 0, 4, 5, extend="background", background=[99]))
    assert (made.height, made.get("page-height")) == (10, 5)
    assert [made.getpoint(0, top)[0] for top in (0, 2, 3, 5, 7, 9)] == [10, 10, 99, 20, 20, 99]


@pytest.mark.parametrize(
    ("towards", "offset"), [("top-left", 0), ("top", 3), ("right", 6), ("bottom-right", 6), ("centre", 3)]
)
def test_a_gravity_places_a_length(towards: str, offset: int) -> None:
    assert placed(10, 4, towards, "left", "right") == offset
