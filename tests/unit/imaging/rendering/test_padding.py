from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageCms

from pictured.errors import Refused
from pictured.imaging.operations import Pad
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.loading import loaded
from pictured.imaging.rendering.padding import padded
from pictured.imaging.traits import Traits

FILLS = ["colour", "edge", "reflect", "blur", "transparent"]


def canvas_of(path: Path, orientation: int = 1, frames: int = 1, *, streams: bool = True) -> Canvas:
    with Image.open(path) as image:
        known = Traits(image.format or "", *image.size, orientation, frames, 8, "rgb", False, False, None, None, 0, {})
    return loaded(path, known, streams=streams)


def saved(path: Path, image: Image.Image, *, streams: bool = False, **options: object) -> Canvas:
    image.save(path, **options)
    return canvas_of(path, streams=streams)


def picture(mode: str) -> Image.Image:
    if mode == "I;16":
        data = b"".join((each * 15).to_bytes(2, "little") for each in range(40 * 30))
        return Image.frombytes(mode, (40, 30), data)
    noise = [Image.effect_noise((40, 30), 90) for _ in Image.new(mode, (1, 1)).getbands()]
    return noise[0] if mode == "L" else Image.merge(mode, noise)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("gravity", ["centre", "top-left", "right"])
def test_no_pixel_of_the_picture_changes(tmp_path: Path, fill: str, mode: str, gravity: str) -> None:
    canvas = saved(tmp_path / "a.png", picture(mode))
    before = canvas.image
    made = padded(canvas, Pad(width=70, height=50, fill=fill, colour="#808080", gravity=gravity)).image
    left = {"centre": 15, "top-left": 0, "right": 30}[gravity]
    top = {"centre": 10, "top-left": 0, "right": 10}[gravity]
    assert (made.width, made.height, made.format) == (70, 50, before.format)
    kept = made.crop(left, top, 40, 30)[: before.bands]
    assert bytes(kept.write_to_memory()) == bytes(before.write_to_memory())
    assert made.bands == before.bands + (fill == "transparent" and not before.hasalpha())


@pytest.mark.parametrize("fill", ["colour", "transparent"])
def test_plain_borders_stream(tmp_path: Path, fill: str) -> None:
    made = padded(saved(tmp_path / "a.png", picture("RGB"), streams=True), Pad(aspect=(1, 1), fill=fill)).image
    assert (made.width, made.height) == (40, 40)
    assert made.avg() > 0


def test_each_fill_shows_what_it_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 30), (10, 200, 30))
    image.paste((250, 250, 250), (0, 0, 5, 30))

    def corner(**options: str) -> list[float]:
        made = padded(saved(tmp_path / "a.png", image), Pad(width=60, height=30, **options)).image
        return [float(each) for each in made.getpoint(2, 15)]

    assert corner(fill="colour", colour="#102030") == [16, 32, 48]
    assert corner(fill="colour", colour="#10203040") == [16, 32, 48, 64]
    assert corner(fill="edge") == [250, 250, 250]
    assert corner(fill="reflect") == [10, 200, 30]
    assert corner(fill="transparent")[3] == 0
    red, green, _ = corner(fill="blur")
    assert red > 100
    assert green > 150


def test_a_grey_picture_becomes_colourful_only_for_a_colourful_border(tmp_path: Path) -> None:
    canvas = saved(tmp_path / "a.png", picture("L"))
    assert padded(canvas, Pad(width=50, colour="#404040")).image.getpoint(0, 0) == [64]
    coloured = padded(canvas, Pad(width=50, colour="#ff0000"))
    assert coloured.image.getpoint(0, 0) == [255, 0, 0]
    assert coloured.notes[-1].told == {"added": "colour"}


def test_sixteen_bits_get_a_border_of_sixteen(tmp_path: Path) -> None:
    made = padded(saved(tmp_path / "a.png", picture("I;16")), Pad(width=50)).image
    assert made.getpoint(0, 0) == [65535]


def test_white_is_white_in_cmyk_and_transparency_is_refused(tmp_path: Path) -> None:
    canvas = saved(tmp_path / "a.tif", Image.new("CMYK", (20, 20), (9, 9, 9, 9)))
    assert max(padded(canvas, Pad(width=30)).image.getpoint(0, 0)) <= 2
    with pytest.raises(Refused, match="is CMYK"):
        padded(canvas, Pad(width=30, fill="transparent"))


def test_the_colour_is_brought_into_the_space_of_the_picture(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    canvas = saved(tmp_path / "a.png", picture("RGB"), icc_profile=profile)
    made = padded(canvas, Pad(width=50, colour="#3366cc")).image.getpoint(0, 0)
    assert all(abs(one - other) <= 1 for one, other in zip(made, (51, 102, 204), strict=True))


def test_the_frame_is_that_of_the_upright_picture(tmp_path: Path) -> None:
    picture("RGB").save(tmp_path / "a.png")
    made = padded(canvas_of(tmp_path / "a.png", orientation=6), Pad(width=50, height=60))
    assert (made.image.width, made.image.height, made.orientation) == (50, 60, 1)
    assert padded(canvas_of(tmp_path / "a.png", orientation=6), Pad(width=30, height=40)).orientation == 6


def test_nothing_is_cut_off_and_a_full_frame_stays_untouched(tmp_path: Path) -> None:
    canvas = saved(tmp_path / "a.png", picture("RGB"))
    assert padded(canvas, Pad(width=10, height=10)) is canvas


@pytest.mark.parametrize("fill", FILLS)
def test_every_frame_gets_a_border(tmp_path: Path, fill: str) -> None:
    first, other = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    first.save(tmp_path / "a.gif", save_all=True, append_images=[other], duration=50)
    made = padded(canvas_of(tmp_path / "a.gif", frames=2), Pad(aspect=(1, 1), fill=fill)).image
    assert (made.height, made.get("page-height")) == (80, 40)
    assert [made.getpoint(20, top)[:3] for top in (20, 60)] == [[255, 0, 0], [0, 0, 255]]


def test_a_picture_of_one_pixel_can_be_padded(tmp_path: Path) -> None:
    for fill in FILLS:
        made = padded(
            saved(tmp_path / "a.png", Image.new("RGB", (1, 1), (9, 8, 7))), Pad(width=30, height=4, fill=fill)
        )
        assert isinstance(made.image.copy_memory(), pyvips.Image)
