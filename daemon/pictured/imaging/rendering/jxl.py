"""JPEG XL, through a package that people install themselves. Loaded only when somebody asks for it."""

import importlib
import io
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image

from pictured.errors import Refused
from pictured.imaging.rendering.writing import Coding

_PROFILE = "icc-profile-data"


def write(image: pyvips.Image, coding: Coding, file: Path) -> None:
    """Write a file with the profile of `image`. Raises Refused (the package is missing) and OSError."""
    profile = bytes(image.get(_PROFILE)) if _PROFILE in image.get_fields() else b""
    file.write_bytes(_coded(image, coding, profile))


def coded(image: pyvips.Image, coding: Coding) -> bytes:
    """Give the coded picture without a profile. Raises Refused (the package is missing)."""
    return _coded(image, coding, b"")


def decoded(content: bytes) -> pyvips.Image:
    """Give the pixels of a coded picture. Raises Refused (the package is missing)."""
    _require()
    with Image.open(io.BytesIO(content)) as picture:
        return pyvips.Image.new_from_array(picture)


def _coded(image: pyvips.Image, coding: Coding, profile: bytes) -> bytes:
    _require()
    out = io.BytesIO()
    options: dict[str, Any] = {"lossless": True} if coding.quality is None else {"quality": coding.quality}
    Image.fromarray(image.numpy().squeeze()).save(out, "JXL", icc_profile=profile, exif=b"", **options)
    return out.getvalue()


def _require() -> None:
    try:
        importlib.import_module("pillow_jxl")
    except ImportError as error:
        raise Refused(
            "cannot be stored as JPEG XL, because the package pillow-jxl-plugin is not installed; install it beside "
            "pictured, or choose another format."
        ) from error
