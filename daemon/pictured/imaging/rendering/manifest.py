"""The file beside the tiles of a picture that tells where each of them lies."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyvips

from pictured.imaging.operations import Operation
from pictured.imaging.operations.copyright import Copyright
from pictured.imaging.operations.embed import Embed
from pictured.imaging.operations.encoding import Encoding
from pictured.imaging.operations.orient import Orient
from pictured.imaging.operations.strip import Strip
from pictured.imaging.operations.tile import Tile
from pictured.imaging.rendered import Made
from pictured.imaging.rendering.canvas import Canvas

KIND = "pictured tiles"
VERSION = 1

_KEEPING = (Encoding, Orient, Strip, Copyright, Embed)


def manifest(source: Path, operations: Sequence[Operation], canvases: Sequence[Canvas], made: Sequence[Made]) -> bytes:
    """Describe tiles that were made of `source`, in JSON (UTF-8); `made` are their files, in the order of `canvases`.

    kind, version         what this is
    source                name of the picture, with "_" for what cannot be shown
    width, height         pixels of the upright picture, as far as the tiles show it
    bands, bit_depth, mode, alpha   of the tiles
    tile                  width, height, overlap and last, as they were asked for
    lossless              whether every tile, read back, is the same pixels as in the picture
    pixels_sha256         of the picture's samples, row by row, little-endian: what putting together has to come to
    tiles                 file, row, column; x, y, width, height of what it shows in the picture; sha256 of the file

    Raises pyvips.Error.
    """
    place = next(number for number, operation in enumerate(operations) if isinstance(operation, Tile))
    tile = operations[place]
    assert isinstance(tile, Tile)  # noqa: S101  for the type checker
    told = next(note.told for note in canvases[0].notes if note.action == "tile")
    kept = all(isinstance(operation, _KEEPING) for operation in operations[place + 1 :])
    first = _opened(made[0].file) or canvases[0].image
    description = {
        "kind": KIND,
        "version": VERSION,
        "source": "".join(char if char.isprintable() and char != "\\" else "_" for char in source.name),
        "width": told["width"],
        "height": told["height"],
        "bands": first.bands,
        "bit_depth": 8 if first.format == "uchar" else 16,
        "mode": _mode(first),
        "alpha": bool(first.hasalpha()),
        "tile": {"width": tile.width, "height": tile.height, "overlap": tile.overlap, "last": tile.last},
        "lossless": kept and all(_same(canvas.image, each.file) for canvas, each in zip(canvases, made, strict=True)),
        "pixels_sha256": told["pixels_sha256"],
        "tiles": [_entry(canvas, each) for canvas, each in zip(canvases, made, strict=True)],
    }
    return (json.dumps(description, indent=1, ensure_ascii=False) + "\n").encode()


def _entry(canvas: Canvas, made: Made) -> dict[str, object]:
    window = canvas.window
    assert window is not None  # noqa: S101  tiles have one
    return {
        "file": made.name + made.extension,
        "row": window.row,
        "column": window.column,
        "x": window.left,
        "y": window.top,
        "width": window.width,
        "height": window.height,
        "sha256": made.digest.hex(),
    }


def _same(image: pyvips.Image, file: Path) -> bool:
    back = _opened(file)
    if back is None or (back.width, back.height, back.bands) != (image.width, image.height, image.bands):
        return False
    return bool(back.format == image.format and (back == image).min() == 255)


def _opened(file: Path) -> pyvips.Image | None:
    """Open a tile; None for a format that only another library reads."""
    try:
        return pyvips.Image.new_from_file(str(file))
    except pyvips.Error:
        return None


def _mode(image: pyvips.Image) -> str:
    kinds = {"b-w": "grey", "grey16": "grey", "cmyk": "cmyk", "lab": "lab", "labs": "lab"}
    return kinds.get(image.interpretation, "rgb")
