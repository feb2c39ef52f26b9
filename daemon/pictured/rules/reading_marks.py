"""In a worker process: the invisible mark in a picture file."""

from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Stamp
from pictured.imaging.decoding import decode
from pictured.imaging.limits import DecodingLimits
from pictured.marking.marks import PUBLIC, Reading
from pictured.marking.reading import WORKING_SIDE, read

_SHORT_SIDE = WORKING_SIDE * 4 // 5


def read_mark(path: Path, stamp: Stamp, secret: bytes | None, limits: DecodingLimits) -> Reading:
    """Read the mark in the file that has this stamp: the public one, or that of a secret.

    Raises Vanished, Changed, Unreadable, Refused, Truncated and TooLarge; the text names the file.
    """
    with open_unchanged(path, stamp) as file:
        try:
            decoded = decode(file, limits, _SHORT_SIDE)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
    return read(decoded.luminance, PUBLIC if secret is None else secret)
