"""The boxes of AVIF and HEIF (ISO 14496-12, 23008-12), and the items among them that hold metadata."""

import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.chunks import xmp_with_all
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import without_payload

_XMP = b"application/rdf+xml"
_MOST, _LONGEST = 10_000, 64 << 20


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of `iinf`: its number, what it is, and its bytes as stored."""

    number: int
    kind: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Location:
    """An entry of `iloc`: how its extents count (0: in the file, 1: in `idat`), and their places and lengths."""

    number: int
    method: int
    extents: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Meta:
    """The `meta` box: where it lies, its version and flags, its children as stored, its items and their places."""

    box: _Box
    head: bytes
    children: tuple[tuple[bytes, bytes], ...]
    items: tuple[_Item, ...]
    locations: tuple[_Location, ...]

    def child(self, kind: bytes) -> bytes | None:
        return next((body for name, body in self.children if name == kind), None)


def metadata_of_avif(file: BinaryIO) -> Metadata:
    """Read the metadata of the still picture."""
    meta = _meta(file)
    if meta is None:
        return Metadata()
    blocks = {item.kind: _data(file, meta, item) for item in reversed(meta.items) if item.kind in (b"Exif", _XMP)}
    exif = blocks.get(b"Exif", b"")
    # The item begins with how far from there the TIFF structure is.
    exif = exif[4 + int.from_bytes(exif[:4], "big") :].removeprefix(b"Exif\0\0") if len(exif) > 4 else b""
    xmp, payload = without_payload(blocks[_XMP]) if blocks.get(_XMP) else (None, None)
    return Metadata(exif or None, _profile(meta), xmp or None, None, payload)


def relabel_avif(source: BinaryIO, metadata: Metadata, target: BinaryIO) -> None:
    """Write the AVIF with other EXIF and XMP; its coded pixels and its profile stay as they are.

    Raises Refused for an animation, for another profile, and for layouts that libavif and libheif do not write.
    """
    meta = _meta(source)
    if meta is None or any(box.kind in (b"moov", b"moof") for box in _boxes(source)):
        raise Refused("is an AVIF of a kind whose metadata cannot be changed without coding its pixels anew.")
    if metadata.icc != _profile(meta):
        raise Refused("is an AVIF, whose profile cannot be changed without coding its pixels anew.")
    blocks = [(b"Exif", b"\0\0\0\0" + metadata.exif)] if metadata.exif else []
    if xmp := xmp_with_all(metadata):
        blocks.append((_XMP, xmp))
    gone = {item.number for item in meta.items if item.kind in (b"Exif", _XMP)}
    kept = [each for each in meta.locations if each.number not in gone]
    first = max((item.number for item in meta.items), default=0) + 1
    if first + len(blocks) > 65535 or any(each.method > 1 for each in meta.locations):
        raise Refused("is an AVIF of a kind whose metadata cannot be changed without coding its pixels anew.")
    added = [(first + place, kind, data) for place, (kind, data) in enumerate(blocks)]
    _copy(source, meta, target, len(_written(meta, gone, kept, added, 0, 0)), extras=metadata.extras)
    shift = len(_written(meta, gone, kept, added, 0, 0)) - (meta.box.end - meta.box.at)
    _blank(meta, gone, target, shift)
    end = target.seek(0, 2)
    if blocks:
        target.write(_box(b"mdat", b"".join(data for _, data in blocks)))
    target.seek(meta.box.at)
    target.write(_written(meta, gone, kept, added, shift, end + 8))
    target.seek(0, 2)


def _copy(source: BinaryIO, meta: _Meta, target: BinaryIO, length: int, *, extras: bool) -> None:
    """Copy all boxes, with room for another `meta`; makers' own boxes become `free` where they are not wanted."""
    source.seek(0)
    _copy_some(source, target, meta.box.at)
    target.write(bytes(length))
    source.seek(meta.box.end)
    shutil.copyfileobj(source, target, 1 << 20)
    shift = length - (meta.box.end - meta.box.at)
    for box in _boxes(source):
        if box.kind == b"uuid" and not extras:
            moved = shift if box.at > meta.box.at else 0
            target.seek(box.at + moved + 4)
            target.write(b"free")
            target.seek(box.start + moved)
            target.write(bytes(box.end - box.start))


def _copy_some(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length > 0 and (part := source.read(min(length, 1 << 20))):
        target.write(part)
        length -= len(part)


def _blank(meta: _Meta, gone: set[int], target: BinaryIO, shift: int) -> None:
    """Overwrite the items that are removed, unless another item shares their bytes."""
    stay = [
        (start, start + length)
        for each in meta.locations
        if each.number not in gone and each.method == 0
        for start, length in each.extents
    ]
    end = target.seek(0, 2)
    for each in meta.locations:
        for start, length in each.extents if each.number in gone and each.method == 0 else ():
            if any(start < other_end and other < start + length for other, other_end in stay) or length == 0:
                raise Refused("is an AVIF whose metadata overlap its pixels, so they cannot be changed.")
            at = start + (shift if start >= meta.box.end else 0)
            inside = start >= meta.box.end and at + length <= end
            if not inside:
                raise Refused("is an AVIF of a kind whose metadata cannot be changed without coding its pixels anew.")
            target.seek(at)
            target.writelines(bytes(min(1 << 20, length - place)) for place in range(0, length, 1 << 20))


def _written(
    meta: _Meta,
    gone: set[int],
    kept: Sequence[_Location],
    added: Sequence[tuple[int, bytes, bytes]],
    shift: int,
    place: int,
) -> bytes:
    """Make the `meta` box anew; it is as long whatever `shift` and `place` are."""
    items = [item.raw for item in meta.items if item.number not in gone]
    items += [_entry(number, kind) for number, kind, _ in added]
    places = [
        (each.number, each.method, [(start + _shifted(meta, each, start, shift), size) for start, size in each.extents])
        for each in kept
    ]
    for number, _, data in added:
        places.append((number, 0, [(place, len(data))]))
        place += len(data)
    primary = meta.child(b"pitm") or bytes(6)
    target = int.from_bytes(primary[4:8] if primary[0] else primary[4:6], "big")
    children = []
    for kind, body in meta.children:
        if kind == b"iinf":
            children.append(_box(kind, b"\1\0\0\0" + struct.pack(">I", len(items)) + b"".join(items)))
        elif kind == b"iloc":
            children.append(_box(kind, _iloc(places)))
        elif kind == b"iref":
            continue
        elif kind == b"idat":
            children.append(_box(kind, _blanked_idat(meta, gone, body)))
        else:
            children.append(_box(kind, body))
    references = _references(meta, gone, [number for number, _, _ in added], target)
    return _box(b"meta", meta.head + b"".join(children) + references)


def _shifted(meta: _Meta, location: _Location, start: int, shift: int) -> int:
    return shift if location.method == 0 and start >= meta.box.end else 0


def _blanked_idat(meta: _Meta, gone: set[int], body: bytes) -> bytes:
    made = bytearray(body)
    for each in meta.locations:
        if each.method == 1 and each.number in gone:
            for start, length in each.extents:
                made[start : start + length] = bytes(len(made[start : start + length]))
    return bytes(made)


def _iloc(places: Sequence[tuple[int, int, Sequence[tuple[int, int]]]]) -> bytes:
    made = [b"\2\0\0\0", b"\x88\0", struct.pack(">I", len(places))]
    for number, method, extents in places:
        made.append(struct.pack(">IHHH", number, method, 0, len(extents)))
        made.extend(struct.pack(">QQ", start, length) for start, length in extents)
    return b"".join(made)


def _entry(number: int, kind: bytes) -> bytes:
    named = b"Exif\0" if kind == b"Exif" else b"mime\0" + kind + b"\0"
    return _box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + named)


def _references(meta: _Meta, gone: set[int], added: Sequence[int], primary: int) -> bytes:
    """Make `iref` with the references of the kept items, and the new ones as descriptions of the picture."""
    body = meta.child(b"iref")
    version = body[0] if body else 0
    wide = 4 if version else 2
    kept = [b"cdsc" + number.to_bytes(wide, "big") + b"\0\1" + primary.to_bytes(wide, "big") for number in added]
    for kind, inner in _inner(body[4:] if body else b""):
        if int.from_bytes(inner[:wide], "big") not in gone:
            kept.append(kind + inner)
    boxes = b"".join(_box(each[:4], each[4:]) for each in kept)
    return _box(b"iref", bytes((version, 0, 0, 0)) + boxes) if kept else b""


def _meta(file: BinaryIO) -> _Meta | None:
    box = next((each for each in _boxes(file) if each.kind == b"meta"), None)
    if box is None or box.end - box.start > _LONGEST:
        return None
    file.seek(box.start)
    body = file.read(box.end - box.start)
    children = tuple(_inner(body[4:]))
    found = dict(reversed(children))
    if b"iinf" not in found or b"iloc" not in found:
        return None
    return _Meta(box, body[:4], children, tuple(_items(found[b"iinf"])), tuple(_locations(found[b"iloc"])))


def _boxes(file: BinaryIO) -> Iterator[_Box]:
    """Give the boxes of the file. Raises Truncated."""
    end = file.seek(0, 2)
    at = 0
    for _ in range(_MOST):
        if at >= end:
            return
        file.seek(at)
        head = file.read(16)
        length, start = int.from_bytes(head[:4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), at + 16
        elif length == 0:
            length = end - at
        if at + length > end or length < start - at:
            raise Truncated("ends before the picture does.")
        yield _Box(head[4:8], at, start, at + length)
        at += length


def _inner(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        if not 8 <= length <= len(body) - at:
            return
        yield body[at + 4 : at + 8], body[at + 8 : at + length]
        at += length


def _items(body: bytes) -> Iterator[_Item]:
    for kind, entry in _inner(body[8 if body[:1] != b"\0" else 6 :]):
        if kind != b"infe" or len(entry) < 12 or entry[0] not in (2, 3):
            continue
        wide = 4 if entry[0] == 3 else 2
        named, rest = entry[6 + wide : 10 + wide], entry[10 + wide :]
        mime = rest.partition(b"\0")[2].partition(b"\0")[0]
        yield _Item(int.from_bytes(entry[4 : 4 + wide], "big"), mime if named == b"mime" else named, _box(kind, entry))


def _locations(body: bytes) -> Iterator[_Location]:
    version, at = body[0] if body else 9, 6
    if version > 2 or len(body) < 8:
        return
    offset_size, length_size, base_size, index_size = body[4] >> 4, body[4] & 15, body[5] >> 4, body[5] & 15
    if version == 0:
        index_size = 0
    wide = 4 if version == 2 else 2

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(body[at - size : at], "big")

    for _ in range(min(number(wide), _MOST)):
        if at >= len(body):
            return
        item, method = number(wide), number(2) & 15 if version else 0
        external, base = number(2), number(base_size)
        extents = []
        for _ in range(min(number(2), _MOST)):
            if at >= len(body):
                return
            number(index_size)
            extents.append((base + number(offset_size), number(length_size)))
        yield _Location(item, 2 if external else method, tuple(extents))


def _data(file: BinaryIO, meta: _Meta, item: _Item) -> bytes:
    where = next((each for each in meta.locations if each.number == item.number), None)
    if where is None or sum(length for _, length in where.extents) > _LONGEST:
        return b""
    parts = []
    for start, length in where.extents:
        if where.method == 1:
            parts.append((meta.child(b"idat") or b"")[start : start + length])
        elif where.method == 0 and start < file.seek(0, 2):
            file.seek(start)
            parts.append(file.read(length))
    return b"".join(parts)


def _profile(meta: _Meta) -> bytes | None:
    properties = dict(_inner(meta.child(b"iprp") or b"")).get(b"ipco", b"")
    return next(
        (body[4:] or None for kind, body in _inner(properties) if kind == b"colr" and body[:4] in (b"prof", b"rICC")),
        None,
    )


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body
