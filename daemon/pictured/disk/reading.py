"""The stamp of a file, and reading it only as long as it keeps that stamp."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from pictured.disk.faults import translated
from pictured.disk.paths import shown
from pictured.errors import Changed, FileError, Refused
from pictured.flow import Stamp

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}


StampFields = tuple[int, int, int, int, int]
"""What a `Stamp` is made of, in its order."""


def stamp_from(result: os.stat_result) -> Stamp:
    """Make the stamp of what `os.lstat` or `os.fstat` returned."""
    return Stamp(*fields_from(result))


def fields_from(result: os.stat_result) -> StampFields:
    """Give what `stamp_from` makes the stamp of: enough to compare a million files, and sooner made."""
    mtime_ns, ctime_ns = result.st_mtime_ns, result.st_ctime_ns
    changed_ns = mtime_ns if mtime_ns > ctime_ns else ctime_ns  # noqa: FURB136  max() takes three times as long
    return result.st_size, mtime_ns, result.st_ino, result.st_dev, changed_ns


def fields_of(stamp: Stamp) -> StampFields:
    """Give what a stamp is made of."""
    return stamp.size, stamp.mtime_ns, stamp.inode, stamp.device, stamp.changed_ns


def stamp_of(path: Path) -> Stamp:
    """Look at the file at `path` without opening it.

    Raises Vanished, Unreadable, and Refused for everything that is not a regular file: a symbolic link (the text
    says whether it dangles or leads in a circle), a folder, a FIFO, a socket, a device.
    """
    with translated(path):
        found = path.lstat()
    require_regular(path, found)
    return stamp_from(found)


def stamp_now(path: Path) -> Stamp | None:
    """Give the stamp of whatever stands at `path` now, of a link itself; None where nothing does or can be seen."""
    try:
        return stamp_from(path.lstat())
    except OSError:
        return None


@contextmanager
def open_unchanged(path: Path, stamp: Stamp) -> Iterator[BufferedReader]:
    """Open the regular file at `path` for reading, never blocking and never following a link.

    Raises Changed where the file does not have `stamp` when it is opened or no longer has it when the block ends;
    this goes before a FileError of the block, for what was read then was half a file. Raises Vanished, Unreadable and
    Refused as `stamp_of` does; an OSError that the block meets while reading is Unreadable too.
    """
    if stamp_of(path) != stamp:
        raise _changed(path)
    with translated(path), open(path, "rb", opener=_open_at_once) as file:
        _require_unchanged(path, stamp, file)
        try:
            yield file
        except FileError:
            _require_unchanged(path, stamp, file)
            raise
        _require_unchanged(path, stamp, file)


def digest_of(file: BufferedReader) -> bytes:
    """Give the SHA-256 of the whole file, 32 bytes, and leave the file at its beginning."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").digest()
    file.seek(0)
    return digest


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _require_unchanged(path: Path, stamp: Stamp, file: BufferedReader) -> None:
    found = os.fstat(file.fileno())
    require_regular(path, found)
    if stamp_from(found) != stamp:
        raise _changed(path)


def require_regular(path: Path, found: os.stat_result) -> None:
    """Raise Refused where what `lstat` or `fstat` found at `path` is no regular file."""
    kind = stat.S_IFMT(found.st_mode)
    if kind == stat.S_IFREG:
        return
    if kind == stat.S_IFLNK:
        raise Refused(f"{shown(path)} is {_link_kind(path)}; name the file it should stand for instead.")
    raise Refused(f"{shown(path)} is {_KINDS.get(kind, 'no regular file')}; only regular files are read.")


def _link_kind(path: Path) -> str:
    try:
        with translated(path):
            path.stat()
    except Refused:
        return "a symbolic link that leads in a circle"
    except FileError:
        return "a symbolic link that leads nowhere"
    return "a symbolic link"


def _changed(path: Path) -> Changed:
    return Changed(f"{shown(path)} has changed since it was looked at; it is taken again once it is quiet.")
