"""What lies below a watermark: how light it is, without reading a streamed picture twice."""

from dataclasses import dataclass, replace

import pyvips

from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.loading import glimpsed

_KEPT = 24_000_000
_GLANCE = 512
_LIGHT = 65.0


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a frame, in pixels."""

    left: int
    top: int
    width: int
    height: int


def seen(canvas: Canvas, box: Box) -> tuple[Canvas, float | None]:
    """Look at a part of the first frame: its mean lightness, CIE L* from 0 to 100, or None where it cannot be known.

    A streamed picture can be read once only. Up to 24 MB of pixels are kept in memory, and the canvas with them is
    given back; of a larger one the source is opened once more, much reduced. That is not to the point only where an
    operation has changed its frame.
    """
    image = canvas.image
    if not image.get_typeof("vips-sequential"):
        return canvas, _lightness(image, box)
    if image.width * image.height * image.bands * (2 if image.format == "ushort" else 1) <= _KEPT:
        kept = image.copy_memory()
        return replace(canvas, image=kept), _lightness(kept, box)
    width, height = canvas.traits.upright
    if abs(width * image.height - height * image.width) > max(width, height) * 2:
        return canvas, None
    glance = glimpsed(canvas, _GLANCE)
    scale = glance.width / image.width
    left, top = int(box.left * scale), int(box.top * scale)
    across = max(1, min(glance.width - left, round(box.width * scale)))
    down = max(1, min(glance.height - top, round(box.height * scale)))
    return canvas, _lightness(glance, Box(left, top, across, down))


def is_light(lightness: float) -> bool:
    """Whether dark letters stand out better from a ground of this L* than light ones with a dark shadow."""
    return lightness > _LIGHT


def _lightness(image: pyvips.Image, box: Box) -> float:
    part = image.crop(box.left, box.top, box.width, box.height)
    if part.hasalpha():
        part = part.flatten(background=[65535 if part.format == "ushort" else 255])
    return float(part.colourspace("lab")[0].avg())
