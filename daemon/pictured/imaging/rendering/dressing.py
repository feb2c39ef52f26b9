"""Dresses the shape of a watermark: colour, shadow or outline, opacity, rotation; and repeats it."""

import math
from dataclasses import dataclass

import pyvips

RGB = tuple[int, int, int]

_SOFT = 0.09
_THIN = 0.045
_FINE = 3.0
DARK: RGB = (16, 16, 16)
PALE: RGB = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Dress:
    """How a shape is shown.

    colour    sRGB; None: the shape's own colours
    against   sRGB of its shadow or outline
    effect    "shadow", "outline" or "none"
    opacity   0 to 1
    rotation  degrees, counter-clockwise
    """

    colour: RGB | None
    against: RGB
    effect: str
    opacity: float
    rotation: float


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A drawing, sRGB with alpha, uint8, and by how many pixels its effect reaches beyond it on each side."""

    image: pyvips.Image
    bleed: int


def opposite(colour: RGB) -> RGB:
    """Give the dark or pale tone that sets a colour off (by its luma, ITU-R BT.601)."""
    red, green, blue = colour
    return DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 127 else PALE


def dressed(shape: pyvips.Image, em: float, dress: Dress, *, reduce: int = 1) -> Mark:
    """Make the drawing of a shape.

    shape   uint8: 1 band of cover, or sRGB with alpha
    em      size of its letters or features in pixels, which the width of the effect goes by
    reduce  by which factor the shape is too large; turned letters are drawn larger, for a clean edge
    """
    cover = shape[shape.bands - 1] / 255
    own = shape[0:3] if shape.bands == 4 and dress.colour is None else _filled(shape, dress.colour or PALE)
    reach = {"shadow": _SOFT * 3.2, "outline": _THIN * 2.5}.get(dress.effect, 0.0)
    bleed = math.ceil(max(1.0, reach * em) / reduce) * reduce if reach else 0
    size = (shape.width + 2 * bleed, shape.height + 2 * bleed)
    cover = cover.embed(bleed, bleed, *size)
    own = own.embed(bleed, bleed, *size, extend="copy")
    halo = _halo(cover, em, dress.effect)
    below = halo * (1 - cover)
    opacity = cover + below
    colours = (own * cover + below * list(dress.against)) / opacity
    drawn = colours.bandjoin(opacity * (255 * dress.opacity))
    return Mark(_turned(drawn, dress.rotation, reduce).copy_memory(), bleed // reduce)


def repeated(mark: pyvips.Image, gap: int, width: int, height: int) -> pyvips.Image:
    """Repeat a drawing over a frame, rows shifted by half a step, one of them in the middle of the frame."""
    across, down = mark.width + gap, mark.height + gap
    row = mark.embed(gap // 2, gap // 2, across, down)
    pattern = row.join(row.wrap(x=across // 2, y=0), "vertical").copy_memory()
    left, top = (across - width) // 2 % across, (down - height) // 2 % (2 * down)
    many = pattern.replicate((left + width) // across + 1, (top + height) // (2 * down) + 1)
    return many.crop(left, top, width, height)


def _filled(shape: pyvips.Image, colour: RGB) -> pyvips.Image:
    return shape[0].new_from_image(list(colour)).copy(interpretation="srgb")


def _halo(cover: pyvips.Image, em: float, effect: str) -> pyvips.Image:
    match effect:
        case "shadow":
            # A tight one and a wide one: the first draws the edge, the second calms the ground.
            tight = _cut(_blurred(cover, max(0.6, em * _SOFT / 3)) * 1.2) * 0.75
            wide = _cut(_blurred(cover, max(1.0, em * _SOFT)) * 1.6) * 0.5
            return (tight + wide - tight * wide).copy_memory()
        case "outline":
            return _cut(_blurred(cover, max(0.6, em * _THIN)) * 5).copy_memory()
        case _:
            return cover * 0


def _blurred(cover: pyvips.Image, sigma: float) -> pyvips.Image:
    # A wide blur keeps nothing fine, so that it may be made of fewer pixels.
    reduce = max(1, int(sigma / _FINE))
    if reduce == 1:
        return cover.gaussblur(sigma)
    width, height = -(-cover.width // reduce), -(-cover.height // reduce)
    small = cover.embed(0, 0, width * reduce, height * reduce).shrink(reduce, reduce).gaussblur(sigma / reduce)
    return small.resize(reduce, kernel="linear").crop(0, 0, cover.width, cover.height)


def _cut(cover: pyvips.Image) -> pyvips.Image:
    return (cover > 1).ifthenelse(1, cover)


def _turned(drawn: pyvips.Image, rotation: float, reduce: int) -> pyvips.Image:
    drawn = drawn.premultiply()
    quarters, rest = divmod(rotation, 90)
    if rest:
        drawn = drawn.similarity(angle=-rotation, interpolate=pyvips.Interpolate.new("bicubic"))
    elif quarters % 4:
        drawn = drawn.rot({1: "d270", 2: "d180", 3: "d90"}[int(quarters % 4)])
    if reduce > 1:
        drawn = drawn.shrink(reduce, reduce)
    return drawn.unpremultiply().rint().cast("uchar").copy(interpretation="srgb")
