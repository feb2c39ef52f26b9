"""Whether a file that cannot be decoded ends too early: it may still be written, so it is worth another try.

Each format is judged by its own framing (ISO 10918-1, RFC 2083, RIFF, ISO 14496-12, GIF89a, TIFF 6, BMP), never by
decoding.
"""

import os
from typing import BinaryIO

HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""The major brands of ISO media files that hold HEIF pictures (ISO 23008-12, annex B)."""
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"GIF87a", b"RIFF", b"II*\0", b"MM\0*", b"BM")
_MOST_PARTS = 100_000
_BRANDS = (*HEIF_BRANDS, b"avif", b"avis")
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}


def ends_early(file: BinaryIO) -> bool:
    """Tell whether the framing of a known format reaches beyond the end of the file. An empty file ends early."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(16)
    if len(head) < 12:
        return any(signature.startswith(head) or head.startswith(signature) for signature in _SIGNATURES)
    if head.startswith(b"\xff\xd8"):
        early = _jpeg_ends_early(file, size)
    elif head.startswith(b"\x89PNG"):
        early = _png_ends_early(file, size)
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        early = int.from_bytes(head[4:8], "little") + 8 > size
    elif head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        early = _boxes_end_early(file, size)
    elif head.startswith(b"GIF8"):
        file.seek(-1, os.SEEK_END)
        early = file.read(1) != b";"
    elif head.startswith((b"II*\0", b"MM\0*")):
        early = int.from_bytes(head[4:8], "little" if head.startswith(b"II") else "big") >= size
    elif head.startswith(b"BM"):
        early = int.from_bytes(head[2:6], "little") > size
    else:
        early = False
    return early


def _jpeg_ends_early(file: BinaryIO, size: int) -> bool:
    """Walk the segments up to the first scan."""
    position = 2
    for _ in range(_MOST_PARTS):
        file.seek(position)
        segment = file.read(4)
        if len(segment) < 4:
            return True
        if segment[0] != 0xFF or segment[1] == 0xDA:
            return False
        if segment[1] == 0xFF:
            position += 1
        elif segment[1] in _WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(segment[2:4], "big")
    return position > size


def _png_ends_early(file: BinaryIO, size: int) -> bool:
    position = 8
    for _ in range(_MOST_PARTS):
        file.seek(position)
        chunk = file.read(8)
        position += 12 + int.from_bytes(chunk[:4], "big")
        if len(chunk) < 8 or position > size:
            return True
        if chunk[4:] == b"IEND":
            return False
    return False


def _boxes_end_early(file: BinaryIO, size: int) -> bool:
    position = 0
    for _ in range(_MOST_PARTS):
        if position >= size:
            return position > size
        file.seek(position)
        box = file.read(16)
        length = int.from_bytes(box[:4], "big")
        if length == 1:
            length = int.from_bytes(box[8:16], "big")
        if length < 8:
            # 0 means up to the end of the file; 2 to 7 are nonsense, which is no matter of length.
            return len(box) < 8
        position += length
    return False
