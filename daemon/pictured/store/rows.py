"""How names, stamps and fingerprints lie in rows, and back again."""

import sys
from collections.abc import Sequence, Sized
from typing import Any

from pictured.flow import Fingerprint, Stamp

_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
_INTEGERS = range(-(2**63), 2**63)


def name_from(key: bytes) -> str:
    """Give the name that lies in a row."""
    # As os.fsdecode() does, without looking at what it is given: a rescan asks for a million names.
    return key.decode(_ENCODING, _ERRORS)


def number(value: int) -> int | str:
    """Give an integer as SQLite can keep it: as text where 64 bits with a sign are too few.

    Some file systems have inodes of 64 bits without a sign, and times beyond the year 2262.
    """
    return value if value in _INTEGERS else str(value)


def marks(values: Sized) -> str:
    """Give a placeholder for each of some values, with commas."""
    return ", ".join("?" * len(values))


def text(value: str) -> str:
    r"""Give a text without lone surrogates and NUL, which a database may refuse; they become `\udcff` and `\x00`."""
    return value.encode(errors="backslashreplace").decode().replace("\0", r"\x00")


def optional_text(value: str | None) -> str | None:
    """Do as `text`, where there may be none."""
    return None if value is None else text(value)


def stamp_row(stamp: Stamp) -> tuple[int | str, ...]:
    """Give the values of the columns size, mtime_ns, inode, device and changed_ns."""
    return (
        number(stamp.size),
        number(stamp.mtime_ns),
        number(stamp.inode),
        number(stamp.device),
        number(stamp.changed_ns),
    )


def stamp_from(row: Sequence[int | str]) -> Stamp:
    """Give the stamp of the columns of `stamp_row`."""
    size, mtime_ns, inode, device, changed_ns = row
    return Stamp(int(size), int(mtime_ns), int(inode), int(device), int(changed_ns))


def content_row(content: Fingerprint) -> tuple[object, ...]:
    """Give the values of `contents` from `digest` to `metadata`; crops, points and thumb lie elsewhere."""
    return (
        content.digest,
        content.phash,
        content.marr,
        content.size,
        content.width,
        content.height,
        text(content.format),
        text(content.mode),
        content.bit_depth,
        content.frames,
        content.luma_quantiser,
        optional_text(content.taken),
        optional_text(content.camera),
        " ".join(content.metadata),
    )


def content_from(row: Sequence[Any]) -> Fingerprint:
    """Give the fingerprint of the columns of `content_row`, followed by crops, points and thumb."""
    (
        digest,
        phash,
        marr,
        size,
        width,
        height,
        form,
        mode,
        bit_depth,
        frames,
        luma_quantiser,
        taken,
        camera,
        metadata,
        crops,
        points,
        thumb,
    ) = row
    return Fingerprint(
        digest=digest,
        size=size,
        width=width,
        height=height,
        format=form,
        mode=mode,
        bit_depth=bit_depth,
        frames=frames,
        luma_quantiser=luma_quantiser,
        taken=taken,
        camera=camera,
        metadata=tuple(metadata.split()),
        phash=phash,
        crops=crops,
        points=points,
        thumb=thumb,
        marr=marr,
    )
