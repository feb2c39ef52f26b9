import io

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from pictured.imaging.metadata import Facts, facts_of

MAKE, MODEL, ORIENTATION, DETAILS, ORIGINAL = 0x010F, 0x0110, 0x0112, 0x8769, 0x9003


def facts(kind: str, image: Image.Image | None = None, **options: object) -> Facts:
    file = io.BytesIO()
    (image or Image.new("RGB", (32, 24), "navy")).save(file, kind, **options)
    file.seek(0)
    with Image.open(file) as opened:
        opened.load()
        return facts_of(opened, file.getvalue()[:4096])


def exif(make: str = "", model: str = "", orientation: object = 1, taken: str = "") -> bytes:
    made = Image.Exif()
    made[MAKE], made[MODEL], made[ORIENTATION] = make, model, orientation
    made.get_ifd(DETAILS)[ORIGINAL] = taken
    return made.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_camera_time_and_orientation_are_read(kind: str) -> None:
    found = facts(kind, exif=exif("Olympus ", "E-10\0junk", 6, "2019:07:14 12:30:05"))
    assert (found.camera, found.taken, found.orientation) == ("Olympus E-10", "2019-07-14T12:30:05", 6)
    assert found.metadata == ("exif",)


def test_a_make_that_the_model_repeats_is_told_once() -> None:
    assert facts("JPEG", exif=exif("Canon", "Canon EOS 5D")).camera == "Canon EOS 5D"


@pytest.mark.parametrize(
    "taken", ["", "0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", "2019:13:41 12:30:05"]
)
def test_a_time_that_is_none_is_absent(taken: str) -> None:
    assert facts("JPEG", exif=exif(taken=taken)).taken is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "broken", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 40]
)
def test_broken_exif_is_absent(broken: bytes) -> None:
    found = facts("JPEG", exif=broken)
    assert (found.camera, found.taken, found.orientation) == (None, None, 1)


def test_an_orientation_beyond_eight_is_none() -> None:
    assert facts("JPEG", exif=exif(orientation=9)).orientation == 1


def test_the_finest_quantiser_is_one() -> None:
    assert facts("JPEG", quality=100).luma_quantiser == 1.0
    coarse, fine = facts("JPEG", quality=30).luma_quantiser, facts("JPEG", quality=90).luma_quantiser
    assert coarse is not None
    assert fine is not None
    assert coarse > fine > 1.0
    assert facts("PNG").luma_quantiser is None


def test_the_depth_is_that_of_the_file() -> None:
    assert facts("PNG").bit_depth == 8
    assert facts("PNG", Image.new("I;16", (4, 4))).bit_depth == 16
    assert facts("TIFF", Image.new("I;16", (4, 4))).bit_depth == 16
    assert facts("PNG", Image.new("1", (4, 4))).bit_depth == 1
    assert facts("TIFF", Image.new("F", (4, 4))).bit_depth == 32
    assert facts("AVIF").bit_depth == 8


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_frames_of_an_animation_are_counted(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    assert facts(kind, frames[0], save_all=True, append_images=frames[1:]).frames == 3


def test_pages_are_no_frames() -> None:
    page = Image.new("RGB", (16, 16))
    assert facts("TIFF", page, save_all=True, append_images=[page]).frames == 1


def test_the_groups_of_metadata_are_named() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert facts("JPEG", icc_profile=profile, xmp=b"<x:xmpmeta/>").metadata == ("icc", "xmp")
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")
    assert facts("PNG", pnginfo=text).metadata == ("xmp",)
    assert facts("BMP").metadata == ()
