"""The header of a picture to what rules ask of it. No pixel is decoded."""

import errno
import warnings
from typing import BinaryIO

from PIL import Image

from pictured.errors import FileError, Refused, TooLarge, Truncated
from pictured.imaging.decoding import FORMATS, reason_of
from pictured.imaging.exif_texts import exif_texts
from pictured.imaging.ijg import nearest_quality
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.metadata import facts_of
from pictured.imaging.traits import Traits

_HEAD = 4096
_WIDTH, _LENGTH = 256, 257
_SAMPLINGS = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0"}
_UNREASONED = (None, errno.EINVAL)


def traits_of(file: BinaryIO, limits: DecodingLimits) -> Traits:
    """Read the header of a seekable file, which stands at its beginning.

    Raises Refused, Truncated and TooLarge. Their texts are predicates ("ends before the picture does."): whoever knows
    the name of the file puts it in front. An OSError of the system itself goes through. Broken metadata is no error.
    """
    head = file.read(_HEAD)
    size = file.seek(0, 2)
    file.seek(0)
    if not head:
        raise Truncated("is empty; if it is still being written, it is taken when it is complete.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=FORMATS) as image:
                return _traits(image, head, size, limits)
    except FileError:
        raise
    except MemoryError as error:
        raise TooLarge("needs more memory to be read than limits.memory.") from error
    except Exception as error:
        # Pillow raises almost anything on broken bytes, SyntaxError included.
        if isinstance(error, OSError) and error.errno not in _UNREASONED:
            raise
        raise reason_of(error, file, head) from error


def _traits(image: Image.Image, head: bytes, size: int, limits: DecodingLimits) -> Traits:
    width, height = _stored_size(image)
    if width <= 0 or height <= 0:
        raise Refused(f"declares {width} x {height} pixels, which is no picture.")
    if width * height > limits.pixels:
        counted, allowed = width * height / 1e6, limits.pixels / 1e6
        raise TooLarge(f"has {counted:.3g} megapixels; limits.megapixels is {allowed:g}.")
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    facts = facts_of(image, head)
    return Traits(
        format=kind,
        width=width,
        height=height,
        orientation=facts.orientation,
        frames=facts.frames,
        bit_depth=facts.bit_depth,
        mode=_mode(image.mode),
        has_alpha=bool(image.has_transparency_data),
        progressive=bool(
            image.info.get("progressive") if kind == "JPEG" else kind == "PNG" and image.info.get("interlace")
        ),
        quality=nearest_quality(getattr(image, "quantization", {})) if kind == "JPEG" else None,
        subsampling=_subsampling(image) if kind == "JPEG" else None,
        size=size,
        exif=exif_texts(image, facts.taken),
    )


def _stored_size(image: Image.Image) -> tuple[int, int]:
    """Give the size before the orientation is applied: Pillow tells the size of the upright TIFF."""
    tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
    width, height = tags.get(_WIDTH), tags.get(_LENGTH)
    return (width, height) if isinstance(width, int) and isinstance(height, int) else image.size


def _mode(mode: str) -> str:
    match mode:
        case "1":
            return "bilevel"
        case "P" | "PA":
            return "palette"
        case "CMYK":
            return "cmyk"
        case "LAB":
            return "lab"
        case _:
            return "grey" if mode in ("L", "LA", "La", "I", "F") or mode.startswith("I;16") else "rgb"


def _subsampling(image: Image.Image) -> str | None:
    layers = getattr(image, "layer", None)
    if not isinstance(layers, list) or len(layers) < 3:
        return None
    (_, across, down, _), *others = layers
    ratios = {(across / max(1, layer[1]), down / max(1, layer[2])) for layer in others[:2]}
    return next((name for ratio, name in _SAMPLINGS.items() if ratios == {ratio}), "other")
