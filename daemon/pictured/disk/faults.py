"""An OSError told as a FileError: which file, what is wrong, and what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import FileError, Refused, Unreadable, Vanished

UNSUPPORTED = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENOTTY})
"""What file systems answer where they lack a feature."""

LINKLESS = UNSUPPORTED | {errno.EXDEV, errno.EMLINK}
"""What they answer where a link cannot be made between two names."""

_EITHER = {
    errno.EIO: ("the device reports an error", "check the disk and its cable"),
    errno.ENXIO: ("the device behind it does not answer", "check the disk and its cable"),
    errno.ESTALE: ("the network volume has forgotten it", "mount the volume again"),
    errno.ENOTCONN: ("its volume is no longer connected", "mount the volume again"),
    errno.ETIMEDOUT: ("its volume does not answer", "check the network volume"),
    errno.EMFILE: ("too many files are open", "raise the limit of open files (LimitNOFILE, ulimit -n)"),
    errno.ENFILE: ("too many files are open on this computer", "close programs or raise the system's limit"),
}
_READING = _EITHER | {
    errno.EACCES: ("permission is denied", "give the user who runs pictured access to it and its folders"),
    errno.EPERM: ("the system forbids it", "give pictured access to it (on macOS: Full Disk Access)"),
    errno.ENAMETOOLONG: ("its name is too long", "shorten the name or the names of its folders"),
}
_WRITING = _EITHER | {
    errno.ENOSPC: ("the disk is full", "free some space or choose another destination"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or choose another destination"),
    errno.EROFS: ("the file system is read-only", "mount it writable or choose another destination"),
    errno.EACCES: ("permission is denied", "let the user who runs pictured write into its folder"),
    errno.EPERM: ("the system forbids it", "let pictured write into its folder (on macOS: Full Disk Access)"),
    errno.ENAMETOOLONG: ("its name is too long for the file system", "choose a shorter name template"),
    errno.EINVAL: ("the file system does not allow this name", "choose another name template"),
    errno.EILSEQ: ("the file system does not allow this name", "choose another name template"),
    errno.EFBIG: ("it is too large for the file system", "choose a destination with another file system"),
    errno.ENOENT: ("its folder has disappeared", "check that the destination is still mounted"),
    errno.ENOTDIR: (
        "a part of its path is not a folder, or a link to one",
        "move it away or choose another destination",
    ),
    errno.EEXIST: ("a part of its path is not a folder", "move that file away or choose another destination"),
    errno.EISDIR: ("a folder is in its place", "move that folder away or choose another name template"),
    errno.ELOOP: ("its folders are symbolic links that lead in a circle", "correct the links"),
}


def fault(error: OSError, path: Path, *, writing: bool = False) -> FileError:
    """Tell `error`, met while `path` was read or written, as the FileError to raise.

    While reading, a missing file is Vanished and a loop of links Refused; everything else is Unreadable.
    """
    code = error.errno or 0
    if not writing and code in {errno.ENOENT, errno.ENOTDIR}:
        return Vanished(f"{shown(path)} is no longer there; nothing has to be done.")
    if not writing and code == errno.ELOOP:
        return Refused(f"{shown(path)} is reached over symbolic links that lead in a circle; correct the links.")
    wrong, remedy = (_WRITING if writing else _READING).get(
        code, (os.strerror(code) if code else str(error), "check the disk and try again")
    )
    return Unreadable(f"{shown(path)} cannot be {'written' if writing else 'read'}: {wrong}; {remedy}.")


@contextmanager
def translated(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Raise every OSError of the block as the FileError of `fault`; those that the system did not raise pass."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise fault(error, path, writing=writing) from error
