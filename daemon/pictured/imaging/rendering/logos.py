"""Loads logos: PNG, and SVG that is drawn at the size at which it is needed."""

from pathlib import Path

import pyvips

from pictured.errors import Refused, TooLarge, Unreadable

_PNG = b"\x89PNG\r\n\x1a\n"
_BYTES = 32_000_000
_PIXELS = 50_000_000


def logo_bytes(file: str) -> bytes:
    """Read a logo. Raises Unreadable, Refused (neither PNG nor SVG) and TooLarge (above 32 MB)."""
    try:
        with Path(file).open("rb") as content:
            coded = content.read(_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            f"cannot be watermarked: the logo {file} cannot be read ({error.strerror or error}); correct logo."
        ) from error
    if len(coded) > _BYTES:
        raise TooLarge(f"cannot be watermarked: the logo {file} has more than {_BYTES // 10**6} MB.")
    if not (coded.startswith(_PNG) or _is_svg(coded)):
        raise Refused(f"cannot be watermarked: the logo {file} is neither PNG nor SVG; convert it to one of them.")
    return coded


def logo_size(coded: bytes) -> tuple[int, int]:
    """Width and height of a logo as it is stored, in pixels. Raises Refused where it is damaged or huge."""
    image = _opened(coded, 1.0)
    if image.width * image.height > _PIXELS and not _is_svg(coded):
        raise Refused(f"cannot be watermarked: the logo has more than {_PIXELS // 10**6} megapixels; make it smaller.")
    return image.width, image.height


def sized_logo(coded: bytes, width: int, height: int) -> pyvips.Image:
    """Draw a logo at exactly this size: uint8, sRGB with alpha, not premultiplied."""
    try:
        if _is_svg(coded):
            stored = _opened(coded, 1.0)
            # A little larger, since an SVG comes at whole pixels of its own choice.
            image = _opened(coded, max(width / stored.width, height / stored.height) * 1.02)
        else:
            image = _opened(coded, 1.0)
        image = _in_srgb(image)
        image = image.premultiply().resize(width / image.width, vscale=height / image.height).unpremultiply()
        # Lanczos reaches beyond white and black, and casting cuts that off.
        return image.rint().cast("uchar").copy(interpretation="srgb").crop(0, 0, width, height).copy_memory()
    except pyvips.Error as error:
        raise _damaged(error) from error


def _opened(coded: bytes, scale: float) -> pyvips.Image:
    try:
        # From memory an SVG has no folder, so that it cannot draw other files into itself.
        if _is_svg(coded):
            return pyvips.Image.svgload_buffer(coded, scale=scale)
        return pyvips.Image.pngload_buffer(coded)
    except pyvips.Error as error:
        raise _damaged(error) from error


def _in_srgb(image: pyvips.Image) -> pyvips.Image:
    if "icc-profile-data" in image.get_fields():
        image = image.icc_transform("srgb", embedded=True, intent="relative", depth=8)
    image = image.colourspace("srgb")
    return image if image.hasalpha() else image.addalpha()


def _is_svg(coded: bytes) -> bool:
    return not coded.startswith(_PNG) and b"<svg" in coded[:4096]


def _damaged(error: pyvips.Error) -> Refused:
    reason = " ".join(str(error).split())[-200:].rstrip(".")
    return Refused(f"cannot be watermarked: the logo is damaged: {reason}.")
