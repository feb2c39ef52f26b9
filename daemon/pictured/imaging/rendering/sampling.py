"""What a search for a quality looks at: the picture as pixels, of a large one some pieces; and what kind it is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips

from pictured.imaging.rendering.fitting import frame_height

WHOLE = 1_500_000
"""Pixels up to which a picture is looked at as a whole."""

_PIECE, _PIECES = 256, 4
_FRAMES = 4
_IN_MEMORY = 256_000_000
_FLAT = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Pixels to try encoders on.

    image   all of a small picture; else pieces from all over it, side by side; of an animation some of its frames,
            one above the other, as a still picture
    share   of the picture's pixels that are in the sample, 0 to 1
    """

    image: pyvips.Image
    share: float


def held(image: pyvips.Image, beside: Path) -> pyvips.Image:
    """Compute the pixels once, so that they can be read again and again: in memory, large ones in a file of ours."""
    size = image.width * image.height * image.bands * (2 if image.format == "ushort" else 1)
    if size <= _IN_MEMORY:
        return image.copy_memory()
    beside.unlink(missing_ok=True)
    image.write_to_file(str(beside))
    return pyvips.Image.new_from_file(str(beside))


def sampled(image: pyvips.Image) -> Sample:
    """Take a sample. Pieces have the picture's own pixels, because a reduced picture is harder to code than it is."""
    height = frame_height(image)
    frames = image.height // height
    if frames > 1:
        chosen = sorted({number * frames // _FRAMES for number in range(_FRAMES)})
        parts = [image.crop(0, number * height, image.width, height) for number in chosen]
        still = pyvips.Image.arrayjoin(parts, across=1).copy()
        still.set_type(pyvips.GValue.gint_type, "page-height", still.height)
        return Sample(still.copy_memory(), len(chosen) / frames)
    if image.width * image.height <= WHOLE or min(image.width, image.height) < _PIECE:
        return Sample(image, 1.0)
    rows, columns = (max(1, min(_PIECES, side // _PIECE)) for side in (image.height, image.width))
    pieces = [
        image.crop(_start(column, columns, image.width), _start(row, rows, image.height), _PIECE, _PIECE)
        for row in range(rows)
        for column in range(columns)
    ]
    joined = pyvips.Image.arrayjoin(pieces, across=columns).copy_memory()
    return Sample(joined, joined.width * joined.height / (image.width * image.height))


def pixels(image: pyvips.Image) -> np.ndarray:
    """Give (height, width, 3 or 4), uint8 sRGB."""
    if image.interpretation == "cmyk":
        image = image.icc_transform("srgb", embedded=True, input_profile="cmyk")
    elif image.interpretation != "srgb":
        image = image.colourspace("srgb")
    return np.ascontiguousarray(image.numpy())


def is_graphic(shown: np.ndarray) -> bool:
    """Say whether a picture was drawn: whether many pixels are exactly the colour of their left neighbour."""
    if shown.shape[1] < 2:
        return True
    return bool((shown[:, 1:] == shown[:, :-1]).all(axis=2).mean() > _FLAT)


def few_colours(shown: np.ndarray) -> bool:
    """Say whether there are at most 256 colours."""
    whole = np.full((*shown.shape[:2], 4), 255, dtype=np.uint8)
    whole[..., : shown.shape[2]] = shown
    return len(np.unique(whole.view(np.uint32))) <= 256


def _start(place: int, places: int, length: int) -> int:
    """Begin where blocks of 16 pixels begin, which JPEG codes together."""
    return round((length - _PIECE) * (place + 0.5) / places) // 16 * 16 if places > 1 else (length - _PIECE) // 32 * 16
