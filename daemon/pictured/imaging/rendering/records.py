"""IPTC records (IIM 4.2), the Photoshop resources that carry them, and the XMP fields that stand for them.

Source of the pairs: IPTC Photo Metadata Standard 2023.2, "IIM" and "XMP" of each property.
"""

import struct
from collections.abc import Iterator
from typing import Final, Literal

_IPTC = 0x0404
_STALE = (_IPTC, 0x0409, 0x040C, 0x040F, 0x0422, 0x0423, 0x0424, 0x0425)
"""IPTC and its digest, thumbnails, and second copies of the profile, EXIF and XMP."""
_MOST = 10_000

Shape = Literal["text", "alt", "seq", "bag"]

DC, PHOTOSHOP = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/photoshop/1.0/"
CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"

FIELDS: Final[tuple[tuple[int, str, str, Shape], ...]] = (
    (5, DC, "title", "alt"),
    (10, PHOTOSHOP, "Urgency", "text"),
    (15, PHOTOSHOP, "Category", "text"),
    (20, PHOTOSHOP, "SupplementalCategories", "bag"),
    (25, DC, "subject", "bag"),
    (40, PHOTOSHOP, "Instructions", "text"),
    (55, PHOTOSHOP, "DateCreated", "text"),
    (80, DC, "creator", "seq"),
    (85, PHOTOSHOP, "AuthorsPosition", "text"),
    (90, PHOTOSHOP, "City", "text"),
    (92, CORE, "Location", "text"),
    (95, PHOTOSHOP, "State", "text"),
    (100, CORE, "CountryCode", "text"),
    (101, PHOTOSHOP, "Country", "text"),
    (103, PHOTOSHOP, "TransmissionReference", "text"),
    (105, PHOTOSHOP, "Headline", "text"),
    (110, PHOTOSHOP, "Credit", "text"),
    (115, PHOTOSHOP, "Source", "text"),
    (116, DC, "rights", "alt"),
    (120, DC, "description", "alt"),
    (122, PHOTOSHOP, "CaptionWriter", "text"),
)
"""Number of the data set in record 2; namespace, name and shape of its XMP property."""

BY_LINE, NOTICE = 80, 116


def from_resources(data: bytes) -> bytes | None:
    """Give the IPTC records that Photoshop resources hold."""
    return b"".join(body for kind, _, body in _resources(data) if kind == _IPTC) or None


def resources(iptc: bytes | None, old: bytes) -> bytes:
    """Make Photoshop resources with these records, and those of the old ones that are not copies of metadata."""
    kept = [each for each in _resources(old) if each[0] not in _STALE]
    if iptc:
        kept.append((_IPTC, b"\0\0", iptc))
    return b"".join(
        b"8BIM" + struct.pack(">H", kind) + name + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
        for kind, name, body in kept
    )


def properties(iptc: bytes) -> Iterator[tuple[str, str, Shape, tuple[str, ...]]]:
    """Give the XMP properties that stand for IPTC records: namespace, name, shape and values."""
    found: dict[int, list[bytes]] = {}
    utf8 = False
    for record, number, value in _records(iptc):
        if (record, number) == (1, 90):
            utf8 = value == b"\x1b%G"
        elif record == 2:
            found.setdefault(number, []).append(value)
    for number, space, name, shape in FIELDS:
        values = tuple(text for text in (_text(value, utf8=utf8) for value in found.get(number, ())) if text)
        if number == 55:
            values = tuple(f"{day[:4]}-{day[4:6]}-{day[6:8]}" for day in values if day.isdigit() and len(day) == 8)
        if values:
            yield space, name, shape, values if shape in ("seq", "bag") else values[:1]


def value_of(iptc: bytes | None, number: int) -> str | None:
    """Give the first text of a data set of record 2."""
    texts = (_text(value, utf8=False) for record, each, value in _records(iptc or b"") if (record, each) == (2, number))
    return next(texts, None)


def without_numbers(iptc: bytes, *numbers: int) -> bytes | None:
    """Remove data sets of record 2; None where nothing is left."""
    kept = [each for each in _records(iptc) if each[0] != 2 or each[1] not in numbers]
    return b"".join(_record(*each) for each in kept) or None


def _record(record: int, number: int, value: bytes) -> bytes:
    length = struct.pack(">H", len(value)) if len(value) < 0x8000 else struct.pack(">HI", 0x8004, len(value))
    return bytes((0x1C, record, number)) + length + value


def _resources(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Give kind, name (as stored, with its padding) and body of each resource (Photoshop File Formats, 2019)."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        kind = int.from_bytes(data[at + 4 : at + 6], "big")
        named = data[at + 6] + 1
        name = data[at + 6 : at + 6 + named + named % 2]
        at += 6 + len(name)
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 4 + length]
        if len(body) < length:
            return
        yield kind, name, body
        at += 4 + length + length % 2


def _records(iptc: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    for _ in range(_MOST):
        if len(iptc) < at + 5 or iptc[at] != 0x1C:
            return
        record, number, length = struct.unpack(">BBH", iptc[at + 1 : at + 5])
        at += 5
        if length & 0x8000:
            wide = length & 0x7FFF
            if wide > 4:
                return
            length = int.from_bytes(iptc[at : at + wide], "big")
            at += wide
        yield record, number, iptc[at : at + length]
        at += length


def _text(value: bytes, *, utf8: bool) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("utf-8", "replace") if utf8 else value.decode("latin-1")
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t").strip()
