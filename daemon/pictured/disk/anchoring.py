"""Folders held open, so that nobody leads a path elsewhere between a check and its use.

A path is looked up anew each time that it is used, and whoever may write in one of its folders may put a symbolic link
there in between. What is done relative to an open folder is done in that folder, see openat(2).
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pictured.disk.faults import translated
from pictured.disk.reading import require_regular, stamp_from
from pictured.flow import Stamp

# Linux: a folder that may be entered but not listed can be held, too.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
# macOS: one flag for all parts of a path.
_NO_LINKS: int = getattr(os, "O_NOFOLLOW_ANY", 0)


@contextmanager
def inside(folder: Path) -> Iterator[int]:
    """Hold `folder`, absolute and without symbolic links, open; gives a descriptor to be used as `dir_fd`.

    Raises OSError: ENOTDIR where any part of the path is a symbolic link, or no folder.
    """
    try:
        descriptor = os.open(folder, _FOLDER | _NO_LINKS) if _NO_LINKS else _entered(folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), os.fspath(folder)) from error
        raise
    try:
        yield descriptor
    finally:
        _released(descriptor)


def stamp_inside(path: Path) -> Stamp:
    """Do as `reading.stamp_of`, but take a file that is reached over a symbolic link for one that is not there."""
    with translated(path), inside(path.parent) as folder:
        found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    require_regular(path, found)
    return stamp_from(found)


def _entered(folder: Path) -> int:
    held = os.open(folder, _FOLDER | os.O_NOFOLLOW)
    with suppress(OSError):
        # The system's own name of what was opened has no links in it: proc(5).
        if Path(f"/proc/self/fd/{held}").readlink() == folder:
            return held
    _released(held)
    # Some file systems know a folder by several spellings.
    return _walked(folder)


def _walked(folder: Path) -> int:
    held = os.open(folder.anchor, _FOLDER)
    for part in folder.parts[1:]:
        try:
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=held)
        finally:
            _released(held)
        held = below
    return held


def _released(folder: int) -> None:
    # What was done in the folder stands, whatever becomes of the descriptor.
    with suppress(OSError):
        os.close(folder)
