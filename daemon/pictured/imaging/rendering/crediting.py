"""Writes who owns a picture, where the Metadata Working Group's guidelines (2.0, chapter 5) look for it."""

from dataclasses import replace

from pictured.imaging.operations.copyright import Copyright
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.exif import ARTIST, COPYRIGHT, text_of, with_texts
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import RIGHTS, Packet, new_packet, packet_of
from pictured.imaging.rendering.records import BY_LINE, DC, NOTICE, Shape, value_of, without_numbers

_Field = tuple[int, str, Shape, int]
_FIELDS: tuple[tuple[str, _Field], ...] = (
    ("notice", (COPYRIGHT, "rights", "alt", NOTICE)),
    ("artist", (ARTIST, "creator", "seq", BY_LINE)),
)


def credited(canvas: Canvas, operation: Copyright) -> Canvas:
    """Write the notice, the artist and the URL; what is there already stays unless it is to be replaced."""
    metadata, written = with_credits(canvas.metadata, operation)
    return replace(canvas, metadata=metadata).noted("copyright", written=list(written))


def with_credits(metadata: Metadata, operation: Copyright) -> tuple[Metadata, tuple[str, ...]]:
    """Give the metadata with these credits, and the names of what was written.

    Where one of EXIF, XMP and IPTC has a value already, the others get the same, so that none speaks against another.
    """
    packet = (packet_of(metadata.xmp) if metadata.xmp else None) or new_packet()
    exif, iptc = metadata.exif, metadata.iptc
    written: list[str] = []
    texts: dict[int, str] = {}
    for name, (tag, plain, shape, number) in _FIELDS:
        given: str = getattr(operation, name)
        if not given:
            continue
        there = text_of(exif, tag) or packet.text(DC, plain) or value_of(iptc, number) or ""
        value = given if operation.replace or not there else there
        if value == given and value != there:
            written.append(name)
        if operation.replace or not text_of(exif, tag):
            texts[tag] = value
        if operation.replace or not packet.has(DC, plain):
            packet.write(DC, plain, shape, (value,))
        if operation.replace and iptc is not None:
            iptc = without_numbers(iptc, number)
    written.extend(_with_url(packet, operation))
    xmp = bytes(packet) if operation.notice or operation.artist or operation.url else metadata.xmp
    exif = with_texts(exif, texts) if texts else exif
    return replace(metadata, exif=exif, xmp=xmp, iptc=iptc), tuple(written)


def _with_url(packet: Packet, operation: Copyright) -> tuple[str, ...]:
    if operation.notice and (operation.replace or not packet.has(RIGHTS, "Marked")):
        packet.write(RIGHTS, "Marked", "text", ("True",))
    if not operation.url or (packet.has(RIGHTS, "WebStatement") and not operation.replace):
        return ()
    packet.write(RIGHTS, "WebStatement", "text", (operation.url,))
    return ("url",)
