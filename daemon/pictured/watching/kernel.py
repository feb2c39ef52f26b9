"""Which directories the kernel really watches for this process.

watchdog passes over a directory for which the system has no watch left, without a word; but the kernel lists its
watches in /proc/self/fdinfo, see inotify(7) and proc(5). Linux only.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_FDINFO = Path("/proc/self/fdinfo")
_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


def watched_inodes() -> frozenset[int]:
    """Give the inodes that this process watches; none where the kernel does not tell."""
    found: set[int] = set()
    with suppress(OSError):
        for descriptor in _FDINFO.iterdir():
            # The one that lists the folder is closed again by now.
            with suppress(OSError):
                found |= inodes_in(descriptor.read_text(encoding="ascii", errors="replace"))
    return frozenset(found)


def inodes_in(fdinfo: str) -> set[int]:
    """Give the inodes in the information on one descriptor; none where it is not one of inotify."""
    lines = (line.split() for line in fdinfo.splitlines() if line.startswith("inotify "))
    return {int(word[4:], 16) for line in lines for word in line if word.startswith("ino:")}


def unwatched(root: Path, folders: Iterable[Path], watched: frozenset[int]) -> list[Path]:
    """Give the directories at and below `folders` that no watch stands on, without those that may not be read.

    Nothing is given where not even `root`, which is watched, is found: some file systems (overlays) show the kernel
    other inodes than they show programs.
    """
    if _inode(root) not in watched:
        return []
    without: dict[Path, None] = {}
    seen: set[Path] = set()
    waiting = list(folders)
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        try:
            inode = _inode(folder)
            with os.scandir(folder) as entries:
                below = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        if inode not in watched:
            without[folder] = None
        waiting += below
    return list(without)


def watch_limit() -> int | None:
    """Give how many directories a user may watch at all; None where the system does not tell."""
    try:
        return int(_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _inode(folder: Path) -> int:
    return folder.lstat().st_ino
