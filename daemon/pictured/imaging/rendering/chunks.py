"""The chunks of PNG (third edition) and of WebP (RIFF container, RFC 9649), and where metadata lie in them."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import with_iptc, with_payload, without_payload
from pictured.imaging.rendering.records import from_resources

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP, _PROFILE = b"XML:com.adobe.xmp", b"Raw profile type "
_PAYLOAD = b"piCt"
"""Ancillary, private, safe to copy."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_EXTRAS = (*_TEXTS, b"tIME")
_MOST, _LONGEST = 100_000, 64 << 20
_ICC_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _XMP_FLAG = 0x20, 0x10, 0x08, 0x04


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    at: int
    length: int


def metadata_of_png(file: BinaryIO) -> Metadata:
    """Read the metadata, also those that older programs put into text chunks."""
    exif = icc = xmp = iptc = payload = None
    for chunk in _png_chunks(file):
        if chunk.length > _LONGEST or chunk.kind not in (b"eXIf", b"iCCP", _PAYLOAD, *_TEXTS):
            continue
        data = _body(file, chunk)
        match chunk.kind:
            case b"eXIf":
                exif = data.removeprefix(b"Exif\0\0") or None
            case b"iCCP":
                icc = _inflated(data.partition(b"\0")[2][1:])
            case b"piCt":
                payload = data
            case _:
                name, text = _text(chunk.kind, data)
                old = _profile(text) if name.startswith(_PROFILE) else None
                match name.removeprefix(_PROFILE) if old else name:
                    case b"XML:com.adobe.xmp":
                        xmp = text or None
                    case b"exif" | b"APP1" | b"app1" if old and old.startswith(b"Exif\0\0"):
                        exif = exif or old[6:] or None
                    case b"xmp":
                        xmp = xmp or old
                    case b"icc" | b"icm":
                        icc = icc or old
                    case b"iptc" | b"8bim" if old:
                        iptc = from_resources(old) or (old if old.startswith(b"\x1c") else None)
                    case _:
                        pass
    return Metadata(exif, icc, xmp, iptc, payload)


def relabel_png(source: BinaryIO, metadata: Metadata, target: BinaryIO) -> None:
    """Write the PNG with other metadata; every chunk of the picture stays as it is, checksum included."""
    written = False
    target.write(_PNG)
    for chunk in _png_chunks(source):
        dropped = chunk.kind in (b"eXIf", b"iCCP", _PAYLOAD) or (not metadata.extras and chunk.kind in _EXTRAS)
        # An sRGB chunk would speak against another profile.
        dropped = dropped or (metadata.icc is not None and chunk.kind in (b"sRGB", b"cICP"))
        if chunk.kind in _TEXTS and not dropped:
            source.seek(chunk.at + 8)
            name = source.read(min(80, chunk.length)).partition(b"\0")[0]
            dropped = name == _XMP or name.startswith(_PROFILE)
        if not dropped:
            source.seek(chunk.at)
            _copy(source, target, chunk.length + 12)
        if chunk.kind == b"IHDR" and not written:
            written = True
            target.writelines(_framed(kind, data) for kind, data in _png_made(metadata))


def metadata_of_webp(file: BinaryIO) -> Metadata:
    """Read the metadata."""
    found: dict[bytes, bytes] = {}
    for chunk in _webp_chunks(file):
        if chunk.kind in (b"EXIF", b"XMP ", b"ICCP") and chunk.length <= _LONGEST:
            file.seek(chunk.at + 8)
            found.setdefault(chunk.kind, file.read(chunk.length))
    exif, xmp = found.get(b"EXIF", b"").removeprefix(b"Exif\0\0"), found.get(b"XMP ")
    rest, payload = without_payload(xmp) if xmp else (None, None)
    return Metadata(exif or None, found.get(b"ICCP") or None, rest or None, None, payload)


def relabel_webp(source: BinaryIO, metadata: Metadata, target: BinaryIO) -> None:
    """Write the WebP with other metadata and the same picture; a simple file becomes an extended one if need be."""
    chunks = list(_webp_chunks(source))
    xmp = xmp_with_all(metadata)
    kept = [each for each in chunks if each.kind not in (b"VP8X", b"EXIF", b"XMP ", b"ICCP")]
    if not metadata.extras:
        kept = [each for each in kept if each.kind in (b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")]
    flags = _extended(source, chunks)
    flags[0] &= ~(_ICC_FLAG | _EXIF_FLAG | _XMP_FLAG)
    for block, flag in ((metadata.icc, _ICC_FLAG), (metadata.exif, _EXIF_FLAG), (xmp, _XMP_FLAG)):
        flags[0] |= flag if block else 0
    target.write(b"RIFF\0\0\0\0WEBP")
    if flags[0] or any(each.kind == b"VP8X" for each in chunks):
        _write_webp(target, b"VP8X", bytes(flags))
    if metadata.icc:
        _write_webp(target, b"ICCP", metadata.icc)
    for chunk in kept:
        source.seek(chunk.at)
        _copy(source, target, 8 + chunk.length + chunk.length % 2)
    if metadata.exif:
        _write_webp(target, b"EXIF", metadata.exif)
    if xmp:
        _write_webp(target, b"XMP ", xmp)
    length = target.tell() - 8
    target.seek(4)
    target.write(struct.pack("<I", length))
    target.seek(0, 2)


def xmp_with_all(metadata: Metadata) -> bytes | None:
    """Give the XMP for a format that has no place for IPTC and for a payload."""
    xmp = with_iptc(metadata.xmp, metadata.iptc) if metadata.iptc else metadata.xmp
    return with_payload(xmp, metadata.payload) if metadata.payload is not None else xmp


def _png_chunks(file: BinaryIO) -> Iterator[_Chunk]:
    """Give the chunks up to the end of the picture. Raises Truncated and Refused."""
    file.seek(0)
    if file.read(8) != _PNG:
        raise Refused("is no PNG, though its header says so.")
    end = file.seek(0, 2)
    at = 8
    for _ in range(_MOST):
        file.seek(at)
        head = file.read(8)
        length = int.from_bytes(head[:4], "big")
        if len(head) < 8 or at + 12 + length > end:
            raise Truncated("ends before the picture does.")
        yield _Chunk(head[4:], at, length)
        if head[4:] == b"IEND":
            return
        at += 12 + length
    raise Refused("is damaged: it has too many chunks.")


def _webp_chunks(file: BinaryIO) -> Iterator[_Chunk]:
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise Refused("is no WebP, though its header says so.")
    end = file.seek(0, 2)
    stated = 8 + int.from_bytes(head[4:8], "little")
    if stated > end:
        raise Truncated("ends before the picture does.")
    at = 12
    for _ in range(_MOST):
        if at + 8 > stated:
            return
        file.seek(at)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if at + 8 + length > end:
            raise Truncated("ends before the picture does.")
        yield _Chunk(head[:4], at, length)
        at += 8 + length + length % 2
    raise Refused("is damaged: it has too many chunks.")


def _extended(file: BinaryIO, chunks: list[_Chunk]) -> bytearray:
    """Give the body of the VP8X chunk that is there, or one that fits the picture."""
    first = chunks[0] if chunks else _Chunk(b"", 0, 0)
    file.seek(first.at + 8)
    head = file.read(10).ljust(10, b"\0")
    match first.kind:
        case b"VP8X":
            return bytearray(head)
        case b"VP8 ":
            width, height, alpha = head[6] | (head[7] & 0x3F) << 8, head[8] | (head[9] & 0x3F) << 8, 0
        case b"VP8L":
            bits = int.from_bytes(head[1:5], "little")
            width, height, alpha = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1
        case _:
            raise Refused("is damaged: it does not begin with a picture.")
    body = bytes((_ALPHA_FLAG if alpha else 0, 0, 0, 0))
    return bytearray(body + (max(width, 1) - 1).to_bytes(3, "little") + (max(height, 1) - 1).to_bytes(3, "little"))


def _write_webp(target: BinaryIO, kind: bytes, data: bytes) -> None:
    target.write(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))


def _png_made(metadata: Metadata) -> Iterator[tuple[bytes, bytes]]:
    if metadata.icc:
        yield b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)
    if metadata.exif:
        yield b"eXIf", metadata.exif
    xmp = with_iptc(metadata.xmp, metadata.iptc) if metadata.iptc else metadata.xmp
    if xmp:
        yield b"iTXt", _XMP + b"\0\0\0\0\0" + xmp
    if metadata.payload is not None:
        yield _PAYLOAD, metadata.payload


def _framed(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _body(file: BinaryIO, chunk: _Chunk) -> bytes:
    file.seek(chunk.at + 8)
    return file.read(chunk.length)


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    """Copy so many bytes; RIFF's last padding byte may be missing."""
    while length > 0:
        part = source.read(min(length, 1 << 20))
        if not part:
            target.write(b"\0" * length)
            return
        target.write(part)
        length -= len(part)


def _text(kind: bytes, data: bytes) -> tuple[bytes, bytes]:
    name, _, rest = data.partition(b"\0")
    if kind == b"zTXt":
        return name, _inflated(rest[1:]) or b""
    if kind == b"iTXt":
        packed, text = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        return name, (_inflated(text) or b"") if packed else text
    return name, rest


def _profile(text: bytes) -> bytes | None:
    """Give the bytes of ImageMagick's `Raw profile`: a name, a length and hexadecimal digits."""
    found = re.match(rb"\n?[^\n]{0,40}\n\s*\d{1,9}\n([0-9a-fA-F\s]*)", text)
    try:
        return bytes.fromhex(found[1].decode()) if found else None
    except ValueError:
        return None


def _inflated(data: bytes) -> bytes | None:
    decompressor = zlib.decompressobj()
    try:
        found = decompressor.decompress(data, _LONGEST)
    except zlib.error:
        return None
    return found if decompressor.eof else None
