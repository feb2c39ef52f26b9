"""Many files at a time, on whatever machine this runs: the same reading as a worker's of our own, file by file."""

from collections.abc import Sequence
from dataclasses import dataclass

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError, Unreadable
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.looks import Depth


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to read.

    key               what it is called among machines
    size, mtime_ns    as the machine saw it that asks; a device and an inode mean nothing elsewhere
    known             digests of contents that need no decoding
    """

    key: bytes
    size: int
    mtime_ns: int
    known: tuple[bytes, ...]


def read_all(
    wanted: Sequence[Wanted], naming: Naming, limits: DecodingLimits, depth: Depth, *, marr: bool
) -> list[Fingerprint | bytes | FileError]:
    """Read each file; give its fingerprint, or its digest where that is known, or why it could not be read."""
    return [_read(each, naming, limits, depth, marr=marr) for each in wanted]


def _read(
    wanted: Wanted, naming: Naming, limits: DecodingLimits, depth: Depth, *, marr: bool
) -> Fingerprint | bytes | FileError:
    from pictured.indexing.fingerprinting import fingerprint  # noqa: PLC0415  whoever only asks needs no decoder

    path = naming.path(wanted.key)
    try:
        if not naming.is_here(wanted.key):
            raise Unreadable(f"{path} is not mounted on a worker; name its share in PICTURED_MOUNTS there.")
        stamp = stamp_of(path)
        if (stamp.size, stamp.mtime_ns) != (wanted.size, wanted.mtime_ns):
            raise Changed(f"{path} is another file on a worker than here.")
        return fingerprint(path, stamp, limits, depth, marr=marr, known=wanted.known)
    except FileError as error:
        return error
