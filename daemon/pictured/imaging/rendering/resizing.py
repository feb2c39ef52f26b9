"""Resampling a picture to another size, in a few rows at a time where it becomes smaller."""

from dataclasses import dataclass, replace
from functools import partial

import pyvips

from pictured.errors import Refused
from pictured.imaging.operations.resize import Resize
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.fitting import frame_height
from pictured.imaging.rendering.frames import framewise, placed
from pictured.imaging.rendering.light import coded, linearised
from pictured.imaging.rendering.loading import shrunk, upright

_DECODER_FACTORS = (8, 4, 2)
_GAP = 3.0
"""What is left to the kernel: with 2, a JPEG is up to 5 dB further from being resampled in one step than with 3."""
_INTERPOLATORS = {"nearest": "nearest", "linear": "bilinear"}


def resized(canvas: Canvas, operation: Resize) -> Canvas:
    """Resample each frame; a picture that has the size already stays untouched.

    A JPEG or WebP is reduced by its decoder, and everything else by a box filter, as long as a factor of 3 or more is
    left to the kernel. An orientation is left pending, except where a part is to be kept. Transparent
    pixels weigh nothing. Enlarging knows `nearest` and `linear`, and is cubic for all other kernels.
    Raises Refused (linear light of CMYK) and what loading raises.
    """
    height = frame_height(canvas.image)
    stored = (canvas.image.width, height)
    turned = canvas.orientation >= 5
    full = stored[::-1] if turned else stored
    size = operation.scaled(*full)
    if size != full:
        target = size[::-1] if turned else size
        source = _decoded_smaller(canvas, operation, stored, target)
        canvas = source.painted(framewise(source.image, partial(_resampled, stored, target, operation)))
    cut = operation.size(*full)
    return canvas if cut == size else _cut(upright(canvas), operation.gravity, cut)


def _decoded_smaller(canvas: Canvas, operation: Resize, stored: tuple[int, int], target: tuple[int, int]) -> Canvas:
    still = canvas.traits.format == "JPEG" or (canvas.traits.format == "WEBP" and canvas.traits.frames == 1)
    if canvas.touched or not still or operation.linear_light or operation.kernel == "nearest":
        return canvas
    ratio = min(stored[0] / target[0], stored[1] / target[1])
    factor = next((each for each in _DECODER_FACTORS if ratio / each >= _GAP), 1)
    return canvas if factor == 1 else shrunk(canvas, factor)


def _resampled(
    stored: tuple[int, int], target: tuple[int, int], operation: Resize, image: pyvips.Image
) -> pyvips.Image:
    """Resample one frame, whose sides in the file are `stored`, to `target`."""
    if operation.kernel == "nearest":
        return _scaled(image, stored, target, operation.kernel)
    if operation.linear_light and image.interpretation == "cmyk":
        raise Refused("is CMYK, which has no linear light; leave linear_light out.")
    deep, alpha = image.format == "ushort", image.hasalpha()
    most = 65535 if deep else 255
    opacity = image[image.bands - 1] if alpha else None
    space, samples = image.interpretation, image.format
    if operation.linear_light:
        image = linearised(image[: image.bands - 1] if alpha else image)
        image = image if opacity is None else image.bandjoin(opacity)
    if alpha:
        image = image.premultiply(max_alpha=most)
    image = _scaled(image, stored, target, operation.kernel)
    if alpha:
        image = image.unpremultiply(max_alpha=most)
    if operation.linear_light:
        colours = coded(image[: image.bands - 1] if alpha else image, deep=deep)
        image = colours.bandjoin(image[image.bands - 1].rint().cast(samples)) if alpha else colours
    elif image.format != samples:
        image = image.rint().cast(samples)
    return image.copy(interpretation=space)


def _scaled(image: pyvips.Image, stored: tuple[int, int], target: tuple[int, int], kernel: str) -> pyvips.Image:
    # The decoder rounds its sides up: the sides in the file tell where the pixels really lie.
    true = [
        side / max(1, round(side / length)) for side, length in zip(stored, (image.width, image.height), strict=True)
    ]
    across, down = true[0] / target[0], true[1] / target[1]
    box = [1 if kernel == "nearest" else max(1, int(each / _GAP)) for each in (across, down)]
    columns, rows = _laid(image.width, true[0], box[0]), _laid(image.height, true[1], box[1])
    image = image.crop(0, 0, columns.kept, rows.kept)
    if columns.whole > columns.kept or rows.whole > rows.kept:
        image = image.embed(columns.before, rows.before, columns.whole, rows.whole, extend="copy")
    # Within rows first: what has to wait for the rows below is then as narrow as can be.
    image = image.shrinkh(box[0]) if box[0] > 1 else image
    image = image.shrinkv(box[1]) if box[1] > 1 else image
    image = image.reducev(down / box[1], kernel=kernel) if down > 1 else image
    image = image.reduceh(across / box[0], kernel=kernel) if across > 1 else image
    image = image.crop(0, 0, min(image.width, target[0]), min(image.height, target[1]))
    return image if (image.width, image.height) == target else _enlarged(image, target, kernel)


@dataclass(frozen=True, slots=True)
class _Side:
    """How a side is laid out for whole boxes: pixels kept, repeated before them, and in all."""

    kept: int
    before: int
    whole: int


def _laid(length: int, true: float, box: int) -> _Side:
    """Lay a side of `length` pixels, of which `true` are picture, so that its middle is that of whole boxes.

    The kernel is centred on what it is given: an excess at one end alone would shift the picture.
    """
    kept = length - 1 if length - true > 0.5 and length > 1 else length
    spare = -kept % box
    return _Side(kept, min(spare, max(0, round((kept - true + spare) / 2))), kept + spare)


def _enlarged(image: pyvips.Image, target: tuple[int, int], kernel: str) -> pyvips.Image:
    if image.get_typeof("vips-sequential"):
        image = image.copy_memory()
    # Pixels are areas: their middles, and not their corners, are brought in line, as in every other resampling.
    middle = 0.0 if kernel == "nearest" else 0.5
    return image.affine(
        [target[0] / image.width, 0, 0, target[1] / image.height],
        interpolate=pyvips.Interpolate.new(_INTERPOLATORS.get(kernel, "bicubic")),
        idx=middle,
        idy=middle,
        odx=-0.5,
        ody=-0.5,
        oarea=[0, 0, *target],
        extend="copy",
    )


def _cut(canvas: Canvas, gravity: str, size: tuple[int, int]) -> Canvas:
    width, height = size
    left = -placed(width, canvas.image.width, gravity, "left", "right")
    top = -placed(height, frame_height(canvas.image), gravity, "top", "bottom")
    image = framewise(canvas.image, lambda frame: frame.crop(left, top, width, height))
    return replace(canvas, image=image, touched=True)
