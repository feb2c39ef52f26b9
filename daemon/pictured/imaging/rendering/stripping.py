"""Removes groups of metadata."""

from dataclasses import replace

from pictured.imaging.operations.strip import Strip
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.directories import GPS
from pictured.imaging.rendering.exif import MAKER_NOTE, has, without_gps, without_maker_notes, without_thumbnail
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import EXIF, XMP, packet_of

_OTHERS_HAVE_IT = ("all", "exif", "gps", "thumbnail", "xmp", "iptc")
"""What pictures behind the first one of the file, and makers' segments, may hold too: those go with it."""


def stripped(canvas: Canvas, operation: Strip) -> Canvas:
    """Remove the groups; what cannot be taken apart for sure is removed as a whole."""
    before, after = canvas.metadata, without(canvas.metadata, operation.groups)
    names = ("exif", "icc", "xmp", "iptc", "payload")
    gone = [name for name in names if getattr(before, name) is not None and getattr(after, name) is None]
    if has(before.exif, GPS) and not has(after.exif, GPS):
        gone.append("gps")
    if has(before.exif, MAKER_NOTE) and not has(after.exif, MAKER_NOTE):
        gone.append("maker_notes")
    return replace(canvas, metadata=after).noted("strip", removed=gone)


def without(metadata: Metadata, groups: tuple[str, ...]) -> Metadata:
    """Give metadata without these groups, of those that `actions.strip.Strip` lists."""
    exif, xmp = metadata.exif, metadata.xmp
    every = "all" in groups
    if every or "exif" in groups:
        exif = None
    if every or "xmp" in groups:
        xmp = None
    for group, remove in (("gps", without_gps), ("thumbnail", without_thumbnail), ("maker_notes", without_maker_notes)):
        if group in groups and exif is not None:
            exif = remove(exif)
    if xmp is not None and ("gps" in groups or "thumbnail" in groups):
        xmp = _without_parts(xmp, groups)
    return replace(
        metadata,
        exif=exif,
        xmp=xmp,
        iptc=None if every or "iptc" in groups else metadata.iptc,
        icc=None if "icc" in groups else metadata.icc,
        payload=None if every else metadata.payload,
        extras=metadata.extras and not any(group in groups for group in _OTHERS_HAVE_IT),
    )


def _without_parts(xmp: bytes, groups: tuple[str, ...]) -> bytes | None:
    packet = packet_of(xmp)
    if packet is None:
        return None
    if "gps" in groups:
        packet.remove(EXIF, "GPS", whole=False)
    if "thumbnail" in groups:
        packet.remove(XMP, "Thumbnails")
    return bytes(packet)
