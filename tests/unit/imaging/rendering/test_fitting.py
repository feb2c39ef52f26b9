from pathlib import Path

import numpy as np
import pytest
import pyvips

from pictured.errors import Refused, TooLarge
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.fitting import fitted, frame_height
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits

TRAITS = Traits("PNG", 8, 8, 1, 1, 8, "rgb", False, False, None, None, 99, {})


def canvas(image: pyvips.Image, icc: bytes | None = None) -> Canvas:
    return Canvas(image, Path("a.png"), TRAITS, Metadata(icc=icc))


def flat(values: list[int], kind: str = "srgb", *, deep: bool = False) -> pyvips.Image:
    array = np.full((8, 8, len(values)), values, dtype=np.uint16 if deep else np.uint8)
    return pyvips.Image.new_from_array(array).copy(interpretation=kind)


def test_what_a_format_holds_is_left_alone() -> None:
    image = flat([1, 2, 3])
    assert fitted(canvas(image), "jpeg").image is image
    assert fitted(canvas(image), "jpeg").notes == ()


def test_transparency_becomes_white_in_jpeg_and_is_noted() -> None:
    made = fitted(canvas(flat([200, 0, 0, 0])), "jpeg")
    assert made.image(0, 0) == [255, 255, 255]
    assert made.notes[0].told == {"given_up": ["transparency"]}


@pytest.mark.parametrize(
    ("kind", "depth"), [("jpeg", "uchar"), ("webp", "uchar"), ("png", "ushort"), ("avif", "ushort")]
)
def test_sixteen_bits_stay_where_the_format_has_them(kind: str, depth: str) -> None:
    made = fitted(canvas(flat([65535, 0, 257 * 7], "rgb16", deep=True)), kind)
    assert made.image.format == depth
    assert made.image(0, 0) == ([65535, 0, 1799] if depth == "ushort" else [255, 0, 7])


@pytest.mark.parametrize("profile", [None, b"no profile at all"])
def test_cmyk_becomes_srgb_but_for_jpeg_and_tiff(profile: bytes | None) -> None:
    cmyk = flat([0, 255, 255, 0], "cmyk")
    assert fitted(canvas(cmyk, profile), "jpeg").image.bands == 4
    made = fitted(canvas(cmyk, profile), "png")
    red, green, blue = made.image(0, 0)
    assert red > 180
    assert max(green, blue) < 80
    assert made.metadata.icc is None


def test_a_profile_is_applied_for_gif_which_has_none() -> None:
    wide = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").icc_export(output_profile="p3")
    profile = bytes(wide.get("icc-profile-data"))
    made = fitted(canvas(flat([200, 50, 50]), profile), "gif")
    assert made.metadata.icc is None
    assert made.image(0, 0)[0] > 205


def animation() -> pyvips.Image:
    image = flat([1, 2, 3]).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", 4)
    return image


def test_frames_are_told_by_the_page_height() -> None:
    assert (frame_height(animation()), frame_height(flat([1]))) == (4, 8)


@pytest.mark.parametrize("kind", ["jpeg", "png", "avif", "tiff", "jxl"])
def test_an_animation_is_refused_by_formats_of_still_pictures(kind: str) -> None:
    with pytest.raises(Refused, match="is animated"):
        fitted(canvas(animation()), kind)
    assert fitted(canvas(animation()), "webp").image.height == 8


def test_a_side_that_a_format_cannot_hold_is_refused() -> None:
    with pytest.raises(TooLarge, match="20000 x 10 pixels, and WEBP holds 16383"):
        fitted(canvas(pyvips.Image.black(20_000, 10)), "webp")
