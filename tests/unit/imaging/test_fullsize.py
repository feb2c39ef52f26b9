import io

import numpy as np
import pytest
from PIL import Image

from pictured.errors import FileError, Refused, TooLarge, Truncated
from pictured.imaging.fullsize import Fullsize, fullsize
from pictured.imaging.limits import DecodingLimits

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)


def scene(width: int, height: int) -> Image.Image:
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 120 + 90 * np.sin(5 * columns + 3 * rows**2) * np.cos(4 * rows) + 30 * columns
    return Image.fromarray(np.dstack([light, light * 0.8, 255 - light]).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes, limits: DecodingLimits = LIMITS) -> Fullsize:
    return fullsize(io.BytesIO(content), limits)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
@pytest.mark.parametrize("size", [(900, 700), (33, 21), (1, 1), (1, 900)])
def test_every_pixel_is_there(kind: str, size: tuple[int, int]) -> None:
    image = scene(*size)
    found = opened(encoded(image, kind))
    assert found.luminance.shape == (size[1], size[0])
    assert np.abs(found.luminance.astype(int) - np.asarray(image.convert("L"))).mean() < 6


def test_a_turned_picture_stands_upright() -> None:
    upright, exif = scene(400, 300), Image.Exif()
    exif[0x0112] = 6
    found = opened(encoded(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif))
    assert np.abs(found.luminance.astype(int) - opened(encoded(upright, "JPEG")).luminance).mean() < 3


def test_a_jpeg_tells_its_table_and_others_do_not() -> None:
    image = scene(64, 64)
    coarse, fine = (opened(encoded(image, "JPEG", quality=quality)).luma_quantiser for quality in (50, 95))
    assert coarse is not None
    assert fine is not None
    assert coarse > 5 * fine
    assert opened(encoded(image, "PNG")).luma_quantiser is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_grey_is_told_from_colour_whatever_the_file_says(kind: str) -> None:
    image = scene(300, 200)
    colour, grey = opened(encoded(image, kind)), opened(encoded(image.convert("L").convert("RGB"), kind))
    assert colour.colour > 20
    assert grey.colour < 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "P", "RGBA", "CMYK"])
def test_every_mode_is_looked_at(mode: str) -> None:
    image = scene(60, 40)
    converted = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257) if mode == "I;16" else None
    found = opened(encoded(converted or image.convert(mode), "TIFF"))
    assert found.luminance.shape == (40, 60)
    assert (found.colour > 5) == (mode in {"P", "RGBA", "CMYK"})


@pytest.mark.parametrize(
    ("content", "limits", "error"),
    [
        (b"", LIMITS, Truncated),
        (b"hello", LIMITS, Refused),
        (encoded(scene(200, 100), "PNG"), DecodingLimits(pixels=10_000, memory=10**9), TooLarge),
        (encoded(scene(200, 100), "JPEG")[:900], LIMITS, Truncated),
    ],
)
def test_what_decoding_refuses_is_refused(content: bytes, limits: DecodingLimits, error: type[FileError]) -> None:
    with pytest.raises(error):
        opened(content, limits)
