from pathlib import Path

import pytest
import pyvips

from pictured.imaging.operations.strip import Strip
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.directories import GPS
from pictured.imaging.rendering.exif import MAKER_NOTE, has
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.stripping import stripped, without
from pictured.imaging.traits import Traits


def canvas(metadata: Metadata) -> Canvas:
    traits = Traits("JPEG", 8, 8, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(pyvips.Image.black(8, 8), Path("a.jpg"), traits, metadata)


def test_all_removes_everything_but_the_profile(every: Metadata) -> None:
    assert without(every, ("all",)) == Metadata(icc=every.icc, extras=False)
    assert without(every, ("all", "icc")) == Metadata(extras=False)


def test_the_place_goes_from_exif_and_xmp(every: Metadata) -> None:
    made = without(every, ("gps",))
    assert not has(made.exif, GPS)
    assert has(made.exif, MAKER_NOTE)
    assert b"GPS" not in (made.xmp or b"")
    assert b"something of mine" in (made.xmp or b"")
    assert (made.iptc, made.icc, made.payload, made.extras) == (every.iptc, every.icc, every.payload, False)


@pytest.mark.parametrize("group", ["exif", "xmp", "iptc", "icc"])
def test_a_block_goes_alone(every: Metadata, group: str) -> None:
    made = without(every, (group,))
    blocks = ("exif", "xmp", "iptc", "icc", "payload")
    assert [name for name in blocks if getattr(made, name) != getattr(every, name)] == [group]


def test_the_thumbnail_and_the_maker_s_notes_go_alone(every: Metadata) -> None:
    made = without(every, ("thumbnail", "maker_notes"))
    assert b"a thumbnail" not in (made.exif or b"")
    assert not has(made.exif, MAKER_NOTE)
    assert has(made.exif, GPS)


def test_what_cannot_be_taken_apart_goes_as_a_whole() -> None:
    made = without(Metadata(exif=b"II*\0 broken, with GPS", xmp=b"<broken GPS"), ("gps",))
    assert (made.exif, made.xmp) == (None, None)


def test_what_was_removed_is_told_and_no_pixel_is_touched(every: Metadata) -> None:
    made = stripped(canvas(every), Strip(("gps", "iptc")))
    assert made.notes[0].told == {"removed": ["iptc", "gps"]}
    assert not made.touched
    assert stripped(canvas(every), Strip(("maker_notes",))).notes[0].told == {"removed": ["maker_notes"]}
