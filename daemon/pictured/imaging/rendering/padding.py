"""Adding a border; the pixels of the picture stay what they are."""

from dataclasses import replace

import pyvips

from pictured.errors import Refused
from pictured.imaging.operations.pad import Pad
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.fitting import frame_height
from pictured.imaging.rendering.frames import framewise, placed
from pictured.imaging.rendering.loading import upright

_EXTENDS = {"edge": "copy", "reflect": "mirror"}
_BLURRED_SIDE = 96
_BLUR = 2.5


def padded(canvas: Canvas, operation: Pad) -> Canvas:
    """Put a border around each frame, up to the size that the operation gives; a picture of that size stays untouched.

    `colour` is taken as sRGB and brought into the picture's own space. A grey picture with a border that is not grey
    becomes RGB, and one with a border that is not opaque gets an alpha channel; both are noted.
    Raises Refused: CMYK pictures have no transparency.
    """
    turned = canvas.orientation >= 5
    stored = (canvas.image.width, frame_height(canvas.image))
    width, height = stored[::-1] if turned else stored
    size = operation.size(width, height)
    if size == (width, height):
        return canvas
    canvas = upright(canvas)
    offset = (
        placed(size[0], width, operation.gravity, "left", "right"),
        placed(size[1], height, operation.gravity, "top", "bottom"),
    )
    if operation.fill == "blur":
        return canvas.painted(framewise(canvas.image, lambda frame: _on_blur(frame, size, offset)))
    if operation.fill in _EXTENDS:
        extend = _EXTENDS[operation.fill]
        return canvas.painted(framewise(canvas.image, lambda frame: frame.embed(*offset, *size, extend=extend)))
    canvas, background = _prepared(canvas, "#00000000" if operation.fill == "transparent" else operation.colour)
    image = framewise(
        canvas.image, lambda frame: frame.embed(*offset, *size, extend="background", background=background)
    )
    return canvas.painted(image)


def _prepared(canvas: Canvas, colour: str) -> tuple[Canvas, list[float]]:
    """Give the canvas with the channels that the colour needs, and the colour in its channels."""
    *rgb, opacity = bytes.fromhex(colour.removeprefix("#").ljust(8, "f"))
    image = canvas.image
    if opacity < 255 and not image.hasalpha():
        if image.interpretation == "cmyk":
            raise Refused("is CMYK, which has no transparency; give the border an opaque colour.")
        canvas = canvas.painted(image.addalpha()).noted("pad", added="alpha")
    if image.bands <= 2 and len(set(rgb)) > 1:
        deep = image.format == "ushort"
        canvas = canvas.painted(canvas.image.colourspace("rgb16" if deep else "srgb")).noted("pad", added="colour")
        canvas = replace(canvas, metadata=replace(canvas.metadata, icc=None))
    image = canvas.image
    most = 65535 if image.format == "ushort" else 255
    background = _in_space(rgb, image, canvas.metadata.icc)
    return canvas, [*background, opacity * most / 255] if image.hasalpha() else background


def _in_space(rgb: list[int], image: pyvips.Image, profile: bytes | None) -> list[float]:
    deep = image.format == "ushort"
    swatch = (pyvips.Image.black(1, 1, bands=3) + rgb).cast("uchar").copy(interpretation="srgb")
    if profile is not None:
        lab = swatch.icc_import(input_profile="srgb").copy()
        lab.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
        try:
            return [float(each) for each in lab.icc_export(depth=16 if deep else 8).getpoint(0, 0)]
        except pyvips.Error:
            pass
    space = "b-w" if image.bands <= 2 else "cmyk" if image.interpretation == "cmyk" else "srgb"
    plain = [float(each) for each in swatch.colourspace(space).getpoint(0, 0)]
    return [each * 257 for each in plain] if deep else plain


def _on_blur(frame: pyvips.Image, size: tuple[int, int], offset: tuple[int, int]) -> pyvips.Image:
    """Lay the frame on a copy of itself that covers the whole size, blurred beyond recognition."""
    small = _BLURRED_SIDE / max(size)
    cover = max(size[0] / frame.width, size[1] / frame.height) * small
    across, down = max(1, round(size[0] * small)), max(1, round(size[1] * small))
    ground = frame.premultiply() if frame.hasalpha() else frame
    ground = ground.resize(max(cover, 1 / min(frame.width, frame.height)), kernel="linear")
    left, top = max(0, (ground.width - across) // 2), max(0, (ground.height - down) // 2)
    ground = ground.crop(left, top, min(across, ground.width), min(down, ground.height)).copy_memory()
    ground = ground.embed(8, 8, ground.width + 16, ground.height + 16, extend="copy").gaussblur(_BLUR)
    ground = ground.crop(8, 8, ground.width - 16, ground.height - 16)
    ground = ground.affine(
        [size[0] / ground.width, 0, 0, size[1] / ground.height],
        interpolate=pyvips.Interpolate.new("bicubic"),
        idx=0.5,
        idy=0.5,
        odx=-0.5,
        ody=-0.5,
        oarea=[0, 0, *size],
        extend="copy",
    )
    ground = ground.unpremultiply() if frame.hasalpha() else ground
    return ground.cast(frame.format).copy(interpretation=frame.interpretation).insert(frame, *offset)
