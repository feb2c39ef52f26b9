"""Error diffusion: what one pixel's colour lacks is given to those right of it and below.

R. Floyd and L. Steinberg, "An adaptive algorithm for spatial grayscale", 1976, as Pillow carries it out.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pictured.errors import Refused


def dithered(pixels: NDArray[np.uint8], table: NDArray[np.uint8], places: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the place of each pixel in `table`: (h, w, 4) and (k, 4) uint8 RGBA to (h, w) uint8.

    `places`, (h, w), are those without dithering: a colour that dithering finds no use for is kept for one pixel that
    has it there. Raises Refused where a colour of the table is half transparent.
    """
    opaque = table[:, 3] == 255
    if ((table[:, 3] > 0) & ~opaque).any():
        raise Refused("has half-transparent pixels, which quantise cannot dither; set `dither: false`.")
    first = int(np.argmax(opaque))
    seen = pixels[..., 3] > 0
    colours = np.where(seen[..., None], pixels[..., :3], table[first, :3])
    palette = Image.new("P", (1, 1))
    palette.putpalette(table[first:, :3].tobytes())
    image = Image.fromarray(colours, "RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    found = np.where(seen, np.asarray(image) + np.uint8(first), np.uint8(0)).astype(np.uint8)
    _keep_all(found.reshape(-1), places.reshape(-1), len(table))
    return found


def _keep_all(found: NDArray[np.uint8], places: NDArray[np.uint8], count: int) -> None:
    uses = np.bincount(found, minlength=count)
    for unused in np.flatnonzero(uses == 0):
        candidates = np.flatnonzero(places == unused)
        spare = candidates[uses[found[candidates]] > 1]
        if spare.size:
            uses[found[spare[0]]] -= 1
            found[spare[0]] = unused
            uses[unused] = 1
