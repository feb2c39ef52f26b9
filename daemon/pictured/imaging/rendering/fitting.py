"""What a picture must give up to be stored in a format, and what cannot be stored in it at all."""

from collections.abc import Mapping
from dataclasses import replace

import pyvips

from pictured.errors import Refused, TooLarge
from pictured.imaging.rendering.canvas import Canvas

LARGEST: Mapping[str, int] = {"jpeg": 65_500, "webp": 16_383, "avif": 16_384, "gif": 65_535}
"""Pixels of the longer side that a format or its encoder takes."""

_ANIMATED = ("gif", "webp")
_CMYK = ("jpeg", "tiff")
_DEEP = ("png", "tiff", "avif")
_DEEP_KINDS = ("rgb16", "grey16")


def frame_height(image: pyvips.Image) -> int:
    """Give the height of one frame, in pixels; that of the picture if it is still."""
    pages = "page-height" in image.get_fields() and image.get("page-height")
    return int(pages) if pages and image.height % pages == 0 else image.height


def fitted(canvas: Canvas, kind: str) -> Canvas:
    """Give the canvas with pixels that the format `kind` holds.

    CMYK becomes sRGB where the format has no CMYK, and so does every profile in GIF, which has none; 16 bits become 8
    (AVIF rounds them to 10 itself); transparency becomes white in JPEG. What was given up is noted.
    Raises Refused (animated) and TooLarge (a side is too long).
    """
    image, given_up = canvas.image, []
    height, longest = frame_height(image), LARGEST.get(kind)
    if height != image.height and kind not in _ANIMATED:
        raise Refused(f"is animated, and {kind.upper()} holds still pictures only; convert it to webp or gif.")
    if longest is not None and max(image.width, height) > longest:
        raise TooLarge(
            f"would have {image.width} x {height} pixels, and {kind.upper()} holds {longest} a side; resize it first, "
            "or convert it to another format."
        )
    metadata = canvas.metadata
    if (image.interpretation == "cmyk" and kind not in _CMYK) or (metadata.icc is not None and kind == "gif"):
        given_up.append("its colour profile" if image.interpretation != "cmyk" else "CMYK")
        image, metadata = _srgb(image, metadata.icc), replace(metadata, icc=None)
    if image.interpretation in ("lab", "labs") and kind != "tiff":
        image, metadata = image.colourspace("srgb"), replace(metadata, icc=None)
        given_up.append("Lab")
    if image.interpretation in _DEEP_KINDS and kind not in _DEEP:
        image = image.colourspace("b-w" if image.bands <= 2 else "srgb")
        given_up.append("16 bits")
    if image.hasalpha() and kind == "jpeg":
        image = image.flatten(background=[255] * (image.bands - 1))
        given_up.append("transparency")
    canvas = replace(canvas, image=image, metadata=metadata)
    return canvas.noted("convert", given_up=given_up) if given_up else canvas


def _srgb(image: pyvips.Image, profile: bytes | None) -> pyvips.Image:
    """Convert by the profile, or where there is none or it is broken, by the engine's own."""
    cmyk = image.interpretation == "cmyk"
    if profile is not None:
        tagged = image.copy()
        tagged.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
        try:
            return tagged.icc_transform("srgb", embedded=True, input_profile="cmyk" if cmyk else "srgb")
        except pyvips.Error:
            pass
    return image.icc_transform("srgb", embedded=False, input_profile="cmyk") if cmyk else image
