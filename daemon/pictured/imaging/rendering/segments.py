"""The segments of a JPEG (ISO 10918-1, annex B), and where metadata lie in them."""

import mmap
import re
import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.directories import structure_in
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import joined, parted
from pictured.imaging.rendering.records import from_resources, resources

_APP0, _APP1, _APP2, _APP13, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF, 0xFE
_SCAN, _END = 0xDA, 0xD9
_EXIF, _XMP, _MORE_XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_ICC, _PHOTOSHOP, _PAYLOAD, _VIEWS = b"ICC_PROFILE\0", b"Photoshop 3.0\0", b"pictured\0", b"MPF\0"
_OURS = (
    (_APP1, (_EXIF, b"Exif\0", _XMP, _MORE_XMP)),
    (_APP2, (_ICC,)),
    (_APP13, (_PHOTOSHOP,)),
    (_APP15, (_PAYLOAD,)),
)
_LONGEST = 65533
_MOST = 100_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    data: bytes
    at: int


def metadata_of_jpeg(file: BinaryIO) -> Metadata:
    """Read the metadata before the first scan."""
    segments, _ = _head(file)
    parts = [segment.data[len(_PHOTOSHOP) :] for segment in segments if _starts(segment, _APP13, _PHOTOSHOP)]
    extended = b"".join(
        segment.data[len(_MORE_XMP) + 40 :]
        for segment in sorted(
            (each for each in segments if _starts(each, _APP1, _MORE_XMP)), key=lambda each: each.data[75 - 4 : 75]
        )
    )
    xmp = _first(segments, _APP1, _XMP)
    return Metadata(
        exif=_first(segments, _APP1, _EXIF),
        icc=_numbered(segments, _APP2, _ICC),
        xmp=joined(xmp, extended) if xmp and extended else xmp,
        iptc=from_resources(b"".join(parts)),
        payload=_numbered(segments, _APP15, _PAYLOAD),
    )


def relabel_jpeg(source: BinaryIO, metadata: Metadata, target: BinaryIO) -> None:
    """Write the JPEG with other metadata and the same scans, tables and Adobe segment, byte for byte.

    Raises Refused where a block is too long for the format, and Truncated where there is no scan.
    """
    segments, scans = _head(source)
    old_resources = b"".join(each.data[len(_PHOTOSHOP) :] for each in segments if _starts(each, _APP13, _PHOTOSHOP))
    kept = [each for each in segments if not _is_ours(each) and (metadata.extras or not _is_extra(each))]
    front = [each for each in kept[:1] if _starts(each, _APP0, b"JFIF\0")]
    written = [
        *((each.marker, each.data) for each in front),
        *_made(metadata, old_resources if metadata.extras else b""),
        *((each.marker, each.data) for each in kept[len(front) :]),
    ]
    views = _views(segments) if metadata.extras else None
    target.write(b"\xff\xd8")
    place = 0
    for marker, data in written:
        if marker == _APP2 and data.startswith(_VIEWS):
            place = target.tell() + 4
        target.write(bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data)
    moved = target.tell() - scans
    if metadata.extras:
        source.seek(scans)
        shutil.copyfileobj(source, target, 1 << 20)
    else:
        _copy_picture(source, scans, target)
    if views:
        _correct(target, place, views, moved)


def _head(file: BinaryIO) -> tuple[list[_Segment], int]:
    """Give the segments before the first scan, and where that begins."""
    file.seek(0)
    if file.read(2) != b"\xff\xd8":
        raise Refused("is no JPEG, though its header says so.")
    segments: list[_Segment] = []
    for _ in range(_MOST):
        at = file.tell()
        marker = file.read(2)
        if marker == b"\xff\xff":
            file.seek(-1, 1)
            continue
        if len(marker) < 2:
            raise Truncated("ends before the picture does.")
        if marker[0] != 0xFF:
            # Decoders pass over what stands between segments.
            file.seek(-1, 1)
            continue
        if marker[1] == _SCAN:
            return segments, at
        if marker[1] == 0x01 or 0xD0 <= marker[1] <= 0xD8:
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        data = file.read(max(0, length))
        if length < 0 or len(data) < length or marker[1] == _END:
            raise Truncated("ends before the picture does.")
        segments.append(_Segment(marker[1], data, at))
    raise Refused("is damaged: it has too many segments.")


def _starts(segment: _Segment, marker: int, name: bytes) -> bool:
    return segment.marker == marker and segment.data.startswith(name)


def _is_ours(segment: _Segment) -> bool:
    return any(segment.marker == marker and segment.data.startswith(names) for marker, names in _OURS)


def _is_extra(segment: _Segment) -> bool:
    """Whether a picture shows the same without the segment: all but its tables, JFIF's units and Adobe's transform."""
    if segment.marker == _APP0:
        return not segment.data.startswith(b"JFIF\0")
    return segment.marker == _COMMENT or (_APP0 < segment.marker <= _APP15 and segment.marker != _APP14)


def _first(segments: Sequence[_Segment], marker: int, name: bytes) -> bytes | None:
    found = (each.data[len(name) :] for each in segments if _starts(each, marker, name))
    return next(found, None) or None


def _numbered(segments: Sequence[_Segment], marker: int, name: bytes) -> bytes | None:
    """Join what is dealt out over several segments, which are numbered from 1 (ICC.1:2010, B.4)."""
    found = [each.data[len(name) :] for each in segments if _starts(each, marker, name)]
    parts = sorted((part for part in found if len(part) >= 2), key=lambda part: part[0])
    whole = parts and [part[0] for part in parts] == list(range(1, parts[0][1] + 1))
    return b"".join(part[2:] for part in parts) if whole else None


def _made(metadata: Metadata, old_resources: bytes) -> Iterator[tuple[int, bytes]]:
    if metadata.exif:
        if len(_EXIF) + len(metadata.exif) > _LONGEST:
            raise Refused("has more EXIF than a JPEG holds (64 kB); strip its maker_notes or thumbnail first.")
        yield _APP1, _EXIF + metadata.exif
    if metadata.xmp:
        main, extended = parted(metadata.xmp, _LONGEST - len(_XMP))
        yield _APP1, _XMP + main
        yield from ((_APP1, _MORE_XMP + part) for part in extended)
    yield from ((_APP2, part) for part in _dealt(_ICC, metadata.icc))
    photoshop = resources(metadata.iptc, old_resources)
    for at in range(0, len(photoshop), _LONGEST - len(_PHOTOSHOP)):
        yield _APP13, _PHOTOSHOP + photoshop[at : at + _LONGEST - len(_PHOTOSHOP)]
    yield from ((_APP15, part) for part in _dealt(_PAYLOAD, metadata.payload))


def _dealt(name: bytes, whole: bytes | None) -> Iterator[bytes]:
    room = _LONGEST - len(name) - 2
    count = -(-len(whole or b"") // room)
    if count > 255:
        raise Refused("has a colour profile that is too long for a JPEG.")
    for number in range(count):
        yield name + bytes((number + 1, count)) + (whole or b"")[number * room : (number + 1) * room]


def _copy_picture(source: BinaryIO, scans: int, target: BinaryIO) -> None:
    """Copy from the first scan to the end of the picture, and nothing that stands behind."""
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end, at = len(data), scans
        while found := _MARKER.search(data, at):
            if data[found.start() + 1] == _END:
                end = found.end()
                break
            at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        target.writelines(data[place : min(end, place + (1 << 20))] for place in range(scans, end, 1 << 20))


def _views(segments: Sequence[_Segment]) -> tuple[int, bytes] | None:
    """Give the place and bytes of the index of further pictures (CIPA DC-007)."""
    return next(
        ((each.at + 8, each.data[4:]) for each in segments if _starts(each, _APP2, _VIEWS)),
        None,
    )


def _correct(target: BinaryIO, place: int, views: tuple[int, bytes], moved: int) -> None:
    """Let the index point at the further pictures where they are now: it counts from its own beginning."""
    old_place, index = views
    structure = structure_in(index)
    directory = structure.directory(structure.first) if structure else None
    entry = directory.find(0xB002) if directory else None
    if structure is None or entry is None or not 16 < entry.size <= 4096:
        return
    at, raw = structure.number(entry.field), bytearray(structure.value(entry))
    for start in range(0, len(raw) - 15, 16):
        offset = structure.number(bytes(raw[start + 8 : start + 12]))
        # Only the first picture begins before the index; its length changes, and the place of the others.
        number, change = (start + 8, moved - (place + 4 - old_place)) if offset else (start + 4, moved)
        new = structure.number(bytes(raw[number : number + 4])) + change
        if 0 <= new < 1 << 32:
            raw[number : number + 4] = structure.pack(new, 4)
    target.seek(place + 4 + at)
    target.write(raw)
    target.seek(0, 2)
