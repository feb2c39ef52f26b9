"""In a worker process: the header of a file to what rules ask of it. No pixel is decoded."""

from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Stamp
from pictured.imaging.headers import traits_of
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.traits import Traits


def examine(path: Path, stamp: Stamp, limits: DecodingLimits) -> Traits:
    """Read the header of the file that has this stamp.

    Raises Vanished, Changed, Unreadable, Refused, Truncated and TooLarge; the text names the file.
    """
    with open_unchanged(path, stamp) as file:
        try:
            return traits_of(file, limits)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
