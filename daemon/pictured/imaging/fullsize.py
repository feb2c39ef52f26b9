"""A file to upright luminance at its full size, and how colourful it is."""

import warnings
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from pictured.errors import Refused
from pictured.imaging.decoding import FORMATS, decode
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.luminance import Luminance

_SIDE = 64
_GREY = ("1", "L", "LA", "I", "F")


@dataclass(frozen=True, slots=True)
class Fullsize:
    """The first frame of a picture.

    luminance        see `luminance.Luminance`: upright, every pixel of the picture
    luma_quantiser   mean of the JPEG luminance table, None for other formats
    colour           mean distance of the chroma (Cb, Cr of ITU-R BT.601, 8 bits) from grey, 0 to 181, over 64 x 64
                     pixels; below 1 for a picture in shades of grey that was saved with colours
    """

    luminance: Luminance
    luma_quantiser: float | None
    colour: float


def fullsize(file: BinaryIO, limits: DecodingLimits) -> Fullsize:
    """Decode the first frame of a seekable file, which stands at its beginning.

    Refuses what `decoding.decode` refuses, with the same errors and texts.
    """
    decoded = decode(file, limits, limits.pixels)
    if decoded.mode in _GREY or decoded.mode.startswith("I;16"):
        return Fullsize(decoded.luminance, decoded.facts.luma_quantiser, 0.0)
    file.seek(0)
    return Fullsize(decoded.luminance, decoded.facts.luma_quantiser, _colour(file))


def _colour(file: BinaryIO) -> float:
    # A second decoding: that of the luminance leaves the colours of a JPEG out, and this one reads a JPEG at an eighth.
    try:
        with warnings.catch_warnings(), Image.open(file, formats=FORMATS) as image:
            warnings.simplefilter("ignore")
            image.draft("RGB", (_SIDE, _SIDE))
            small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except Exception as error:
        raise Refused(f"is damaged and cannot be decoded: {type(error).__name__}.") from error
    chroma = np.asarray(small.convert("YCbCr"), np.float32)[:, :, 1:] - 128
    return float(np.hypot(chroma[:, :, 0], chroma[:, :, 1]).mean())
