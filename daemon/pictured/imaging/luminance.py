"""Any of Pillow's modes to 8-bit luminance, reduced, on white."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SHORT_SIDE: Final = 192
"""Pictures are reduced by a whole factor to a short side of at least this and less than twice this, in pixels.

The perceptual hash looks at 64 x 64 and local features at a long side of 256: two encodings of one picture at different
sizes agree as long as each is averaged down to somewhat more than that before it is sampled.
"""

Luminance = NDArray[np.uint8]
"""uint8, (height, width), 0 black to 255 white, ITU-R BT.601 luma of the stored values (no colour management)."""


def luminance_of(image: Image.Image, bit_depth: int, short_side: int = SHORT_SIDE) -> Luminance:
    """Give the luminance of a decoded picture.

    Transparent parts lie on white. More than 8 bits are scaled, not clipped. Where the range of the values is not told
    (32-bit integers and floats), it is taken from the largest value.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _of_deep(_reduced(image, short_side) if image.mode in ("I", "F") else image, bit_depth, short_side)
    if image.has_transparency_data:
        return _on_white(_reduced(image.convert("RGBA"), short_side))
    if image.mode in ("LAB", "HSV"):
        # Pillow has no way from LAB to RGB without profiles; the channel that carries the light is close enough.
        image = image.getchannel("L" if image.mode == "LAB" else "V")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    reduced = _reduced(image, short_side)
    return np.asarray(reduced if reduced.mode == "L" else reduced.convert("L"))


def _reduced(image: Image.Image, short_side: int) -> Image.Image:
    factor = min(image.size) // short_side
    if factor <= 1:
        return image
    # Not `reduce` alone: where the factor does not divide the size, its last column stands for less than the others,
    # and the whole picture is shifted by up to half a pixel.
    size = (round(image.width / factor), round(image.height / factor))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Luminance:
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("L"))


def _of_deep(image: Image.Image, bit_depth: int, short_side: int) -> Luminance:
    values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(values.max(initial=0.0))
    told = 2.0**bit_depth - 1 if 8 < bit_depth <= 16 else 0.0
    white = next((white for white in (told, 1.0, 255.0, 65535.0) if 0 < largest <= white), largest or 1.0)
    eight = Image.fromarray(np.clip(values * (255.0 / white) + 0.5, 0, 255).astype(np.uint8))
    return np.asarray(_reduced(eight, short_side))
