"""A new file that a command was asked for: complete and on the disk under its name, or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from pictured.disk.claiming import claim_new, discard
from pictured.disk.faults import translated
from pictured.disk.flushing import flush, flush_folder
from pictured.disk.making import removed_on_error
from pictured.disk.paths import shown
from pictured.errors import Changed, Unreadable


@contextmanager
def created(target: Path) -> Iterator[Path]:
    """Give a temporary beside `target`, an empty file to be filled by the block, which gets the name at its end.

    The permissions are those of any new file (the umask). Where the block fails, nothing is left. Raises Changed where
    something has the name already, before the block or at its end, and Unreadable where the system does not let us
    write; an OSError of the block that was not told otherwise counts as one of these.
    """
    with translated(target, writing=True):
        _require_free(target)
        temporary = target.with_name(f".pictured-{token_hex(8)}.tmp")
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666))
        with removed_on_error(temporary):
            yield temporary
            _flush(temporary)
            try:
                claim_new(temporary, target)
            except Changed as error:
                raise _occupied(target) from error
    # The file has its name and is complete: a temporary that cannot be removed does not undo that.
    with suppress(OSError):
        discard(temporary)
        flush_folder(target.parent)


def _require_free(target: Path) -> None:
    # Here, and not after the work, a name fails that is too long for the file system.
    try:
        target.lstat()
    except FileNotFoundError as error:
        if not target.parent.is_dir():
            raise Unreadable(
                f"{shown(target)} cannot be written: there is no folder {shown(target.parent)}; make it, or choose "
                "another name."
            ) from error
        return
    raise _occupied(target)


def _flush(temporary: Path) -> None:
    descriptor = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def _occupied(target: Path) -> Changed:
    return Changed(f"{shown(target)} exists already, so it stays; move it away or choose another name.")
