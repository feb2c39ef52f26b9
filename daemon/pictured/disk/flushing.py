"""What must have reached the disk before the next step, so that a power failure finds nothing half-done."""

import errno
import os
import sys
from pathlib import Path

from pictured.disk.anchoring import inside
from pictured.disk.faults import UNSUPPORTED

if sys.platform == "darwin":
    import fcntl


def flush(descriptor: int) -> None:
    """Return when the file's bytes and metadata are on the disk. Raises OSError."""
    if sys.platform == "darwin":
        # fsync of macOS leaves the bytes in the drive's cache; network volumes know only fsync.
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the disk, as far as its file system can promise that. Raises OSError."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            flush(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        # A folder that may be written but not read cannot be opened, and so not flushed.
        if error.errno not in UNSUPPORTED | {errno.EACCES}:
            raise


def make_folders(folder: Path) -> None:
    """Make `folder` and those above it where they are missing, each flushed into the one above.

    Nothing is made below a symbolic link. Raises OSError.
    """
    missing = []
    while not folder.is_dir() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for below in reversed(missing):
        with inside(below.parent) as held:
            try:
                os.mkdir(below.name, dir_fd=held)
            except FileExistsError:
                if not below.is_dir():
                    raise
        flush_folder(below.parent)


def drop_cache(descriptor: int) -> None:
    """Ask the system to read the (flushed) file from the disk next time, not from memory. A hint, where it is known."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
