from pathlib import Path

import pyvips

from pictured.imaging.operations import Encoding
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.converting import converted
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits


def test_only_the_way_to_store_it_changes() -> None:
    image = pyvips.Image.black(4, 4)
    canvas = Canvas(
        image, Path("a.png"), Traits("PNG", 4, 4, 1, 1, 8, "grey", False, False, None, None, 9, {}), Metadata()
    )
    made = converted(canvas, Encoding("webp", 50))
    assert made.encoding == Encoding("webp", 50)
    assert made.image is image
    assert not made.touched
