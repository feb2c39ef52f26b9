"""The operation `watermark`: a text or a logo over the picture, over each frame of an animation."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pyvips

from pictured.errors import Refused
from pictured.imaging.operations.watermark import Watermark
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.dressing import DARK, PALE, Dress, dressed, opposite, repeated
from pictured.imaging.rendering.grounds import Box, is_light, seen
from pictured.imaging.rendering.lettering import lettered
from pictured.imaging.rendering.loading import upright
from pictured.imaging.rendering.logos import logo_bytes, logo_size, sized_logo
from pictured.imaging.rendering.overlaying import laid_over, matched, within

_TEXT = 0.035
_LOGO = 0.12
_SMALLEST = 10.0
_LEGIBLE = 6.0
_COARSE = 100.0


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is drawn: its size in pixels before it is turned, that of its letters, and how to draw it n times larger."""

    width: int
    height: int
    em: float
    draw: Callable[[int], pyvips.Image]


def watermarked(canvas: Canvas, operation: Watermark) -> Canvas:
    """Draw the watermark. The note tells its box in pixels of the frame and its tone.

    Raises Refused (the picture is too small for it, nothing is left of its text, the logo is damaged), Unreadable (the
    logo or the font file cannot be read) and TooLarge (the logo's file).
    """
    canvas = upright(canvas)
    frame = canvas.image.width, _frame_height(canvas.image)
    shape = _logo(operation, *frame) if operation.logo is not None else _text(operation, *frame)
    box = _placed(operation, _turned_size(shape.width, shape.height, operation.rotation), frame)
    below = Box(0, 0, *frame) if operation.tiled else within(box, *frame) or box
    tone = _tone(operation)
    if tone == "auto":
        canvas, lightness = seen(canvas, below)
        tone = "dark" if lightness is not None and is_light(lightness) else "light"
    reduce = 2 if operation.rotation % 90 and shape.em < _COARSE else 1
    mark = dressed(shape.draw(reduce), shape.em * reduce, _dress(operation, tone), reduce=reduce)
    drawing = matched(mark.image, canvas.image, canvas.metadata.icc)
    left, top = box.left - mark.bleed, box.top - mark.bleed
    if operation.tiled:
        gap = max(0, round(operation.spacing * min(frame)) - 2 * mark.bleed)
        drawing, left, top = repeated(drawing, gap, *frame), 0, 0
    image = laid_over(canvas.image, drawing, left, top)
    told = {"left": below.left, "top": below.top, "width": below.width, "height": below.height}
    return canvas.painted(image).noted("watermark", colour=tone, **told)


def _text(operation: Watermark, width: int, height: int) -> _Shape:
    text = operation.text or ""
    if not text.strip():
        raise Refused("cannot be watermarked: it has none of the fields that the watermark's text is made of.")
    align = operation.position.rpartition("-")[2]

    def draw(em: float) -> pyvips.Image:
        return lettered(text, em, font=operation.font, font_file=operation.font_file, align=align)

    em = max(_SMALLEST, (operation.size or _TEXT) * min(width, height))
    drawn = draw(em)
    fits = _fitting(drawn, operation, width, height)
    if operation.width is not None:
        fits = min(fits, operation.width * width / drawn.width)
    if fits < 1 or operation.width is not None:
        em *= fits
        drawn = draw(em)
    if em < _LEGIBLE:
        raise Refused(
            f"is too small ({width} x {height} pixels) to be watermarked with {text!r}; leave small pictures out with "
            "`when: {min_short_edge: ...}`, or shorten the text."
        )
    return _Shape(drawn.width, drawn.height, em, lambda times: draw(em * times))


def _logo(operation: Watermark, width: int, height: int) -> _Shape:
    coded = logo_bytes(operation.logo or "")
    across, down = logo_size(coded)
    if operation.width is not None:
        scale = operation.width * width / across
    else:
        scale = (operation.size or _LOGO) * min(width, height) / down
    wide, high = max(1, round(across * scale)), max(1, round(down * scale))
    needs = _turned_size(wide, high, operation.rotation)
    if needs[0] > width or needs[1] > height:
        raise Refused(
            f"is smaller ({width} x {height} pixels) than the watermark's logo, which would take {needs[0]} x "
            f"{needs[1]}; make `size` or `width` of the watermark smaller."
        )
    return _Shape(wide, high, min(wide, high) / 2, lambda times: sized_logo(coded, wide * times, high * times))


def _fitting(drawn: pyvips.Image, operation: Watermark, width: int, height: int) -> float:
    across, down = _turned_size(drawn.width, drawn.height, operation.rotation)
    edges = 2 * operation.margin * min(width, height)
    return min(max(1.0, width - edges) / across, max(1.0, height - edges) / down)


def _turned_size(width: int, height: int, rotation: float) -> tuple[int, int]:
    cosine, sine = abs(math.cos(math.radians(rotation))), abs(math.sin(math.radians(rotation)))
    return round(width * cosine + height * sine), round(width * sine + height * cosine)


def _placed(operation: Watermark, size: tuple[int, int], frame: tuple[int, int]) -> Box:
    margin = round(operation.margin * min(frame))
    vertical, _, horizontal = operation.position.rpartition("-")
    along = horizontal if horizontal in {"left", "right"} else "centre"
    down = vertical or (horizontal if horizontal in {"top", "bottom"} else "centre")
    return Box(_start(along, size[0], frame[0], margin), _start(down, size[1], frame[1], margin), *size)


def _start(place: str, length: int, room: int, margin: int) -> int:
    # Where there is no room for the margin on both sides, what is drawn stands in the middle.
    kept = min(margin, max(0, room - length) // 2)
    match place:
        case "left" | "top":
            return kept
        case "right" | "bottom":
            return room - length - kept
        case _:
            return (room - length) // 2


def _tone(operation: Watermark) -> str:
    return operation.colour or ("auto" if operation.logo is None else "own")


def _dress(operation: Watermark, tone: str) -> Dress:
    effect = operation.effect or ("shadow" if operation.logo is None else "none")
    named = {"own": None, "light": PALE, "dark": DARK}
    opacity = operation.opacity
    if tone in named:
        colour = named[tone]
    else:
        red, green, blue, *cover = bytes.fromhex(tone.removeprefix("#"))
        colour = red, green, blue
        opacity *= cover[0] / 255 if cover else 1
    against = DARK if colour is None else opposite(colour)
    return Dress(colour, against, effect, opacity, operation.rotation)


def _frame_height(image: pyvips.Image) -> int:
    return int(image.get("page-height")) if image.get_typeof("page-height") else int(image.height)
