"""A file to its fingerprint, in one reading. Runs in worker processes."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged
from pictured.errors import FileError
from pictured.flow import Fingerprint, Stamp
from pictured.imaging.decoding import Decoded, decode
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.luminance import SHORT_SIDE, Luminance
from pictured.imaging.sizing import packed, packed_soon, sized, sized_soon
from pictured.indexing.features import kept, kept_side
from pictured.indexing.hashing import part_hashes, phash
from pictured.indexing.marr import marr_hash
from pictured.indexing.regions import regions
from pictured.looks import PARTS, Box, Depth

_POINTS: Final = {Depth.QUICK: 0, Depth.NORMAL: 72, Depth.DEEP: 200}
ASKED_SIDE: Final = 512
"""Short side, in pixels, at which a query is looked at: a picture on a page is a part of it."""

_PICTURES = 4
_THUMB_SIDE = 128
_HELD = 32 * 2**20
"""Bytes of a file that is held in memory, so that the digest and the decoder share one reading."""


def fingerprint(
    path: Path,
    stamp: Stamp,
    limits: DecodingLimits,
    depth: Depth = Depth.NORMAL,
    *,
    marr: bool = False,
    asking: bool = False,
    known: Sequence[bytes] = (),
) -> Fingerprint | bytes:
    """Read the file that has this stamp; give its digest alone, and decode nothing, where it is one of the known.

    Of a query picture (`asking`), the pictures in it are kept instead of fixed parts, so that it is found by what it
    may be asking for.

    Raises FileError only: Changed, Vanished, Unreadable, Refused, Truncated, TooLarge.
    """
    digest, decoded = _read(path, stamp, limits, ASKED_SIDE if asking else SHORT_SIDE, known)
    if decoded is None:
        return digest
    luminance, box, facts = decoded.luminance, decoded.box, decoded.facts
    pictures: tuple[Box, ...] = (box, *(regions(luminance)[:_PICTURES] if asking else ()))
    parts = b"".join(phash(luminance, each) for each in pictures[1:]) if asking else None
    most = _POINTS[depth]
    return Fingerprint(
        digest=digest,
        size=stamp.size,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        mode=decoded.mode,
        bit_depth=facts.bit_depth,
        frames=facts.frames,
        luma_quantiser=facts.luma_quantiser,
        taken=facts.taken,
        camera=facts.camera,
        metadata=facts.metadata,
        phash=phash(luminance, box),
        crops=part_hashes(luminance, box, PARTS[depth]) if parts is None else parts,
        points=b"".join(kept(sized(luminance, kept_side(each), each), most) for each in pictures) if most else b"",
        thumb=_thumb(luminance, box, depth),
        marr=marr_hash(luminance) if marr else None,
    )


def _thumb(luminance: Luminance, box: Box, depth: Depth) -> bytes:
    if depth is Depth.QUICK:
        # Nearly as true as the other one, in a quarter of the time, for nearly half as many bytes again.
        return packed_soon(sized_soon(luminance, _THUMB_SIDE, box), 83)
    return packed(sized(luminance, _THUMB_SIDE, box), 75)


def decoded_file(path: Path, stamp: Stamp, limits: DecodingLimits, short_side: int) -> tuple[bytes, Decoded]:
    """Give the SHA-256 digest of the file that has this stamp, and its picture.

    Raises as `fingerprint` does.
    """
    digest, decoded = _read(path, stamp, limits, short_side, ())
    if decoded is None:
        raise AssertionError("only a known picture is not decoded")
    return digest, decoded


def _read(
    path: Path, stamp: Stamp, limits: DecodingLimits, short_side: int, known: Sequence[bytes]
) -> tuple[bytes, Decoded | None]:
    with open_unchanged(path, stamp) as opened:
        file: BinaryIO
        if stamp.size <= _HELD:
            content = opened.read()
            digest, file = hashlib.sha256(content).digest(), io.BytesIO(content)
        else:
            # Better read twice than held.
            digest, file = digest_of(opened), opened
        if digest in known:
            return digest, None
        try:
            return digest, decode(file, limits, short_side)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
