"""A file to a preview, for whoever shows it to a person. Runs in worker processes."""

from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Preview
from pictured.imaging.previewing import drawn


def preview(path: Path, stamp: Stamp, limits: DecodingLimits, *, side: int, most: int) -> Preview:
    """Draw the file that has this stamp, as `imaging.previewing.drawn` does.

    Raises FileError only: Changed, Vanished, Unreadable, Refused, Truncated, TooLarge.
    """
    with open_unchanged(path, stamp) as file:
        try:
            return drawn(file, limits, side, most)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
