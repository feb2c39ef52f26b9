"""The operation `quantise`."""

from dataclasses import replace

import numpy as np
import pyvips
from numpy.typing import NDArray

from pictured.errors import Refused
from pictured.imaging.operations.quantise import Quantise
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.dithering import dithered
from pictured.imaging.rendering.fidelity import psnr, ssim
from pictured.imaging.rendering.fitting import fitted, frame_height
from pictured.imaging.rendering.histogram import counted, looked_up, packed
from pictured.imaging.rendering.reducing import reduced


def quantised(canvas: Canvas, operation: Quantise) -> Canvas:
    """Give the picture in so many colours, with its palette, and tell what that cost and saved.

    16 bits become 8, CMYK and Lab become sRGB and grey becomes RGB, because a palette has nothing else. It is stored
    as PNG unless another format was chosen. Raises Refused (animated, or half transparent and to be dithered).
    """
    if frame_height(canvas.image) != canvas.image.height:
        raise Refused("is animated; quantise takes still pictures only.")
    source = _eight_bits(canvas)
    before = source.image.numpy()
    pixels = _rgba(before)
    keys = packed(pixels)
    histogram = counted(keys)
    table, values = reduced(histogram, operation.colours, operation.space, operation.seed)
    places = looked_up(keys, histogram, values).reshape(pixels.shape[:2])
    if operation.dither and len(histogram.keys) > len(table):
        places = dithered(pixels, table, places)
    after = np.ascontiguousarray(table[:, : before.shape[2]])[places]
    image = pyvips.Image.new_from_array(after, interpretation="srgb")
    image = image.copy(xres=source.image.xres, yres=source.image.yres)
    encoding = source.encoding if source.encoding.format else replace(source.encoding, format="png")
    fidelity = psnr(before, after)
    return replace(source.painted(image), palette=table.tobytes(), encoding=encoding).noted(
        "quantise",
        colours_before=len(histogram.keys),
        colours_after=len(table),
        raw_bytes=_raw_bytes(canvas.image),
        indexed_bytes=_indexed_bytes(image.width, image.height, len(table)),
        psnr=None if fidelity is None else round(fidelity, 3),
        ssim=round(ssim(before, after), 5),
        **({"given_up": ["16 bits"]} if canvas.image.format != "uchar" else {}),
    )


def _eight_bits(canvas: Canvas) -> Canvas:
    """Give the picture with 3 or 4 bands of 8 bits in memory. A profile that fits these bands stays."""
    canvas = fitted(canvas, "png")
    image, metadata = canvas.image, canvas.metadata
    if image.interpretation != "srgb" or image.format != "uchar":
        image = image.colourspace("srgb").cast("uchar")
    # bytes 16 to 19 of a profile name the colour space that it is for (ICC.1, 7.2.8)
    if metadata.icc is not None and metadata.icc[16:20] != b"RGB ":
        metadata = replace(metadata, icc=None)
    return replace(canvas, image=image.copy_memory(), metadata=metadata)


def _rgba(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give (h, w, 3 or 4) as RGBA; what is transparent has no colour."""
    whole = np.full((*pixels.shape[:2], 4), 255, dtype=np.uint8)
    whole[..., : pixels.shape[2]] = pixels
    whole[whole[..., 3] == 0] = 0
    return whole


def _raw_bytes(image: pyvips.Image) -> int:
    return int(image.width * image.height * image.bands * (1 if image.format == "uchar" else 2))


def _indexed_bytes(width: int, height: int, count: int) -> int:
    """Count indices of 1, 2, 4 or 8 bits in whole bytes a row, as PNG has them, and 3 bytes for each colour."""
    bits = next(bits for bits in (1, 2, 4, 8) if count <= 1 << bits)
    return height * ((width * bits + 7) // 8) + 3 * count
