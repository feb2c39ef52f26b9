"""Colours laid over each other. A canvas is float32, (height, width, 3): red, green, blue as displayed, 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pictured.imaging.drawing.noise import Plane

Canvas = NDArray[np.float32]
Pixels = NDArray[np.uint8]
"""A finished picture: uint8, (height, width, 3), red, green, blue."""
Colour = tuple[float, float, float]
Outline = Sequence[tuple[float, float]]

_FINER = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon, its corners in pixels (columns, rows), in one colour."""

    outline: Outline
    colour: Colour


def mixed(under: Canvas | Colour, over: Canvas | Colour, share: Plane | float) -> Canvas:
    """Lay one colour over another; `share` is that of the upper one, 0 to 1, for each point or for all."""
    part = np.asarray(share, np.float32)[..., None]
    below = np.asarray(under, np.float32)
    found: Canvas = below + (np.asarray(over, np.float32) - below) * part
    return found


def graded(values: Plane, stops: Mapping[float, Colour]) -> Canvas:
    """Give each value a colour between those of its two neighbouring stops, which are in ascending order."""
    places, colours = list(stops), np.array(list(stops.values()))
    canvas = np.empty((*values.shape, 3), np.float32)
    for channel in range(3):
        canvas[..., channel] = np.interp(values, places, colours[:, channel])
    return canvas


def dimmed(colour: Colour, by: float) -> Colour:
    """A colour with so much of its light; above 1 is brighter."""
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def with_shapes(canvas: Canvas, shapes: Sequence[Shape]) -> Canvas:
    """Paint polygons with smooth edges, the later over the earlier."""
    image = Image.fromarray(pixels(canvas))
    fine = image.resize((image.width * _FINER, image.height * _FINER), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(fine)
    for shape in shapes:
        red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in shape.colour)
        draw.polygon([(round(x * _FINER), round(y * _FINER)) for x, y in shape.outline], fill=(red, green, blue))
    painted: Canvas = np.asarray(fine.reduce(_FINER), np.float32) / np.float32(255)
    return painted


def pixels(canvas: Canvas) -> Pixels:
    """The canvas as bytes; what is brighter than 1 is white."""
    return (np.clip(canvas, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
