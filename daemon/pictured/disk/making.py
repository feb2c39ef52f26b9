"""Makes the temporary: everything a step asks for, complete and proven, under a name that nobody uses yet."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader, FileIO
from pathlib import Path

from pictured.disk.anchoring import inside
from pictured.disk.faults import LINKLESS, UNSUPPORTED, fault, translated
from pictured.disk.flushing import drop_cache, flush
from pictured.disk.paths import shown
from pictured.disk.reading import digest_of, open_unchanged, stamp_from, stamp_of
from pictured.errors import Changed, Unreadable
from pictured.flow import Collect, Form, Stamp

if sys.platform == "linux":
    import fcntl

_PIECE = 1 << 20
_FICLONE = 0x40049409  # linux/fs.h; fcntl.FICLONE came with Python 3.13


def make(step: Collect, temporary: Path) -> Stamp:
    """Make `temporary` from the source of `step` in its form, and give its stamp, which every later name of it shares.

    A copy or clone has the bytes of `step.digest`, proven by reading it back, the source's permission bits and times,
    and is flushed. Raises Changed, Vanished, Refused and Unreadable; then `temporary` is as it was before.
    """
    match step.form:
        case Form.COPY | Form.REFLINK:
            return _copy(step, temporary)
        case Form.HARDLINK:
            return _hard_link(step, temporary)
        case Form.SYMLINK:
            return _symbolic_link(step, temporary)


@contextmanager
def removed_on_error(*paths: Path) -> Iterator[None]:
    """Remove `paths`, which are ours, when the block fails in any way."""
    try:
        yield
    except BaseException:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def _copy(step: Collect, temporary: Path) -> Stamp:
    with translated(step.target, writing=True), _unused(temporary):
        copy = FileIO(temporary, "x", opener=_private)
    with removed_on_error(temporary), translated(step.target, writing=True):
        with copy:
            with open_unchanged(step.source, step.stamp) as source:
                origin = os.fstat(source.fileno())
                _fill_from(step, source, copy)
            flush(copy.fileno())
            _prove(step, temporary)
            _dress(copy, origin)
            # Network volumes set the times again when bytes arrive: hence the bytes first, and then a second flush.
            flush(copy.fileno())
        return stamp_of(temporary)


def _fill_from(step: Collect, source: BufferedReader, copy: FileIO) -> None:
    if step.content is not None:
        with translated(step.target, writing=True):
            _write(memoryview(step.content), copy)
    elif step.draft is None:
        _fill(step, source, copy)
    else:
        with open_unchanged(step.draft.path, step.draft.stamp) as draft:
            _fill(step, draft, copy)


def _fill(step: Collect, source: BufferedReader, copy: FileIO) -> None:
    if step.form is Form.REFLINK and _cloned(source, copy):
        digest = digest_of(source)
    else:
        digest = _transferred(step, source, copy)
    if digest != step.digest:
        raise Changed(f"{shown(step.source)} no longer holds the picture that was indexed; it is indexed again.")


def _transferred(step: Collect, source: BufferedReader, copy: FileIO) -> bytes:
    hashed = hashlib.sha256()
    left = (step.stamp if step.draft is None else step.draft.stamp).size
    # One byte more than expected shows that the source grows, and then read(0) ends the loop: a source that grows and
    # grows must not fill the disk.
    while piece := source.read(min(_PIECE, left + 1)):
        hashed.update(piece)
        left -= len(piece)
        with translated(step.target, writing=True):
            _write(memoryview(piece), copy)
    return hashed.digest()


def _write(rest: memoryview, copy: FileIO) -> None:
    while rest:
        rest = rest[copy.write(rest) :]


def _cloned(source: BufferedReader, copy: FileIO) -> bool:
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.ioctl(copy.fileno(), _FICLONE, source.fileno())
            return True
    return False


def _prove(step: Collect, temporary: Path) -> None:
    with open_unchanged(temporary, stamp_of(temporary)) as back:
        drop_cache(back.fileno())
        if digest_of(back) != step.digest:
            raise Unreadable(
                f"{shown(step.target)} cannot be written: its bytes read back differently; check the disk."
            )


def _dress(copy: FileIO, origin: os.stat_result) -> None:
    # FAT and some network volumes hold no permissions or times of ours; the picture itself is what counts.
    with _where_supported():
        os.fchmod(copy.fileno(), origin.st_mode & 0o777)
    with _where_supported():
        os.utime(copy.fileno(), ns=(origin.st_atime_ns, origin.st_mtime_ns))


@contextmanager
def _where_supported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


def _hard_link(step: Collect, temporary: Path) -> Stamp:
    with _linking(step, "a hard link"), _unused(temporary), inside(temporary.parent) as folder:
        os.link(step.source, temporary.name, dst_dir_fd=folder, follow_symlinks=False)
    with removed_on_error(temporary):
        if (stamp := stamp_of(temporary)) != step.stamp:
            raise Changed(
                f"{shown(step.source)} has changed since it was indexed; it is indexed again once it is quiet."
            )
        return stamp


def _symbolic_link(step: Collect, temporary: Path) -> Stamp:
    with _linking(step, "a symbolic link"), _unused(temporary), inside(temporary.parent) as folder:
        os.symlink(step.source, temporary.name, dir_fd=folder)
    with removed_on_error(temporary), translated(step.target, writing=True):
        return stamp_from(temporary.lstat())


@contextmanager
def _unused(temporary: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise Changed(
            f"{shown(temporary)} is in the way; end the other pictured that writes there, or remove that file."
        ) from error


@contextmanager
def _linking(step: Collect, kind: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        stamp_of(step.source)
        if error.errno in LINKLESS:
            raise Unreadable(
                f"{shown(step.target)} cannot be {kind} to {shown(step.source)}: {os.strerror(error.errno or 0)}; "
                "set `as: copy` for this destination."
            ) from error
        raise fault(error, step.target, writing=True) from error


def _private(path: str, flags: int) -> int:
    folder, name = os.path.split(path)
    with inside(Path(folder)) as held:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=held)
