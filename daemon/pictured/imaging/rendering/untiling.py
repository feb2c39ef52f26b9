"""Tiles back to their picture."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray

from pictured.errors import Changed, FileError, Refused, TooLarge, Unreadable
from pictured.imaging.rendering.chunks import metadata_of_png, metadata_of_webp
from pictured.imaging.rendering.labelling import inscribe, labelled, uprighted
from pictured.imaging.rendering.layout import Entry, Layout
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.segments import metadata_of_jpeg
from pictured.imaging.rendering.tags import metadata_of_tiff
from pictured.imaging.rendering.tiling import pixels_digest
from pictured.imaging.rendering.writing import Coding, write

_METADATA = {
    "pngload_buffer": metadata_of_png,
    "tiffload_buffer": metadata_of_tiff,
    "jpegload_buffer": metadata_of_jpeg,
    "webpload_buffer": metadata_of_webp,
}


@dataclass(frozen=True, slots=True, eq=False)
class Untiled:
    """A picture put together.

    image     its pixels
    metadata  of its first tile
    exact     whether every sample is that of the picture that was cut
    """

    image: pyvips.Image
    metadata: Metadata
    exact: bool


def untiled(layout: Layout, read: Callable[[str], bytes]) -> Untiled:
    """Put tiles together; `read` gives the bytes of a file by its name beside the manifest.

    Raises Changed (a tile is not the file that was made), and Refused (it is no picture that would fit, or the pixels
    do not come to what the manifest says), TooLarge, all with predicate texts; and what `read` raises.
    """
    try:
        return _together(layout, read)
    except MemoryError as error:
        raise TooLarge("tells of a picture that needs more memory than there is.") from error


def store(picture: Untiled, kind: str, file: Path) -> None:
    """Write the picture as "png" or "tiff" with its metadata. Raises Unreadable, Refused (predicate texts), OSError."""
    try:
        write(labelled(picture.image, picture.metadata), Coding(kind, None), file)
    except pyvips.Error as error:
        raise Unreadable(f"cannot be put together: {' '.join(str(error).split())[-200:]}.") from error
    inscribe(file, uprighted(picture.metadata, picture.image.width, picture.image.height), kind)


def _together(layout: Layout, read: Callable[[str], bytes]) -> Untiled:
    kind = np.uint8 if layout.bit_depth == 8 else np.uint16
    whole = np.empty((layout.height, layout.width, layout.bands), dtype=kind)
    metadata, interpretation = Metadata(), "srgb"
    for number, entry in enumerate(layout.tiles):
        content = read(entry.file)
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise Changed(f"names the tile {entry.file}, which is not the file that it was made for.")
        image = _opened(layout, entry, content)
        if number == 0:
            metadata, interpretation = _metadata(image, content), image.interpretation
        whole[entry.y : entry.y + entry.height, entry.x : entry.x + entry.width] = _pixels(image, entry)
    image = pyvips.Image.new_from_array(whole, interpretation=interpretation)
    exact = pixels_digest(image) == layout.pixels_sha256
    if layout.lossless and not exact:
        raise Refused("names tiles that do not come to the picture that it was made for.")
    return Untiled(image, metadata, exact)


def _opened(layout: Layout, entry: Entry, content: bytes) -> pyvips.Image:
    try:
        image = pyvips.Image.new_from_buffer(content, "", access="sequential", fail_on="error")
    except pyvips.Error as error:
        raise Refused(f"names the tile {entry.file}, which is no picture that can be read.") from error
    partial = layout.tile.last in ("partial", "crop")
    size = (entry.width, entry.height) if partial else (layout.tile.width, layout.tile.height)
    expected = (*size, layout.bands, "uchar" if layout.bit_depth == 8 else "ushort")
    if (image.width, image.height, image.bands, image.format) != expected:
        raise Refused(
            f"names the tile {entry.file}, which has {image.width} x {image.height} pixels in {image.bands} bands of "
            f"{image.format}, and not {expected[0]} x {expected[1]} in {expected[2]} of {expected[3]}; tiles that were "
            "resized or padded afterwards cannot be put together."
        )
    return image


def _pixels(image: pyvips.Image, entry: Entry) -> NDArray[np.generic]:
    try:
        pixels = image.numpy()
    except pyvips.Error as error:
        raise Refused(f"names the tile {entry.file}, which is damaged.") from error
    whole: NDArray[np.generic] = pixels.reshape(image.height, image.width, image.bands)
    return whole[: entry.height, : entry.width]


def _metadata(image: pyvips.Image, content: bytes) -> Metadata:
    read = _METADATA.get(image.get("vips-loader") if "vips-loader" in image.get_fields() else "")
    try:
        return read(io.BytesIO(content)) if read else Metadata()
    except FileError:
        return Metadata()
