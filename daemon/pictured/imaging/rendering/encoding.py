"""A canvas to a file: the one place where a rule's result is coded, once, after all of its operations."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyvips

from pictured.errors import Refused
from pictured.imaging.rendering.canvas import Canvas, Note
from pictured.imaging.rendering.exif import orientation_of
from pictured.imaging.rendering.fitting import fitted, frame_height
from pictured.imaging.rendering.labelling import inscribe, labelled, relabelled, uprighted
from pictured.imaging.rendering.loading import upright
from pictured.imaging.rendering.writing import EXTENSIONS, Coding, write

_HERE = "pictured.imaging.rendering"
_LOSSY_SOURCES = ("HEIF", "MPO")
_INDEXED = ("png", "gif", "tiff")
_LOSSLESS_SOURCES = ("PNG", "GIF", "TIFF", "BMP", "PPM")
_GRAPHICS = ("PNG", "GIF")
_GOOD = {"jpeg": 90, "webp": 90, "avif": 80}
"""For sources whose own quality is not known: above what an eye tells apart at arm's length."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A complete file.

    file           where it lies
    extension      ".jpg", with the dot
    format         a key of `writing.EXTENSIONS`
    width, height  pixels of one frame, upright
    notes          what coding has to tell, beside the canvas's own notes
    """

    file: Path
    extension: str
    format: str
    width: int
    height: int
    notes: tuple[Note, ...] = ()


def encoded(canvas: Canvas, base: Path) -> Coded:
    """Write one file beside `base`, which has its name and an extension, and bring its metadata along.

    A picture whose pixels nobody touched and that stays in its format is copied as it is coded, and only its metadata
    written anew. A picture with a palette is stored as indices and palette in PNG, GIF and TIFF.
    Raises Refused (the format cannot hold the picture, or its optional package is missing), TooLarge, pyvips.Error and
    OSError.
    """
    wanted = canvas.encoding
    kind = _kept_format(canvas) if wanted.format is None else wanted.format
    if _stays(canvas, kind):
        file = beside(base, kind)
        try:
            relabelled(canvas.path, canvas.metadata, kind, file)
        except Refused:
            file.unlink(missing_ok=True)
        else:
            return told(canvas, file, kind)
    canvas = upright(canvas)
    if canvas.palette is not None and kind in _INDEXED:
        store: Callable[[Canvas, str, Path], None] = pkgutil.resolve_name(f"{_HERE}.paletting:store")
        file = beside(base, kind)
        store(canvas, kind, file)
        return finished(canvas, file, kind)
    if kind == "auto" or isinstance(wanted.quality, str):
        choose: Callable[[Canvas, str, Path], Coded] = pkgutil.resolve_name(f"{_HERE}.choosing:chosen")
        return choose(canvas, kind, base)
    return stored(canvas, plain_coding(canvas, kind), base)


def stored(canvas: Canvas, coding: Coding, base: Path) -> Coded:
    """Write an upright canvas as `coding` says, with its metadata. Raises as `encoded` does."""
    before, file = len(canvas.notes), beside(base, coding.format)
    canvas = fitted(canvas, coding.format)
    save: Callable[[pyvips.Image, Coding, Path], None] = write
    if coding.format == "jxl":
        save = pkgutil.resolve_name(f"{_HERE}.jxl:write")
    save(labelled(canvas.image, canvas.metadata), coding, file)
    return finished(canvas, file, coding.format, canvas.notes[before:])


def finished(canvas: Canvas, file: Path, kind: str, notes: tuple[Note, ...] = ()) -> Coded:
    """Put the metadata into a file that holds nothing but this upright canvas's pixels, and describe it."""
    unheld = inscribe(file, uprighted(canvas.metadata, canvas.image.width, frame_height(canvas.image)), kind)
    if unheld:
        notes = (*notes, Note("convert", {"metadata_given_up": list(unheld)}))
    return told(canvas, file, kind, notes)


def told(canvas: Canvas, file: Path, kind: str, notes: tuple[Note, ...] = ()) -> Coded:
    """Describe a file that was written from this canvas."""
    width, height = canvas.image.width, frame_height(canvas.image)
    if canvas.orientation >= 5:
        width, height = height, width
    return Coded(file, EXTENSIONS[kind], kind, width, height, notes)


def plain_coding(canvas: Canvas, kind: str) -> Coding:
    """Decide how to code without looking at the pixels: by the number asked for, else as good as the source is."""
    wanted, traits = canvas.encoding, canvas.traits
    quality = wanted.quality if isinstance(wanted.quality, int) else None
    subsampling = wanted.subsampling
    if subsampling == "auto" and kind == "jpeg":
        subsampling = _subsampling(traits.format, traits.subsampling)
    if quality is not None:
        return Coding(kind, quality, subsampling, wanted.progressive, thorough=True)
    if kind == "jpeg" and traits.quality is not None:
        return Coding(kind, traits.quality, subsampling, wanted.progressive)
    if traits.format in _LOSSLESS_SOURCES and kind in ("webp", "avif", "jxl"):
        return Coding(kind, None)
    bits = 1 if traits.mode == "bilevel" and not canvas.touched and kind in ("png", "tiff") else None
    return Coding(kind, _GOOD.get(kind), subsampling, wanted.progressive, bits=bits)


def _subsampling(source: str, stored_so: str | None) -> str:
    """Keep the chroma that a JPEG has; what comes from PNG or GIF is likely a graphic, which needs all of it."""
    if stored_so is not None:
        return "4:2:0" if stored_so == "4:2:0" else "4:4:4"
    return "4:4:4" if source in _GRAPHICS else "auto"


def _kept_format(canvas: Canvas) -> str:
    """Give the source's format, or the nearest that can be written: PNG for what has no loss."""
    kind = canvas.traits.format.lower()
    if kind in EXTENSIONS:
        return "png" if kind == "jpeg" and canvas.palette is not None else kind
    return "jpeg" if canvas.traits.format in _LOSSY_SOURCES and not canvas.image.hasalpha() else "png"


def _stays(canvas: Canvas, kind: str) -> bool:
    # What is not upright says so in its EXIF, which goes along.
    told = canvas.orientation in (1, orientation_of(canvas.metadata.exif))
    untouched = not canvas.touched and told and canvas.palette is None
    return untouched and canvas.encoding.quality is None and kind == canvas.traits.format.lower()


def beside(base: Path, kind: str) -> Path:
    """Give the path of the result."""
    return base.with_name(base.name + EXTENSIONS[kind])
