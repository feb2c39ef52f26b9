from pathlib import Path

import pyvips

from pictured.imaging.rendering.canvas import Canvas, Note
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits

TRAITS = Traits("PNG", 4, 3, 1, 1, 8, "rgb", False, False, None, None, 100, {})
CANVAS = Canvas(pyvips.Image.black(4, 3, bands=3), Path("/p/a.png"), TRAITS, Metadata(), palette=b"\0\0\0\xff")


def test_other_pixels_are_touched_and_have_no_palette() -> None:
    image = pyvips.Image.black(2, 2, bands=3)
    painted = CANVAS.painted(image)
    assert (painted.touched, painted.palette, painted.image.width) == (True, None, 2)
    assert (CANVAS.touched, CANVAS.palette) == (False, b"\0\0\0\xff")


def test_notes_add_up() -> None:
    canvas = CANVAS.noted("tile", tiles=4).noted("quantise", colours=16)
    assert canvas.notes == (Note("tile", {"tiles": 4}), Note("quantise", {"colours": 16}))
