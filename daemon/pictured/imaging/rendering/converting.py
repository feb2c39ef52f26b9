"""The operation `convert`: how the result is to be stored. The work is done when it is stored, see `encoding`."""

from dataclasses import replace

from pictured.imaging.operations.encoding import Encoding
from pictured.imaging.rendering.canvas import Canvas


def converted(canvas: Canvas, operation: Encoding) -> Canvas:
    """Give the canvas with another way to be stored; the last one asked for counts."""
    return replace(canvas, encoding=operation)
