"""A file to a canvas: by pyvips where it reads the format in full, else by Pillow."""

import os
import pkgutil
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pyvips

from pictured.errors import Refused
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.frames import framewise
from pictured.imaging.rendering.labelling import read_metadata
from pictured.imaging.traits import Traits

_LOADERS: Mapping[str, str] = {
    "JPEG": "jpegload",
    "PNG": "pngload",
    "GIF": "gifload",
    "WEBP": "webpload",
    "TIFF": "tiffload",
    "AVIF": "heifload",
}
_ANIMATED = ("GIF", "WEBP")
_TURNED_ALREADY = ("AVIF", "HEIF")
_STREAMING_TURNS = (1, 2)
_SAMPLES: Mapping[str, str] = {
    "char": "signed",
    "short": "signed",
    "uint": "32-bit",
    "int": "32-bit",
    "float": "floating point",
    "double": "floating point",
}


def loaded(path: Path, traits: Traits, *, streams: bool) -> Canvas:
    """Open a file; of most formats only the header is read, and the pixels when they are needed.

    With `streams` the pixels of a still picture can be read once only, from top to bottom, and are never held all at
    once. An animation has all of its frames. HEIF and AVIF come upright, because their decoders apply the container's
    orientation, and EXIF has no say in them (ISO 23008-12, 6.5.10).

    Raises Refused (a kind of picture that is not rendered), FileError, pyvips.Error and OSError. A file that is damaged
    or cut off raises pyvips.Error when its pixels are read.
    """
    if traits.frames > 1 and traits.format not in _ANIMATED:
        raise Refused(f"is an animated {traits.format}, and only GIF and WebP animations are rendered.")
    image = _opened(path, traits, {"access": "sequential"} if streams and traits.frames == 1 else {})
    orientation = 1 if traits.format in _TURNED_ALREADY else traits.orientation
    canvas = Canvas(image, path, traits, read_metadata(path, traits, image), orientation)
    return _plain(canvas)


def shrunk(canvas: Canvas, factor: int) -> Canvas:
    """Open a still JPEG or WebP again, reduced while it is decoded by 2, 4 or 8 to sides that are rounded up.

    Only for a canvas that nobody has touched. Raises as `loaded` does.
    """
    options: dict[str, object] = {"access": "sequential"} if canvas.image.get_typeof("vips-sequential") else {}
    options |= {"scale": 1 / factor} if canvas.traits.format == "WEBP" else {"shrink": factor}
    return replace(canvas, image=_opened(canvas.path, canvas.traits, options))


def glimpsed(canvas: Canvas, side: int) -> pyvips.Image:
    """Open the source again, upright and reduced to a long side of this many pixels. Raises as `loaded` does."""
    return pyvips.Image.thumbnail_source(_source(canvas.path, canvas.traits.format), side, size="down")


def upright(canvas: Canvas) -> Canvas:
    """Apply the EXIF orientation (Exif 2.32, 4.6.4, tag 274). What is turned is held in memory as a whole."""
    if canvas.orientation == 1:
        return canvas
    image = canvas.image
    if canvas.orientation not in _STREAMING_TURNS and image.get_typeof("vips-sequential"):
        image = image.copy_memory()
    turned = framewise(image, lambda frame: _turned(frame, canvas.orientation))
    return replace(canvas, image=turned, orientation=1, touched=True)


def _turned(frame: pyvips.Image, orientation: int) -> pyvips.Image:
    if orientation in (5, 6):
        frame = frame.rot90()
    elif orientation == 3:
        frame = frame.rot180()
    elif orientation in (7, 8):
        frame = frame.rot270()
    if orientation in (2, 5, 7):
        frame = frame.fliphor()
    return frame.flipver() if orientation == 4 else frame


def _opened(path: Path, traits: Traits, options: Mapping[str, object]) -> pyvips.Image:
    loader = _LOADERS.get(traits.format)
    if loader is None:
        return _foreign(path, traits)
    pages = {"n": -1} if traits.format in _ANIMATED else {}
    try:
        # "error" and not "warning": cameras write JPEG files with stray bytes that every decoder passes over.
        image = pyvips.Image.new_from_source(_source(path, traits.format), "", fail_on="error", **pages, **options)
    except pyvips.Error:
        if traits.format != "TIFF":
            raise
        return _foreign(path, traits)
    if not str(image.get("vips-loader")).startswith(loader):
        raise Refused(f"is no plain {traits.format}: its beginning is that of another format.")
    return image


def _foreign(path: Path, traits: Traits) -> pyvips.Image:
    read: Callable[[int, Traits], pyvips.Image] = pkgutil.resolve_name("pictured.imaging.rendering.foreign:opened")
    return read(_descriptor(path), traits)


def _descriptor(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _source(path: Path, kind: str) -> pyvips.Source:
    """Open a file for libvips, not by its name, of which libvips would read a part in brackets as options.

    libvips maps a JPEG into memory when it gets a descriptor: all of it would count as this process's memory, and the
    process would be killed if somebody cut the file short meanwhile. Reading it through Python costs 6 % more CPU.
    """
    descriptor = _descriptor(path)
    if kind != "JPEG":
        try:
            return pyvips.Source.new_from_descriptor(descriptor)
        finally:
            os.close(descriptor)
    source = pyvips.SourceCustom()
    source.on_read(lambda count: os.read(descriptor, count))
    source.on_seek(lambda offset, whence: os.lseek(descriptor, offset, whence))
    weakref.finalize(source, os.close, descriptor)
    return source


def _plain(canvas: Canvas) -> Canvas:
    """See to it that there are 1 to 4 channels of 8 or 16 bits."""
    image = canvas.image
    if image.interpretation in ("lab", "labs", "labq"):
        eight = image.format == "uchar" or image.coding != "none"
        canvas = canvas.painted(image.colourspace("srgb" if eight else "rgb16"))
        canvas = replace(canvas, metadata=replace(canvas.metadata, icc=None)).noted("load", converted_from="Lab")
    image = canvas.image
    if image.format not in ("uchar", "ushort"):
        samples = _SAMPLES.get(image.format, "unusual")
        raise Refused(f"has {samples} samples, and only pictures of 8 and 16 bits are rendered.")
    if image.bands > 4:
        raise Refused(f"has {image.bands} channels, and only grey, RGB and CMYK pictures are rendered.")
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    if canvas.traits.format == "TIFF" and pages > 1:
        canvas = canvas.noted("load", pages_left_out=pages - 1)
    return canvas
