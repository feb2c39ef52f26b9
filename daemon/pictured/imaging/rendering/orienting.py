"""Applying the EXIF orientation."""

from pictured.imaging.operations.orient import Orient
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.loading import upright


def oriented(canvas: Canvas, _operation: Orient) -> Canvas:
    """Turn the picture upright, losslessly except for coding it again; one that is upright stays untouched."""
    if canvas.orientation == 1:
        return canvas
    return upright(canvas).noted("orient", applied=canvas.orientation)
