"""The operation `tile`."""

import hashlib
from dataclasses import replace

import pyvips

from pictured.errors import Refused
from pictured.imaging.operations.tile import Tile
from pictured.imaging.rendering.canvas import Canvas, Window
from pictured.imaging.rendering.fitting import frame_height
from pictured.imaging.rendering.grid import covered, windows
from pictured.imaging.rendering.loading import upright

_LOSSLESS = ("PNG", "TIFF")
_IN_MEMORY = 100_000_000
"""Bytes of pixels beyond which they wait in a temporary file, as in libvips itself."""
_ROWS = 256


def tiled(canvas: Canvas, operation: Tile) -> tuple[Canvas, ...]:
    """Cut the upright picture into windows, row by row, without touching a pixel.

    With `last: pad`, and with "shift" where the picture is smaller than a tile, what stands out of the picture shows
    its reflection. Tiles are stored without loss unless a format was chosen. What follows is done to each tile.
    Raises Refused (animated, tiled before, too many tiles, none).
    """
    if frame_height(canvas.image) != canvas.image.height:
        raise Refused("is animated; tile takes still pictures only.")
    if canvas.window is not None:
        raise Refused("is tiled twice by this rule; leave one tile action out.")
    canvas = upright(canvas)
    image = _kept(canvas.image) if canvas.touched else canvas.image
    found = windows(image.width, image.height, operation)
    width, height = covered(image.width, image.height, operation)
    canvas = _stored_without_loss(canvas).noted(
        "tile",
        tiles=len(found),
        rows=found[-1].row + 1,
        columns=found[-1].column + 1,
        width=width,
        height=height,
        cut_off_right=image.width - width,
        cut_off_below=image.height - height,
        pixels_sha256=pixels_digest(image.crop(0, 0, width, height)),
    )
    return tuple(replace(canvas.painted(_cut(image, each, operation)), window=each) for each in found)


def pixels_digest(image: pyvips.Image) -> str:
    """Give the SHA-256, in hex, of the samples from top to bottom, left to right, band by band, little-endian."""
    hashed = hashlib.sha256()
    for top in range(0, image.height, _ROWS):
        rows = image.crop(0, top, image.width, min(_ROWS, image.height - top))
        hashed.update(rows.write_to_memory())
    return hashed.hexdigest()


def _cut(image: pyvips.Image, window: Window, operation: Tile) -> pyvips.Image:
    piece = image.crop(window.left, window.top, window.width, window.height)
    missing = (window.width, window.height) != (operation.width, operation.height)
    if not missing or operation.last not in ("pad", "shift"):
        return piece
    # reflected at the picture's own edge, and so from more of it than this window shows
    padded = image.embed(0, 0, window.left + operation.width, window.top + operation.height, extend="mirror")
    return padded.crop(window.left, window.top, operation.width, operation.height)


def _kept(image: pyvips.Image) -> pyvips.Image:
    """Compute the pixels once, not once for each tile."""
    if image.width * image.height * image.bands * (1 if image.format == "uchar" else 2) <= _IN_MEMORY:
        return image.copy_memory()
    kept = pyvips.Image.new_temp_file("%s.v")
    image.write(kept)
    return kept


def _stored_without_loss(canvas: Canvas) -> Canvas:
    if canvas.encoding.format is not None or canvas.traits.format in _LOSSLESS:
        return canvas
    kind = "tiff" if canvas.image.interpretation in ("cmyk", "lab", "labs") else "png"
    return replace(canvas, encoding=replace(canvas.encoding, format=kind))
