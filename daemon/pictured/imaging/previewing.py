"""A file to a picture in colour to be looked at: a preview of so many pixels and bytes at most, or every pixel."""

import io
import warnings
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import Image, ImageCms

from pictured.errors import Refused, TooLarge
from pictured.imaging.decoding import FORMATS, Decoded, decode
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Preview

_GREY = ("1", "L", "LA", "I", "F", "LAB", "HSV")
_QUALITIES: Final = (82, 70, 55, 40)
_SMALLEST = 48
_SHRINK = 0.8
_COPIES = 3
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def drawn(file: BinaryIO, limits: DecodingLimits, side: int, most: int) -> Preview:
    """Draw the first frame of a seekable file, which stands at its beginning.

    Refuses what `decoding.decode` refuses, with the same errors and texts.

    Args:
        file: holds the picture.
        limits: what the picture may declare.
        side: the long side, in pixels, which is not exceeded; smaller pictures are not enlarged.
        most: bytes of the WebP. Quality is given up first, then size, down to a long side of 48 pixels, which is kept
            whatever it takes.
    """
    decoded = decode(file, limits, side)
    file.seek(0)
    image = _reduced(_grey(decoded) if _is_grey(decoded.mode) else _coloured(file, decoded, side), side)
    for each, quality in _attempts(image):
        webp = encoded(each, quality)
        if len(webp) <= most:
            break
    return Preview(webp, each.width, each.height, (decoded.width, decoded.height), decoded.format)


def full(file: BinaryIO, limits: DecodingLimits, short_side: int, most: int) -> tuple[Decoded, Image.Image]:
    """Give all pixels of the first frame of a seekable file, which stands at its beginning: RGB or L, as in `drawn`.

    Refuses what `decoding.decode` refuses, with the same errors and texts, and what is too much at full size.

    Args:
        file: holds the picture.
        limits: what the picture may declare.
        short_side: of the luminance that comes with it, as `decoding.decode` takes it.
        most: pixels at most.
    """
    decoded = decode(file, limits, short_side)
    if decoded.width * decoded.height > most:
        counted = f"has {decoded.width * decoded.height / 1e6:.3g} megapixels"
        raise TooLarge(f"{counted}; at full size, no more than {most / 1e6:g} are shown.")
    needed = _COPIES * 4 * decoded.width * decoded.height
    if needed > limits.memory:
        allowed = f"limits.memory is {limits.memory / 1e6:.3g} MB"
        raise TooLarge(f"would need {needed / 1e6:.3g} MB to be shown at full size; {allowed}.")
    file.seek(0)
    if _is_grey(decoded.mode):
        return decoded, _grey(decode(file, limits, limits.pixels))
    return decoded, _coloured(file, decoded, max(decoded.width, decoded.height))


def encoded(image: Image.Image, quality: int) -> bytes:
    """Give an image as WebP."""
    webp = io.BytesIO()
    image.save(webp, "WEBP", quality=quality, method=4)
    return webp.getvalue()


def _attempts(image: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    yield from ((image, quality) for quality in _QUALITIES)
    side = max(image.size) * _SHRINK
    while side >= _SMALLEST:
        smaller = _reduced(image.copy(), round(side))
        yield from ((smaller, quality) for quality in _QUALITIES[1:])
        side *= _SHRINK
    yield _reduced(image.copy(), _SMALLEST), _QUALITIES[-1]


def _reduced(image: Image.Image, side: int) -> Image.Image:
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _is_grey(mode: str) -> bool:
    return mode in _GREY or mode.startswith("I;16")


def _grey(decoded: Decoded) -> Image.Image:
    left, top, right, bottom = (round(side) for side in decoded.box)
    return Image.fromarray(decoded.luminance).crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _coloured(file: BinaryIO, decoded: Decoded, side: int) -> Image.Image:
    # A second decoding: that of the luminance leaves the colours of a JPEG out.
    try:
        with warnings.catch_warnings(), Image.open(file, formats=FORMATS) as opened:
            warnings.simplefilter("ignore")
            image: Image.Image = opened
            profile = image.info.get("icc_profile")
            if image.has_transparency_data or image.mode == "P":
                image = image.convert("RGBA")
            image = _in_srgb(_reduced(image, side), profile)
            turn = _UPRIGHT.get(decoded.facts.orientation)
            return image if turn is None else image.transpose(turn)
    except MemoryError as error:
        raise TooLarge("needs more memory to be shown than limits.memory allows.") from error
    except Exception as error:
        raise Refused(f"is damaged and cannot be decoded: {type(error).__name__}.") from error


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            # Colours that are slightly off show the picture all the same.
            turned = None
        if turned is not None:
            return turned
    return image.convert("RGB")
