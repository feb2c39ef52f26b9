"""Draws text: by Pango with the installed fonts, or by FreeType where there are none."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyvips

from pictured.errors import Refused, Unreadable

if TYPE_CHECKING:
    from PIL import ImageFont

_PROBE = 24


def lettered(text: str, em: float, *, font: str, font_file: str | None, align: str) -> pyvips.Image:
    """Draw a text and cut it out: uint8, 1 band, 255 where it covers the ground.

    em     size of the font, in pixels
    align  "left" or "right": where the lines of a text with several stand; anything else: in the middle

    Raises Unreadable (the font file cannot be read) and Refused (it is no font, or there is no font for the text).
    """
    if font_file is not None:
        return _set(text, em, _family(font_file), align, fontfile=font_file)
    if _nothing_installed():
        return _built_in(text, em, align)
    return _set(text, em, font, align)


def _set(text: str, em: float, font: str, align: str, **more: str) -> pyvips.Image:
    try:
        place = {"left": "low", "right": "high"}.get(align, "centre")
        marked_up = html.escape(text, quote=False)
        drawn = pyvips.Image.text(marked_up, font=f"{font} {em:.2f}", dpi=72, align=place, **more).copy_memory()
    except pyvips.Error as error:
        reason = " ".join(str(error).split())
        raise Refused(f"cannot be watermarked: the text {text!r} cannot be drawn in {font}: {reason}.") from error
    return drawn.copy(interpretation="b-w")


def _family(font_file: str) -> str:
    # Needed for a font file only: Pillow costs more memory than a font does.
    from PIL import ImageFont  # noqa: PLC0415

    try:
        with Path(font_file).open("rb") as content:
            family, style = ImageFont.truetype(content, _PROBE).getname()
    except OSError as error:
        if error.errno is None:
            raise Refused(f"cannot be watermarked: {font_file} is not a font; name a TTF or OTF file.") from error
        reason = error.strerror or error
        raise Unreadable(
            f"cannot be watermarked: the font file {font_file} cannot be read ({reason}); correct font_file."
        ) from error
    # The comma ends the family, whose last words could be taken for a style.
    return f"{family}, {style}"


def _nothing_installed() -> bool:
    # Without any font Pango draws the same empty box for every letter, and tells nobody.
    first, second = (pyvips.Image.text(letter, font=f"sans {_PROBE}", dpi=72) for letter in "IW")
    return bool(first.write_to_memory() == second.write_to_memory())


def _built_in(text: str, em: float, align: str) -> pyvips.Image:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    font = ImageFont.load_default(em)
    lost = "".join(_without_glyph(text, font))
    if lost:
        raise Refused(
            f"cannot be watermarked: no font is installed, and the built-in one cannot write {lost!r}; install a font "
            "(on Debian: fonts-dejavu-core) or name one with font_file."
        )
    place = align if align in {"left", "right"} else "center"
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font, align=place
    )
    drawn = Image.new("L", (max(1, int(right - left) + 2), max(1, int(bottom - top) + 2)))
    ImageDraw.Draw(drawn).multiline_text((1 - left, 1 - top), text, 255, font, align=place)
    drawn = drawn.crop(drawn.getbbox())
    return pyvips.Image.new_from_memory(drawn.tobytes(), drawn.width, drawn.height, 1, "uchar").copy(
        interpretation="b-w"
    )


def _without_glyph(text: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont") -> Iterator[str]:
    nothing = bytes(font.getmask("\uffff"))
    yield from (
        letter for letter in dict.fromkeys(text) if not letter.isspace() and bytes(font.getmask(letter)) == nothing
    )
