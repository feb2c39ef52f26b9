"""A file to its fingerprint, in one reading. Runs in worker processes."""

import hashlib
import io
from pathlib import Path
from typing import BinaryIO

from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged
from pictured.errors import FileError
from pictured.flow import Fingerprint, Stamp
from pictured.imaging.decoding import decode
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.hashing import phash, thumb

_HELD = 32 * 2**20
"""Bytes of a file that is held in memory, so that the digest and the decoder share one reading."""


def fingerprint(path: Path, stamp: Stamp, limits: DecodingLimits) -> Fingerprint:
    """Read the file that has this stamp.

    Raises FileError only: Changed, Vanished, Unreadable, Refused, Truncated, TooLarge.
    """
    with open_unchanged(path, stamp) as opened:
        file: BinaryIO
        if stamp.size <= _HELD:
            content = opened.read()
            digest, file = hashlib.sha256(content).digest(), io.BytesIO(content)
        else:
            # Better read twice than held.
            digest, file = digest_of(opened), opened
        try:
            decoded = decode(file, limits)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
    small = thumb(decoded.luminance, decoded.box)
    facts = decoded.facts
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
        phash=phash(small),
        thumb=small,
    )
