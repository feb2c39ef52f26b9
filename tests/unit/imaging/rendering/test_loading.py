import os
from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageOps

from pictured.errors import FileError, Refused
from pictured.imaging.rendering.loading import loaded, shrunk, upright
from pictured.imaging.traits import Traits


def drawn(width: int = 48, height: int = 32) -> Image.Image:
    ramp = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_90).resize(ramp.size), ramp.rotate(180)))


def traits(path: Path, kind: str | None = None, bit_depth: int = 8, frames: int = 1) -> Traits:
    with Image.open(path) as image:
        orientation = image.getexif().get(0x0112, 1)
        kind = kind or image.format or ""
        return Traits(kind, *image.size, orientation, frames, bit_depth, "rgb", False, False, None, None, 0, {})


def pixels(image: pyvips.Image) -> bytes:
    return bytes(image.write_to_memory())


def test_a_jpeg_streams_and_keeps_its_pixels(tmp_path: Path) -> None:
    drawn().save(tmp_path / "a.jpg", quality=95)
    canvas = loaded(tmp_path / "a.jpg", traits(tmp_path / "a.jpg"), streams=True)
    assert canvas.image.get_typeof("vips-sequential")
    with Image.open(tmp_path / "a.jpg") as image:
        assert max(abs(a - b) for a, b in zip(pixels(canvas.image), image.tobytes(), strict=True)) <= 3


@pytest.mark.parametrize("name", [b"a[page=1].png", b"undecodable \xff.png", b"-n.png", b"%s.png"])
def test_any_name_is_opened(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    with path.open("wb") as file:
        drawn().save(file, "PNG")
    assert pixels(loaded(path, traits(path), streams=True).image) == drawn().tobytes()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    drawn().save(tmp_path / "a.jpg")
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    with pytest.raises(OSError, match="symbolic"):
        loaded(tmp_path / "link.jpg", traits(tmp_path / "a.jpg"), streams=True)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.gif", "a.webp", "a.avif", "a.bmp"])
def test_a_file_that_is_cut_off_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    drawn().save(path)
    known = traits(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises((FileError, pyvips.Error)):
        pixels(loaded(path, known, streams=True).image)


@pytest.mark.parametrize(
    ("mode", "suffix", "bands", "samples"),
    [
        ("L", "png", 1, "uchar"),
        ("1", "tif", 1, "uchar"),
        ("I;16", "png", 1, "ushort"),
        ("I;16", "tif", 1, "ushort"),
        ("CMYK", "jpg", 4, "uchar"),
        ("CMYK", "tif", 4, "uchar"),
        ("RGBA", "png", 4, "uchar"),
        ("LA", "png", 2, "uchar"),
        ("RGB", "bmp", 3, "uchar"),
        ("L", "bmp", 1, "uchar"),
        ("RGBA", "tga", 4, "uchar"),
    ],
)
def test_channels_and_depth_stay(tmp_path: Path, mode: str, suffix: str, bands: int, samples: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new(mode, (20, 10)).save(path)
    image = loaded(path, traits(path), streams=True).image
    assert (image.width, image.height, image.bands, image.format) == (20, 10, bands, samples)


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_a_palette_with_transparency_has_alpha(tmp_path: Path, suffix: str) -> None:
    drawn().quantize(8).save(tmp_path / f"a.{suffix}", transparency=3)
    image = loaded(tmp_path / f"a.{suffix}", traits(tmp_path / f"a.{suffix}"), streams=True).image
    assert image.bands == 4
    assert {alpha for (alpha,) in zip(pixels(image[3]), strict=False)} == {0, 255}


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_has_all_frames(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    drawn().save(path, save_all=True, append_images=[drawn().rotate(90), drawn().rotate(180)], duration=70)
    image = loaded(path, traits(path, frames=3), streams=True).image
    assert (image.height, image.get("page-height"), image.get("delay")) == (96, 32, [70, 70, 70])


def test_an_animated_png_is_refused(tmp_path: Path) -> None:
    drawn().save(tmp_path / "a.png", save_all=True, append_images=[drawn().rotate(90)])
    with pytest.raises(Refused, match="is an animated PNG"):
        loaded(tmp_path / "a.png", traits(tmp_path / "a.png", frames=2), streams=True)


def test_samples_of_32_bits_are_refused(tmp_path: Path) -> None:
    Image.new("F", (4, 4)).save(tmp_path / "a.tif")
    with pytest.raises(Refused, match="floating point"):
        loaded(tmp_path / "a.tif", traits(tmp_path / "a.tif", bit_depth=32), streams=True)


def test_a_file_that_is_not_what_it_was_said_to_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    known = Traits("JPEG", 9, 9, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    with pytest.raises(Refused, match="is no plain JPEG"):
        loaded(tmp_path / "a.jpg", known, streams=True)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("streams", [True, False])
def test_every_orientation_is_made_upright(tmp_path: Path, orientation: int, *, streams: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    drawn().save(tmp_path / "a.png", exif=exif)
    canvas = loaded(tmp_path / "a.png", traits(tmp_path / "a.png"), streams=streams)
    with Image.open(tmp_path / "a.png") as image:
        expected = ImageOps.exif_transpose(image)
    turned = upright(canvas)
    assert (turned.image.width, turned.image.height, turned.orientation) == (*expected.size, 1)
    assert pixels(turned.image) == expected.tobytes()
    assert turned.touched == (orientation != 1)


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_decoder_reduces_and_rounds_sides_up(tmp_path: Path, suffix: str, factor: int) -> None:
    drawn(100, 61).save(tmp_path / f"a.{suffix}")
    canvas = loaded(tmp_path / f"a.{suffix}", traits(tmp_path / f"a.{suffix}"), streams=True)
    image = shrunk(canvas, factor).image
    assert abs(image.width - 100 / factor) < 1
    assert abs(image.height - 61 / factor) < 1
