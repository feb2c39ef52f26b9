"""Gives a finished temporary its name without overwriting anything, and knows which names are ours."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from pictured.disk.anchoring import inside
from pictured.disk.faults import LINKLESS
from pictured.disk.flushing import flush_folder
from pictured.disk.making import removed_on_error
from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged, stamp_from
from pictured.errors import Changed, FileError, Refused, Vanished
from pictured.flow import Collect, Form, Placed, Stamp

# FAT keeps times to 2 s.
_COARSEST_NS = 2_000_000_000


def claim_name(temporary: Path) -> Path:
    """Name the temporary has while an empty file of ours may hold its target; only without hard links."""
    return temporary.with_suffix(".claim")


def claim_new(temporary: Path, target: Path) -> None:
    """Give `temporary` the name `target`. Raises Changed where something has that name already, and OSError."""
    try:
        os.link(temporary, target, follow_symlinks=False)
    except FileExistsError as error:
        raise taken(target) from error
    except OSError as error:
        if error.errno not in LINKLESS:
            raise
        _claim_by_reservation(temporary, target)


def claim_in_place(temporary: Path, replaced: Placed) -> None:
    """Put `temporary` in the place of `replaced`. Raises Changed where that is no longer as we left it, and OSError."""
    # Between these two lines lie microseconds; POSIX has no "replace only if".
    if not as_recorded(replaced):
        raise changed(replaced)
    temporary.replace(replaced.target)


def _claim_by_reservation(temporary: Path, target: Path) -> None:
    # The other name says, also after a crash, that an empty file at the target is our own reservation.
    claim = claim_name(temporary)
    temporary.rename(claim)
    with removed_on_error(claim):
        try:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError as error:
            raise taken(target) from error
        try:
            claim.replace(target)
        except OSError:
            with suppress(OSError):
                remove_reservation(target)
            raise


def remove_reservation(target: Path) -> None:
    """Remove `target` if it is an empty regular file. Only for the holder of the claim name. Raises OSError."""
    here = seen(target)
    if here is not None and stat.S_ISREG(here.st_mode) and here.st_size == 0:
        target.unlink()


def seen(path: Path) -> os.stat_result | None:
    """Give the `lstat` of `path`, or None where nothing is or can be. Raises OSError."""
    try:
        return path.lstat()
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
            return None
        raise


def require_free(target: Path) -> None:
    """Raise Changed where something has the name, and OSError where nothing could have it."""
    # Unlike `seen`, this lets a name that is too long fail here, before anything is copied.
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    raise taken(target)


def discard(path: Path) -> None:
    """Remove `path`, which is ours, if it is there. Raises OSError."""
    if seen(path) is not None:
        path.unlink(missing_ok=True)


def as_recorded(placed: Placed) -> bool:
    """Tell by its stamp (and where a symbolic link points) whether the file is as we left it. Raises OSError."""
    here = seen(placed.target)
    if here is None or stamp_from(here) != placed.stamp:
        return False
    if placed.form is Form.SYMLINK:
        return stat.S_ISLNK(here.st_mode) and placed.target.readlink() == placed.source
    return stat.S_ISREG(here.st_mode)


def still_ours(placed: Placed) -> bool:
    """Tell whether the file is as we left it, by its stamp and its bytes.

    Programs that write a rating or a caption and then restore the time leave the stamp as it was: so nothing is
    replaced or removed before its bytes were compared. Raises Unreadable, and OSError.
    """
    if placed.form is not Form.SYMLINK:
        try:
            with open_unchanged(placed.target, placed.stamp) as file:
                if digest_of(file) != placed.digest:
                    return False
        except (Changed, Vanished, Refused):
            return False
    return as_recorded(placed)


def remove(placed: Placed) -> bool:
    """Remove the file if it is still ours, and tell whether it was. Raises Unreadable, and OSError."""
    if not still_ours(placed):
        return False
    with inside(placed.target.parent) as folder:
        if stamp_from(os.stat(placed.target.name, dir_fd=folder, follow_symlinks=False)) != placed.stamp:
            return False
        os.unlink(placed.target.name, dir_fd=folder)
    flush_folder(placed.target.parent)
    return True


def claimed(step: Collect, leftovers: tuple[Path, ...]) -> Stamp | None:
    """Tell, after a crash, whether `step` put the file at its target; then give its stamp.

    It did not, whatever the target holds, as long as one of `leftovers` exists and is another file: ours share their
    inode until the last leftover is gone. Raises Unreadable, and OSError.
    """
    here = seen(step.target)
    if here is None:
        return None
    for leftover in leftovers:
        there = seen(leftover)
        if there is not None and not os.path.samestat(there, here):
            return None
    stamp = stamp_from(here)
    match step.form:
        case Form.SYMLINK:
            ours = stat.S_ISLNK(here.st_mode) and step.target.readlink() == step.source
        case Form.HARDLINK:
            ours = stat.S_ISREG(here.st_mode) and stamp == step.stamp
        case Form.COPY | Form.REFLINK:
            # A copy that somebody else made of the same picture has another time, as a rule.
            ours = abs(stamp.mtime_ns - step.stamp.mtime_ns) <= _COARSEST_NS and _holds(step, stamp)
    return stamp if ours else None


def _holds(step: Collect, stamp: Stamp) -> bool:
    try:
        with open_unchanged(step.target, stamp) as file:
            return digest_of(file) == step.digest
    except (Changed, Vanished, Refused):
        return False


def taken(target: Path) -> FileError:
    """Make the error for a target that somebody else's file holds."""
    return Changed(
        f"{shown(target)} exists already and pictured did not put it there, so it stays; "
        "move it away or choose another name template."
    )


def changed(replaced: Placed) -> FileError:
    """Make the error for a placed file that somebody changed, moved or removed."""
    return Changed(
        f"{shown(replaced.target)} is not as pictured left it, so it is yours and stays; "
        "move it away to have the better copy in its place."
    )
