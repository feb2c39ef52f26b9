"""The metadata of a TIFF (TIFF 6.0; XMP Specification 3; ICC.1:2010, B.3), which lie among the tags of its picture."""

import shutil
import struct
from dataclasses import replace
from typing import BinaryIO

from pictured.errors import Refused
from pictured.imaging.rendering.chunks import xmp_with_all
from pictured.imaging.rendering.directories import (
    BYTE,
    EXIF,
    GPS,
    INTEROPERABILITY,
    LONG,
    SUB,
    UNDEFINED,
    Directory,
    Entry,
    Read,
    Structure,
    known_kind,
    laid,
    packed,
    reordered,
    structure_in,
    structure_of,
)
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import without_payload

_XMP, _IPTC, _PHOTOSHOP, _ICC = 700, 33723, 34377, 34675
_BLOCKS = (_XMP, _IPTC, _PHOTOSHOP, _ICC, EXIF, GPS)
_ORIENTATION, _X, _Y, _UNIT = 274, 282, 283, 296
_DESCRIBING = frozenset({270, 271, 272, 285, 305, 306, 315, 316, 33432, *range(40091, 40096), 0x4746, 0x4749, 50827})
"""Tags of the first directory that tell of the picture, not of its coding."""
_COUNTED = frozenset({_ORIENTATION, _X, _Y, _UNIT})
_LONGEST = 64 << 20
_HEAD = b"II*\0\x08\0\0\0"

Values = dict[int, tuple[int, bytes]]


def metadata_of_tiff(file: BinaryIO) -> Metadata:
    """Read the metadata of the first picture; EXIF becomes a structure of its own, without the picture's tags."""
    structure = structure_of(_reader(file))
    first = structure.directory(structure.first) if structure else None
    if structure is None or first is None:
        return Metadata()
    blocks = {tag: structure.value(entry) for tag in _BLOCKS[:4] if (entry := _sized(first, tag))}
    iptc = (
        _IPTC in blocks and (entry := first.find(_IPTC)) and reordered(entry.kind, blocks[_IPTC], structure.order, "<")
    )
    xmp, payload = without_payload(blocks[_XMP]) if blocks.get(_XMP) else (None, None)
    return Metadata(_exif(structure, first), blocks.get(_ICC) or None, xmp or None, iptc or None, payload)


def relabel_tiff(source: BinaryIO, metadata: Metadata, target: BinaryIO) -> None:
    """Write the TIFF with other metadata behind its pixels, which stay where they are; old metadata are blanked.

    Raises Refused for a BigTIFF, and for a file whose old metadata cannot be told from its pixels.
    """
    shutil.copyfileobj(source, target, 1 << 20)
    structure = structure_of(_reader(target))
    first = structure.directory(structure.first) if structure else None
    if structure is None or first is None or not first.whole:
        raise Refused("is a TIFF of a kind whose metadata cannot be changed without coding its pixels anew.")
    kept = [each for each in first.entries if each.tag not in (*_BLOCKS, *_DESCRIBING)]
    _blank(structure, first, target)
    at = target.seek(0, 2)
    at += target.write(b"\0" * (at % 2))
    added, at = _added(structure.order, metadata, target, at)
    if any(each.tag in added for each in kept):
        kept = [each for each in kept if each.tag not in added]
    written: list[Entry] = kept
    for tag, (kind, value) in added.items():
        field = value.ljust(4, b"\0")
        if len(value) > 4:
            field = struct.pack(f"{structure.order}I", at)
            at += target.write(value + b"\0" * (len(value) % 2))
        written.append(Entry(tag, kind, len(value) // _size(kind), field))
    if at > (1 << 32) - 65536:
        raise Refused("is too large for a TIFF with more metadata.")
    target.write(packed(structure.order, sorted(written, key=lambda each: each.tag), first.following))
    target.seek(4)
    target.write(struct.pack(f"{structure.order}I", at))
    target.seek(0, 2)


def _added(order: str, metadata: Metadata, target: BinaryIO, at: int) -> tuple[Values, int]:
    """Write the directories below the first one, and give the first one's values and where the file goes on."""
    added: Values = {}
    xmp = xmp_with_all(replace(metadata, iptc=None))
    for tag, kind, block in ((_XMP, BYTE, xmp), (_IPTC, UNDEFINED, metadata.iptc), (_ICC, UNDEFINED, metadata.icc)):
        if block:
            added[tag] = (kind, block)
    exif = structure_in(metadata.exif) if metadata.exif else None
    top = exif.directory(exif.first) if exif else None
    if exif is None or top is None:
        return added, at
    added |= _values(exif, top, order, keeping=_DESCRIBING | _COUNTED)
    for tag in (EXIF, GPS):
        below = exif.below(top, tag)
        if below is None:
            continue
        values = _values(exif, below, order)
        inner = exif.below(below, INTEROPERABILITY)
        if inner is not None:
            at, place = _write(target, laid(order, _values(exif, inner, order), at), at), at
            values[INTEROPERABILITY] = (LONG, struct.pack(f"{order}I", place))
        at, place = _write(target, laid(order, values, at), at), at
        added[tag] = (LONG, struct.pack(f"{order}I", place))
    return added, at


def _write(target: BinaryIO, data: bytes, at: int) -> int:
    data += b"\0" * (len(data) % 2)
    target.write(data)
    return at + len(data)


def _exif(structure: Structure, first: Directory) -> bytes | None:
    """Make a structure of its own of what tells of the picture."""
    order, at = structure.order, 8
    values, behind = _values(structure, first, order, keeping=_DESCRIBING | {_ORIENTATION}), b""
    for tag in (EXIF, GPS):
        below = structure.below(first, tag)
        if below is None:
            continue
        inner_values = _values(structure, below, order)
        inner = structure.below(below, INTEROPERABILITY)
        if inner is not None:
            inner_values[INTEROPERABILITY] = (LONG, struct.pack(f"{order}I", at + len(behind)))
            behind += laid(order, _values(structure, inner, order), at + len(behind))
        values[tag] = (LONG, struct.pack(f"{order}I", at + len(behind)))
        behind += laid(order, inner_values, at + len(behind))
    if not set(values) - {_ORIENTATION}:
        return None
    start = at + len(behind)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    return head + behind + laid(order, values, start)


def _values(structure: Structure, directory: Directory, order: str, keeping: frozenset[int] | None = None) -> Values:
    """Give the values of a directory, in a byte order, without those that point at directories or lie beyond it."""
    found: Values = {}
    for entry in directory.entries:
        wanted = entry.tag in keeping if keeping is not None else entry.tag not in (EXIF, GPS, INTEROPERABILITY, SUB)
        if not wanted or not known_kind(entry.kind) or not 0 < entry.size <= _LONGEST:
            continue
        value = structure.value(entry)
        if len(value) == entry.size:
            found[entry.tag] = (entry.kind, reordered(entry.kind, value, structure.order, order))
    return found


def _blank(structure: Structure, first: Directory, target: BinaryIO) -> None:
    """Overwrite the values of old metadata, so that what was removed is not left behind."""
    gone: list[tuple[int, int]] = []
    old = [entry for entry in first.entries if entry.tag in (*_BLOCKS, *_DESCRIBING) and entry.size > 4]
    gone.extend(_stretch(structure, entry) for entry in old)
    for tag in (EXIF, GPS):
        below = structure.below(first, tag)
        for each in (below, structure.below(below, INTEROPERABILITY)):
            if each is not None:
                gone.append((each.at, each.at + 6 + 12 * len(each.entries)))
                gone.extend(_stretch(structure, entry) for entry in each.entries if entry.size > 4)
    gone.append((first.at, first.at + 6 + 12 * len(first.entries)))
    end = target.seek(0, 2)
    gone = [(start, min(stop, end)) for start, stop in gone if 8 <= start < end]
    pixels = _pixels(structure, first)
    if sum(stop - start for start, stop in gone) > _LONGEST or _touches(gone, pixels):
        raise Refused("is a TIFF whose metadata overlap its pixels, so they cannot be changed.")
    for start, stop in gone:
        target.seek(start)
        target.write(bytes(stop - start))
    last = max((stop for _, stop in pixels), default=8)
    for start, stop in sorted(gone, reverse=True):
        # A value of an odd length has a byte behind it.
        if stop + 1 >= end:
            end = max(min(end, start), min(end, last))
    target.truncate(end)


def _pixels(structure: Structure, first: Directory) -> list[tuple[int, int]]:
    """Give the stretches that must stay: strips, tiles and what else the tags of all pictures point at."""
    found: list[tuple[int, int]] = []
    for directory in structure.directories():
        for places, lengths in ((273, 279), (324, 325), (513, 514)):
            starts = structure.numbers(directory.find(places))
            found.extend(
                (start, start + length)
                for start, length in zip(starts, structure.numbers(directory.find(lengths)), strict=False)
            )
        main = directory.at == first.at
        others = [each for each in directory.entries if not (main and each.tag in (*_BLOCKS, *_DESCRIBING))]
        found.extend(_stretch(structure, entry) for entry in others if entry.size > 4)
    below = [structure.below(first, tag) for tag in (EXIF, GPS)]
    inner = [structure.below(each, INTEROPERABILITY) for each in below]
    described = {_stretch(structure, entry) for each in (*below, *inner) if each for entry in each.entries}
    return [each for each in found if each not in described]


def _touches(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    marks = sorted([(start, 0, stop) for start, stop in some] + [(start, 1, stop) for start, stop in others])
    reach = [0, 0]
    for start, side, stop in marks:
        if reach[1 - side] > start:
            return True
        reach[side] = max(reach[side], stop)
    return False


def _stretch(structure: Structure, entry: Entry) -> tuple[int, int]:
    at = structure.number(entry.field)
    return at, at + entry.size


def _sized(directory: Directory, tag: int) -> Entry | None:
    entry = directory.find(tag)
    return entry if entry is not None and known_kind(entry.kind) and 0 < entry.size <= _LONGEST else None


def _size(kind: int) -> int:
    return Entry(0, kind, 1, b"").size


def _reader(file: BinaryIO) -> Read:
    def read(start: int, end: int) -> bytes:
        file.seek(start)
        return file.read(min(end - start, _LONGEST))

    return read
