import io
import os
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.errors import FileError, Refused, TooLarge, Truncated
from pictured.imaging.decoding import FORMATS, Decoded, DecodingLimits, decode

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)


def scene(width: int, height: int) -> Image.Image:
    """Soft shapes with no symmetry, so that every orientation shows."""
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 120 + 90 * np.sin(5 * columns + 3 * rows**2) * np.cos(4 * rows) + 30 * columns
    return Image.fromarray(np.dstack([light, light * 0.8, 255 - light]).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def decoded(content: bytes, limits: DecodingLimits = LIMITS) -> Decoded:
    return decode(io.BytesIO(content), limits)


def png_that_declares(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000", "PPM", "HEIF"])
def test_every_format_shows_the_same_picture(kind: str) -> None:
    if kind == "HEIF":
        pytest.importorskip("pillow_heif")
    image = scene(320, 240)
    found = decoded(encoded(image, kind))
    assert (found.width, found.height, found.format) == (320, 240, kind)
    truth = np.asarray(image.convert("L").resize((found.luminance.shape[1], found.luminance.shape[0])))
    assert np.abs(found.luminance.astype(int) - truth).mean() < 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_stands_upright(kind: str, orientation: int) -> None:
    upright = scene(400, 300)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decoded(encoded(stored, kind, exif=exif))
    plain = decoded(encoded(upright, kind))
    assert (found.width, found.height) == (400, 300)
    assert found.luminance.shape == plain.luminance.shape
    assert np.abs(found.luminance.astype(int) - plain.luminance).mean() < 3


@pytest.mark.parametrize(("size", "orientation", "box"), [
    ((801, 533), 1, (0.0, 0.0, 400.5, 266.5)),
    ((801, 533), 3, (0.5, 0.5, 401.0, 267.0)),
    ((801, 533), 6, (0.5, 0.0, 267.0, 400.5)),
    ((801, 533), 8, (0.0, 0.5, 266.5, 401.0)),
])  # fmt: skip
def test_a_reduced_picture_tells_where_it_ends(size: tuple[int, int], orientation: int, box: tuple[float, ...]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert decoded(encoded(scene(*size), "JPEG", exif=exif)).box == box


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("short_side", [128, 192, 400])
def test_a_picture_is_reduced_as_far_as_asked(kind: str, short_side: int) -> None:
    found = decode(io.BytesIO(encoded(scene(1200, 800), kind)), LIMITS, short_side)
    assert (found.width, found.height) == (1200, 800)
    assert short_side <= min(found.luminance.shape) < 2 * short_side
    assert found.box[2] / found.box[3] == pytest.approx(1.5, abs=0.01)


def test_an_mpo_is_a_jpeg() -> None:
    image = scene(64, 64)
    found = decoded(encoded(image, "MPO", save_all=True, append_images=[image]))
    assert (found.format, found.facts.frames) == ("JPEG", 1)


def test_a_picture_with_damaged_exif_is_read() -> None:
    found = decoded(encoded(scene(64, 48), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 60))
    assert (found.width, found.facts.camera) == (64, None)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"\x89PNG"])
def test_the_beginning_of_a_picture_is_truncated(content: bytes) -> None:
    with pytest.raises(Truncated):
        decoded(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "HEIF"])
@pytest.mark.parametrize("part", [0.3, 0.7])
def test_a_half_written_picture_is_truncated(kind: str, part: float) -> None:
    if kind == "HEIF":
        pytest.importorskip("pillow_heif")
    noise = np.random.default_rng(2).integers(0, 255, (96, 96, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    with pytest.raises(Truncated, match=r"^ends before the picture does\.$"):
        decoded(whole[: int(len(whole) * part)])


@pytest.mark.parametrize("content", [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.7\n", b"hello", b"\0" * 5000])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match=r"^is not a picture that pictured reads\.$"):
        decoded(content)


def test_a_damaged_picture_is_refused_with_the_decoders_reason() -> None:
    content = bytearray(encoded(scene(64, 64), "BMP"))
    content[28:30] = b"\x30\x75"
    with pytest.raises(Refused, match=r"^is damaged and cannot be decoded: .*30000"):
        decoded(bytes(content))


def test_a_declared_size_beyond_the_memory_is_refused_before_decoding() -> None:
    with pytest.raises(TooLarge, match=r"60000 x 60000 pixels, which need 14\.4 GB; limits\.memory is 512 MB"):
        decoded(png_that_declares(60_000, 60_000))


def test_a_declared_size_beyond_the_pixels_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"limits\.megapixels is 0\.001"):
        decoded(encoded(scene(64, 64), "PNG"), DecodingLimits(pixels=1000, memory=10**9))


def test_a_jpeg_needs_no_more_than_its_reduced_size() -> None:
    limits = DecodingLimits(pixels=10**9, memory=200_000)
    assert decoded(encoded(scene(2000, 1500), "JPEG"), limits).width == 2000
    with pytest.raises(TooLarge, match=r"limits\.memory"):
        decoded(encoded(scene(2000, 1500), "JPEG", progressive=True), limits)


def test_no_format_runs_another_program() -> None:
    assert not {"EPS", "WMF", "PDF", "FPX", "MIC"} & set(FORMATS)


def test_heic_without_its_part_says_what_to_install() -> None:
    program = (
        "import io, sys; sys.modules['pillow_heif'] = None\n"
        "from pictured.imaging.decoding import decode, DecodingLimits\n"
        "try: decode(io.BytesIO(b'\\0\\0\\0\\x18ftypheic' + bytes(12)), DecodingLimits(1, 1))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment)
    assert ran.stdout == "Refused needs the optional part for HEIC: pip install 'pictured[heif]'.\n"


def test_every_camera_picture_is_decoded(corpus: Path) -> None:
    pytest.importorskip("pillow_heif")
    failed = []
    for path in sorted((corpus / "camera").iterdir()):
        try:
            with path.open("rb") as file:
                decode(file, LIMITS)
        except FileError as error:
            failed.append((path.name, type(error)))
    assert failed == [("IllegalArgumentException.HeifReader.processBoxes.heif", Truncated)]


def test_the_real_orientations_agree_with_their_reference(corpus: Path) -> None:
    for name in ("Landscape", "Portrait"):
        with (corpus / "exif" / f"{name}_0.jpg").open("rb") as file:
            reference = decode(file, LIMITS)
        for orientation in range(1, 9):
            with (corpus / "exif" / f"{name}_{orientation}.jpg").open("rb") as file:
                found = decode(file, LIMITS)
            assert (found.width, found.height) == (reference.width, reference.height)
            assert np.abs(found.luminance.astype(int) - reference.luminance).mean() < 1.5
