"""The formats that pyvips does not read, by Pillow: a file to an image, all of it in memory."""

import os
import warnings
from typing import BinaryIO

import pyvips
from PIL import Image

from pictured.errors import FileError, Refused, Truncated
from pictured.imaging.decoding import FORMATS
from pictured.imaging.traits import Traits

_BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}
_INTERPRETATIONS = {"L": "b-w", "LA": "b-w", "RGB": "srgb", "RGBA": "srgb", "CMYK": "cmyk"}


def opened(descriptor: int, traits: Traits) -> pyvips.Image:
    """Decode the first picture of a file, and close the descriptor.

    16 bits stay where Pillow keeps them: in grey pictures, and in HEIC of 10 and 12 bits. HEIF comes upright; of the
    other formats none is turned.
    Raises Refused and Truncated, whose texts are predicates, MemoryError and OSError.
    """
    with os.fdopen(descriptor, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _deep_heif(file) if traits.format == "HEIF" and traits.bit_depth > 8 else _decoded(file, traits)
        except (FileError, MemoryError):
            raise
        except Exception as error:
            # Pillow raises almost anything on broken bytes, SyntaxError included.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            if "truncated" in str(error).lower() or isinstance(error, EOFError):
                raise Truncated("ends before the picture does.") from error
            told = " ".join(str(error).split())[:200] or type(error).__name__
            raise Refused(f"is damaged and cannot be decoded: {told.rstrip('.')}.") from error


def _decoded(file: BinaryIO, traits: Traits) -> pyvips.Image:
    with Image.open(file, formats=FORMATS) as image:
        image.load()
        if image.mode.startswith("I;16") or (image.mode == "I" and traits.bit_depth == 16):
            deep = image if image.mode == "I;16" else image.convert("I;16")
            return _image(deep.tobytes(), deep.size, 1, "ushort", "grey16")
        if image.mode in ("I", "F"):
            raise Refused(f"has {traits.bit_depth}-bit samples, and only pictures of 8 and 16 bits are rendered.")
        plain = image.convert(_plain_mode(image))
        return _image(plain.tobytes(), plain.size, _BANDS[plain.mode], "uchar", _INTERPRETATIONS[plain.mode])


def _plain_mode(image: Image.Image) -> str:
    if image.mode in _BANDS and not image.has_transparency_data:
        return image.mode
    if image.mode == "1":
        return "L"
    if image.has_transparency_data:
        return "LA" if image.mode in ("1", "L", "LA", "La") else "RGBA"
    return "RGB"


def _deep_heif(file: BinaryIO) -> pyvips.Image:
    import pillow_heif  # noqa: PLC0415  the optional part; without it, there are no HEIF traits

    heif = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
    bands = 4 if heif.has_alpha else 3
    width, height = heif.size
    data = bytes(heif.data)
    row = width * bands * 2
    if heif.stride != row:
        data = b"".join(data[top * heif.stride :][:row] for top in range(height))
    return _image(data, heif.size, bands, "ushort", "rgb16")


def _image(data: bytes, size: tuple[int, int], bands: int, samples: str, interpretation: str) -> pyvips.Image:
    image = pyvips.Image.new_from_memory(data, size[0], size[1], bands, samples)
    return image.copy(interpretation=interpretation)
