from pathlib import Path

import pytest
import pyvips

from pictured.errors import Refused, Unreadable
from pictured.imaging.operations import Watermark
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.watermarking import watermarked
from pictured.imaging.traits import Traits

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#f00"/></svg>'
)


def flat(
    *colour: float, width: int = 300, height: int = 200, kind: str = "srgb", sample: str = "uchar"
) -> pyvips.Image:
    return (pyvips.Image.black(width, height) + list(colour)).cast(sample).copy(interpretation=kind)


def canvas_of(image: pyvips.Image, *, path: Path = Path("a.png"), icc: bytes | None = None) -> Canvas:
    traits = Traits("PNG", image.width, image.height, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(image, path, traits, Metadata(icc=icc))


def drawn(image: pyvips.Image, **settings: object) -> pyvips.Image:
    given = {"text": "© Jane", "opacity": 1.0, "effect": "none"} | settings
    return watermarked(canvas_of(image), Watermark(**given)).image  # type: ignore[arg-type]


def box(image: pyvips.Image, before: pyvips.Image) -> tuple[int, int, int, int]:
    left, top, width, height = (image != before).bandor().find_trim(background=0, threshold=128)
    return left, top, left + width, top + height


@pytest.fixture
def logo(tmp_path: Path) -> str:
    file = tmp_path / "logo.svg"
    file.write_bytes(LOGO)
    return str(file)


@pytest.mark.parametrize(
    ("position", "x", "y"),
    [
        ("top-left", 0, 0),
        ("top", 1, 0),
        ("top-right", 2, 0),
        ("left", 0, 1),
        ("centre", 1, 1),
        ("right", 2, 1),
        ("bottom-left", 0, 2),
        ("bottom", 1, 2),
        ("bottom-right", 2, 2),
    ],
)
def test_it_stands_where_it_is_asked_for_with_its_margin(position: str, x: int, y: int, logo: str) -> None:
    ground = flat(0, 0, 0)
    left, top, right, bottom = box(
        drawn(ground, text=None, logo=logo, size=0.2, margin=0.05, position=position), ground
    )
    assert (right - left, bottom - top) == (80, 40)
    assert left == [10, 110, 210][x]
    assert top == [10, 80, 150][y]


@pytest.mark.parametrize(("ground", "tone"), [(0, "light"), (90, "light"), (250, "dark")])
def test_the_tone_stands_out_from_the_ground(ground: int, tone: str) -> None:
    canvas = watermarked(canvas_of(flat(ground, ground, ground)), Watermark(text="© Jane"))
    [note] = canvas.notes
    assert note.told["colour"] == tone
    assert canvas.touched
    assert (canvas.image.max() > ground + 80) == (tone == "light")


@pytest.mark.parametrize("rotation", [0, 30, 90, 180, -90, 270])
def test_a_shadow_sets_letters_off_from_a_ground_of_their_own_tone(rotation: float) -> None:
    image = drawn(flat(255, 255, 255), colour="#ffffff", effect="shadow", rotation=rotation, position="centre")
    assert image.min() < 120


@pytest.mark.parametrize(
    "image",
    [
        flat(40, kind="b-w"),
        flat(40, 255, kind="b-w"),
        flat(40, 80, 120),
        flat(40, 80, 120, 255),
        flat(10000, 20000, 30000, kind="rgb16", sample="ushort"),
        flat(10000, 20000, 30000, 65535, kind="rgb16", sample="ushort"),
        flat(9000, kind="grey16", sample="ushort"),
        flat(200, 200, 200, 200, kind="cmyk"),
    ],
    ids=["grey", "grey and alpha", "RGB", "RGBA", "RGB 16", "RGBA 16", "grey 16", "CMYK"],
)
def test_the_picture_keeps_its_kind_and_every_pixel_beside_the_mark(image: pyvips.Image) -> None:
    marked = drawn(image)
    assert (marked.bands, marked.format, marked.interpretation) == (image.bands, image.format, image.interpretation)
    assert marked(0, 0) == image(0, 0)
    # What is printed white has no ink.
    white = marked.min() if image.interpretation == "cmyk" else marked[0].max()
    most = 65535 if image.format == "ushort" else 255
    assert white == (0 if image.interpretation == "cmyk" else most)


def test_opacity_mixes_with_what_is_below() -> None:
    assert drawn(flat(0, 0, 0), colour="#ffffff", opacity=0.5)[0].max() == pytest.approx(128, abs=1)
    assert drawn(flat(0, 0, 0), colour="#ffffff80", opacity=0.5)[0].max() == pytest.approx(64, abs=1)


def test_on_a_transparent_ground_only_the_mark_is_to_be_seen(logo: str) -> None:
    marked = drawn(flat(0, 0, 0, 0), text=None, logo=logo, opacity=0.5, position="centre")
    assert marked(150, 100) == pytest.approx([255, 0, 0, 128], abs=1)
    assert marked(0, 0) == [0, 0, 0, 0]


def test_a_named_colour_fills_the_shape_of_a_logo(logo: str) -> None:
    assert drawn(flat(0, 0, 0), text=None, logo=logo, position="centre")(150, 100) == [255, 0, 0]
    assert drawn(flat(0, 0, 0), text=None, logo=logo, position="centre", colour="#00ff00")(150, 100) == [0, 255, 0]


def test_colours_are_brought_into_the_profile_of_the_picture(logo: str) -> None:
    wide = flat(0, 0, 0).icc_transform("p3", input_profile="srgb")
    profile = wide.get("icc-profile-data")
    marked = watermarked(canvas_of(wide, icc=profile), Watermark(logo=logo, opacity=1, position="centre")).image
    # sRGB's red is (234, 51, 35) in Display P3.
    assert marked(150, 100) == pytest.approx([234, 51, 35], abs=3)


def test_every_frame_of_an_animation_is_marked_alike() -> None:
    frames = flat(20, 40, 60, height=300).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 100)
    marked = drawn(frames)
    first, second, third = (marked.crop(0, top, 300, 100).write_to_memory() for top in (0, 100, 200))
    assert first == second == third != frames.crop(0, 0, 300, 100).write_to_memory()
    assert marked.get("page-height") == 100


def test_tiled_it_is_repeated_over_the_whole_picture(logo: str) -> None:
    marked = drawn(flat(0, 0, 0), text=None, logo=logo, size=0.1, tiled=True, spacing=0.1)
    quarters = [marked.crop(x, y, 150, 100)[0].avg() for x in (0, 150) for y in (0, 100)]
    assert min(quarters) > 0.8 * max(quarters) > 0
    assert marked(150, 100) == [255, 0, 0]


def test_a_streamed_picture_stays_one(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    flat(250, 250, 250, height=400).write_to_file(str(file))
    canvas = canvas_of(pyvips.Image.new_from_file(str(file), access="sequential"), path=file)
    marked = watermarked(canvas, Watermark(text="© Jane", position="top"))
    assert marked.notes[0].told["colour"] == "dark"
    marked.image.write_to_file(str(tmp_path / "b.png"))
    tiled = watermarked(
        canvas_of(pyvips.Image.new_from_file(str(file), access="sequential"), path=file),
        Watermark(text="© Jane", tiled=True, colour="#ff0000", rotation=30),
    )
    tiled.image.write_to_file(str(tmp_path / "c.png"))


def test_a_long_text_is_drawn_smaller_and_one_that_could_not_be_read_is_refused() -> None:
    ground = flat(0, 0, 0)
    left, _, right, _ = box(
        drawn(ground, text="Photographed by Jane Photographer, 2024", size=0.2, margin=0.05), ground
    )
    assert 270 <= right - left <= 281
    with pytest.raises(Refused, match="is too small"):
        drawn(flat(0, 0, 0, width=30, height=30), text="Photographed by Jane Photographer")


def test_the_width_of_a_text_can_be_given() -> None:
    ground = flat(0, 0, 0)
    left, _, right, _ = box(drawn(ground, width=0.5), ground)
    assert right - left == pytest.approx(150, abs=4)


def test_a_logo_that_is_larger_than_the_picture_is_refused(logo: str) -> None:
    with pytest.raises(Refused, match=r"is smaller .*than the watermark's logo"):
        drawn(flat(0, 0, 0, width=100, height=100), text=None, logo=logo, size=0.6)


def test_a_logo_that_is_not_there_is_named() -> None:
    with pytest.raises(Unreadable, match=r"/nowhere/logo\.png"):
        drawn(flat(0, 0, 0), text=None, logo="/nowhere/logo.png")


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(Refused, match="none of the fields"):
        drawn(flat(0, 0, 0), text="")
