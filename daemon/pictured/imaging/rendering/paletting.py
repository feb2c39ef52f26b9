"""A picture of few colours to a file of indices and palette, which the streaming engine cannot write by itself."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pictured.errors import Refused
from pictured.imaging.rendering.canvas import Canvas


def store(canvas: Canvas, kind: str, file: Path) -> None:
    """Write a canvas that has a palette as "png", "gif" or "tiff" in Pillow's mode P, without metadata.

    A PNG takes as few bits for each pixel as the number of colours allows. GIF knows only opaque and transparent.
    Raises Refused (a pixel is none of the palette's colours) and OSError.
    """
    palette = np.frombuffer(canvas.palette or b"", dtype=np.uint8).reshape(-1, 4)
    image = Image.fromarray(_indices(canvas.image.numpy(), palette), "P")
    image.putpalette(palette[:, :3].tobytes())
    image.save(file, kind.upper(), **_options(palette[:, 3], kind))


def _indices(pixels: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Give the place of each pixel's colour in the palette: (height, width), uint8."""
    whole = np.empty((*pixels.shape[:2], 4), dtype=np.uint8)
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    whole[..., :3] = pixels.reshape(*pixels.shape[:2], bands)[..., : 3 if bands >= 3 else 1]
    whole[..., 3] = pixels[..., -1] if bands in (2, 4) else 255
    colours = whole.view(np.uint32)[..., 0]
    known = np.ascontiguousarray(palette).view(np.uint32)[:, 0]
    order = np.argsort(known)
    places = np.minimum(np.searchsorted(known, colours, sorter=order), len(known) - 1)
    indices = order[places]
    if not np.array_equal(known[indices], colours):
        raise Refused("was changed after its colours were reduced; put quantise last, before convert.")
    return indices.astype(np.uint8)


def _options(alpha: np.ndarray, kind: str) -> dict[str, Any]:
    see_through = alpha.min(initial=255) < 255
    match kind:
        case "png":
            return {"optimize": True, **({"transparency": alpha.tobytes()} if see_through else {})}
        case "gif":
            return {"optimize": False, **({"transparency": int(alpha.argmin())} if see_through else {})}
        case _:
            return {"compression": "tiff_adobe_deflate"}
