"""Lays a drawing over a picture in the picture's own colour space and depth."""

import pyvips

from pictured.imaging.rendering.grounds import Box


def matched(mark: pyvips.Image, image: pyvips.Image, icc: bytes | None) -> pyvips.Image:
    """Bring a drawing into the colour space of a picture.

    mark   sRGB with alpha, uint8, not premultiplied
    image  grey, RGB or CMYK, with alpha or without, 8 or 16 bits
    icc    its profile

    Gives the bands of the picture's colours, then opacity, both in the picture's format and range.
    """
    colours, opacity = mark[0:3].copy(interpretation="srgb"), mark[3]
    bands = image.bands - image.hasalpha()
    deep = image.format == "ushort"
    own = _through(icc, colours, bands, deep=deep) if icc else None
    if own is None:
        own = colours.colourspace("b-w") if bands == 1 else colours.colourspace("cmyk") if bands == 4 else colours
        own = own * 257 if deep else own
    joined = own.bandjoin(opacity * 257 if deep else opacity)
    return joined.cast(image.format).copy(interpretation="multiband").copy_memory()


def laid_over(image: pyvips.Image, mark: pyvips.Image, left: int, top: int) -> pyvips.Image:
    """Lay a drawing that `matched` gave over a picture, which stays as it is elsewhere; what stands out is cut off.

    An animation gets it on each frame. Colours are mixed as they are stored (Porter and Duff, Compositing Digital
    Images, 1984: over), and a transparent ground becomes as opaque as the drawing.
    """
    frame = image.get("page-height") if "page-height" in image.get_fields() else image.height
    box = within(Box(left, top, mark.width, mark.height), image.width, frame)
    if box is None:
        return image
    mark = mark.crop(box.left - left, box.top - top, box.width, box.height)
    if frame < image.height:
        mark = mark.embed(0, box.top, box.width, frame).replicate(1, image.height // frame)
        box = Box(box.left, 0, box.width, image.height)
    ground = image.crop(box.left, box.top, box.width, box.height)
    return image.insert(_over(ground, mark), box.left, box.top)


def within(box: Box, width: int, height: int) -> Box | None:
    """Give the part of a box that lies in a frame of this size; None where nothing does."""
    left, top = max(0, box.left), max(0, box.top)
    right, bottom = min(width, box.left + box.width), min(height, box.top + box.height)
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _over(ground: pyvips.Image, mark: pyvips.Image) -> pyvips.Image:
    colours = mark.bands - 1
    most = 65535 if ground.format == "ushort" else 255
    drawn, opacity = mark[0:colours], mark[colours] / most
    if ground.hasalpha():
        below = ground[colours] / most * (1 - opacity)
        sum_ = opacity + below
        mixed = ((drawn * opacity + ground[0:colours] * below) / sum_).bandjoin(sum_ * most)
    else:
        mixed = ground + (drawn - ground) * opacity
    mixed = mixed.rint().cast(ground.format).copy(interpretation=ground.interpretation)
    return (opacity > 0).ifthenelse(mixed, ground)


def _through(icc: bytes, colours: pyvips.Image, bands: int, *, deep: bool) -> pyvips.Image | None:
    # Through the same engine both ways: its Lab has another white point than that of `colourspace`.
    lab = colours.icc_import(input_profile="srgb", intent="relative", pcs="lab").copy()
    lab.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    try:
        own = lab.icc_export(intent="relative", depth=16 if deep else 8).copy_memory()
    except pyvips.Error:
        # A broken profile: whoever shows the picture passes over it as well.
        return None
    return own if own.bands == bands else None
