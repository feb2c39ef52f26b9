from pathlib import Path

import pytest
from PIL import Image

from pictured.imaging.operations import Orient
from pictured.imaging.rendering.loading import loaded
from pictured.imaging.rendering.orienting import oriented
from pictured.imaging.traits import Traits


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_was_turned_is_told(tmp_path: Path, orientation: int) -> None:
    Image.new("RGB", (9, 6)).save(tmp_path / "a.png")
    known = Traits("PNG", 9, 6, orientation, 1, 8, "rgb", False, False, None, None, 0, {})
    made = oriented(loaded(tmp_path / "a.png", known, streams=True), Orient())
    assert made.orientation == 1
    assert [note.told for note in made.notes] == ([] if orientation == 1 else [{"applied": orientation}])
    assert (made.image.width, made.image.height) == ((6, 9) if orientation >= 5 else (9, 6))
