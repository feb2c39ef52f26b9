import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictured.errors import FileError, TooLarge
from pictured.imaging.headers import traits_of
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.traits import Traits

LIMITS = DecodingLimits(pixels=1_000_000, memory=1 << 30)


def coded(kind: str, image: Image.Image | None = None, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    (image or Image.new("RGB", (32, 24), "navy")).save(file, kind, **options)
    file.seek(0)
    return file


def traits(kind: str, image: Image.Image | None = None, **options: object) -> Traits:
    return traits_of(coded(kind, image, **options), LIMITS)


def test_sizes_are_as_stored_whatever_the_orientation() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        exif = Image.Exif()
        exif[0x0112] = 6
        found = traits(kind, exif=exif)
        assert (found.width, found.height, found.orientation, found.upright) == (32, 24, 6, (24, 32))


@pytest.mark.parametrize(
    ("mode", "name"), [("1", "bilevel"), ("L", "grey"), ("P", "palette"), ("RGB", "rgb"), ("CMYK", "cmyk")]
)
def test_colour_modes_are_named(mode: str, name: str) -> None:
    assert traits("TIFF", Image.new(mode, (8, 8))).mode == name


def test_transparency_depth_and_frames_are_told() -> None:
    assert traits("PNG", Image.new("RGBA", (8, 8))).has_alpha
    assert traits("PNG", Image.new("P", (8, 8)), transparency=0).has_alpha
    assert not traits("PNG").has_alpha
    assert traits("PNG", Image.fromarray(np.zeros((8, 8), np.uint16))).bit_depth == 16
    frames = [Image.new("L", (8, 8), tone) for tone in (0, 100, 200)]
    assert traits("GIF", frames[0], save_all=True, append_images=frames[1:]).frames == 3


def test_a_jpeg_tells_how_it_is_coded() -> None:
    found = traits("JPEG", quality=83, subsampling="4:2:2", progressive=True)
    assert (found.quality, found.subsampling, found.progressive) == (83, "4:2:2", True)
    assert traits("JPEG", subsampling="4:4:4").subsampling == "4:4:4"
    assert traits("JPEG").subsampling == "4:2:0"
    assert traits("JPEG", Image.new("L", (8, 8))).subsampling is None
    assert (traits("PNG").quality, traits("PNG").subsampling) == (None, None)


def test_a_picture_with_further_views_is_a_jpeg() -> None:
    image = Image.new("RGB", (8, 8))
    assert traits("MPO", image, save_all=True, append_images=[image]).format == "JPEG"


def test_too_many_pixels_are_refused_before_anything_is_decoded() -> None:
    with pytest.raises(TooLarge, match="1 megapixels; limits"):
        traits_of(coded("PNG", Image.new("1", (1001, 1000))), LIMITS)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF"]))
def test_damaged_headers_raise_nothing_but_file_errors(data: st.DataObject, kind: str) -> None:
    damaged = bytearray(coded(kind).getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(len(damaged), 400) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileError):
        assert traits_of(io.BytesIO(bytes(damaged)), LIMITS).width > 0
