"""A file to upright, reduced luminance and the facts that are kept of it.

Pillow is asked for passive raster formats only: none that starts another program, runs code or refers to other files.
"""

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from PIL import (  # noqa: F401  Pillow learns a format by the import of its module
    AvifImagePlugin,
    DdsImagePlugin,
    IcoImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    MpoImagePlugin,
    PcxImagePlugin,
    PsdImagePlugin,
    QoiImagePlugin,
    SgiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from pictured.errors import FileError, Refused, TooLarge, Truncated
from pictured.imaging.endings import HEIF_BRANDS, ends_early
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.luminance import SHORT_SIDE, Luminance, luminance_of
from pictured.imaging.metadata import Facts, facts_of
from pictured.imaging.progressive import only_means

try:
    import pillow_heif
except ImportError:
    _HEIF: tuple[str, ...] = ()
else:
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    _HEIF = ("HEIF",)

__all__ = ["FORMATS", "Decoded", "DecodingLimits", "decode"]

FORMATS: Final = (
    *("JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000", "PPM", "QOI", "PSD", "DDS", "ICO"),
    *("SGI", "PCX", "TGA"),
    *_HEIF,
)
"""Pillow's names of the formats that are tried, in this order. MPO comes with JPEG. ICNS is left out, because it holds
JPEG 2000 pictures that do not declare their size before they are decoded."""

# Every file is judged by `DecodingLimits`; Pillow's own limit would only blur the reason.
Image.MAX_IMAGE_PIXELS = None
# The workers are as many as the cores already.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_HEAD = 4096
_SMALLEST_DRAFT = 8
_HELD = 64 * 2**20
_ONE_BYTE = ("1", "L", "P")
_MIRRORED, _UPSIDE_DOWN = (2, 3, 6, 7), (3, 4, 7, 8)
_UNREASONED = (None, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The first frame of a picture.

    luminance       see `luminance.Luminance`: upright and reduced; the short side is less where the picture is less
    box             left, top, right, bottom of the picture in `luminance`, in pixels: a reduced JPEG ends within its
                    last row and column, which stand for less than a full pixel
    width, height   of the whole picture, upright, in pixels
    format          Pillow's name, but "JPEG" for MPO, which is a JPEG with further views behind it
    mode            Pillow's name of the mode as stored
    facts           depth, frames, quantisation, EXIF
    """

    luminance: Luminance
    box: tuple[float, float, float, float]
    width: int
    height: int
    format: str
    mode: str
    facts: Facts


def decode(file: BinaryIO, limits: DecodingLimits, short_side: int = SHORT_SIDE) -> Decoded:
    """Decode the first frame of a seekable file, which stands at its beginning.

    The luminance is reduced by a whole factor to a short side of `short_side` pixels or more, but less than twice that.

    Raises Refused, Truncated and TooLarge. Their texts are predicates ("ends before the picture does."): whoever knows
    the name of the file puts it in front. An OSError of the system itself goes through. Broken metadata is no error.
    """
    head = file.read(_HEAD)
    file.seek(0)
    if not head:
        raise Truncated("is empty; if it is still being written, it is taken when it is complete.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(file, head, limits, short_side)
    except FileError:
        raise
    except MemoryError as error:
        raise TooLarge(f"needs more memory to be decoded than limits.memory, {_bytes(limits.memory)}.") from error
    except Exception as error:
        # Pillow raises almost anything on broken bytes, SyntaxError included.
        if isinstance(error, OSError) and error.errno not in _UNREASONED:
            raise
        raise reason_of(error, file, head) from error


def _decode(file: BinaryIO, head: bytes, limits: DecodingLimits, short_side: int) -> Decoded:
    with Image.open(file, formats=FORMATS) as image:
        (width, height), mode, kind = image.size, image.mode, image.format or ""
        drafted = image.draft("L", (short_side, short_side))
        _check(width, height, _needed(image, width * height), limits)
        with _cheapest(image, file, width, short_side) as loaded:
            loaded.load()
            facts = facts_of(image, head)
            stored = luminance_of(loaded, facts.bit_depth, short_side)
    luminance = _upright(stored, facts.orientation)
    # The draft is only as large as the picture is where nothing was reduced afterwards.
    within = drafted[1][2:] if drafted and stored.shape == (image.height, image.width) else stored.shape[::-1]
    box = _upright_box(within, luminance, facts.orientation)
    if facts.orientation >= 5:
        width, height = height, width
    return Decoded(luminance, box, width, height, "JPEG" if kind == "MPO" else kind, mode, facts)


@contextmanager
def _cheapest(image: Image.Image, file: BinaryIO, width: int, short_side: int) -> Iterator[Image.Image]:
    """Give the drafted picture, or one that decodes to the same pixels sooner. `width` is that of the whole picture."""
    if image.info.get("progressive") and image.mode == "L" and image.width == -(-width // _SMALLEST_DRAFT):
        file.seek(0)
        content = file.read(_HELD + 1)
        means = only_means(content) if len(content) <= _HELD else None
        if means is not None:
            with Image.open(BytesIO(means), formats=("JPEG",)) as same:
                same.draft("L", (short_side, short_side))
                yield same
            return
    yield image


def _needed(image: Image.Image, pixels: int) -> int:
    """Estimate the bytes that decoding takes: Pillow's storage, and the copy that transparency or a palette asks for.

    A progressive JPEG keeps all its coefficients, two bytes each, whatever size is asked for.
    """
    each = 1 if image.mode in _ONE_BYTE else 2 if image.mode.startswith("I;16") else 4
    each += 4 if image.has_transparency_data or image.mode == "P" else 0
    coefficients = 0
    if image.info.get("progressive") and (layers := getattr(image, "layer", None)):
        finest = max(across * down for _, across, down, _ in layers)
        coefficients = 2 * pixels * sum(across * down for _, across, down, _ in layers) // max(1, finest)
    return image.width * image.height * each + coefficients


def _check(width: int, height: int, needed: int, limits: DecodingLimits) -> None:
    declared = f"declares {width} x {height} pixels"
    if width <= 0 or height <= 0:
        raise Refused(f"{declared}, which is no picture.")
    if needed > limits.memory:
        raise TooLarge(f"{declared}, which need {_bytes(needed)}; limits.memory is {_bytes(limits.memory)}.")
    if width * height > limits.pixels:
        counted, allowed = width * height / 1e6, limits.pixels / 1e6
        raise TooLarge(f"{declared}, {counted:.3g} megapixels; limits.megapixels is {allowed:g}.")


def _bytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.3g} MB"


def _upright(luminance: Luminance, orientation: int) -> Luminance:
    """Apply an EXIF orientation (Exif 2.32, 4.6.4, tag 274)."""
    if orientation >= 5:
        luminance = luminance.T
    if orientation in _MIRRORED:
        luminance = luminance[:, ::-1]
    if orientation in _UPSIDE_DOWN:
        luminance = luminance[::-1]
    return np.ascontiguousarray(luminance)


def _upright_box(
    within: tuple[float, ...], luminance: Luminance, orientation: int
) -> tuple[float, float, float, float]:
    """Turn the width and height that the picture takes of its array, from the upper left, with the picture."""
    width, height = within[::-1] if orientation >= 5 else within
    left = luminance.shape[1] - width if orientation in _MIRRORED else 0
    top = luminance.shape[0] - height if orientation in _UPSIDE_DOWN else 0
    return (left, top, left + width, top + height)


def reason_of(error: Exception, file: BinaryIO, head: bytes) -> FileError:
    """Say why Pillow could not read a file: an error whose text is a predicate. `head` is the beginning of the file."""
    if "truncated" in str(error).lower() or isinstance(error, EOFError) or ends_early(file):
        return Truncated("ends before the picture does.")
    if not _HEIF and head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return Refused("needs the optional part for HEIC: pip install 'pictured[heif]'.")
    if isinstance(error, UnidentifiedImageError):
        return Refused("is not a picture that pictured reads.")
    text = " ".join(str(error).split())[:200] or type(error).__name__
    return Refused(f"is damaged and cannot be decoded: {text.rstrip('.')}.")
