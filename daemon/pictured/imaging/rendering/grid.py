"""Where the tiles of a picture lie: pure arithmetic, the same for cutting and for putting together."""

from pictured.errors import Refused
from pictured.imaging.operations.tile import Tile
from pictured.imaging.rendering.canvas import Window

MOST = 10_000
"""Tiles of one picture."""


def windows(width: int, height: int, operation: Tile) -> tuple[Window, ...]:
    """Give the windows on a picture of this size, row by row.

    Tiles begin `operation.width - overlap` and `height - overlap` apart. The last of a row or column, where it stands
    out of the picture: "pad" and "partial" keep what of it is picture, "shift" moves it back to where it ends with the
    picture, "crop" leaves it out. Raises Refused (more than `MOST`, or with "crop" none at all).
    """
    columns = _spans(width, operation.width, operation)
    rows = _spans(height, operation.height, operation)
    if not columns or not rows:
        raise Refused(
            f"has {width} x {height} pixels, less than one tile of {operation.width} x {operation.height}, and "
            "`last: crop` leaves out what is no whole tile; choose smaller tiles or `last: pad`."
        )
    if len(columns) * len(rows) > MOST:
        raise Refused(f"would become {len(columns) * len(rows)} tiles, more than {MOST}; choose larger tiles.")
    return tuple(
        Window(row, column, left, top, wide, high)
        for row, (top, high) in enumerate(rows)
        for column, (left, wide) in enumerate(columns)
    )


def covered(width: int, height: int, operation: Tile) -> tuple[int, int]:
    """Give width and height of what the tiles show, which only "crop" makes less than the picture."""
    if operation.last != "crop":
        return width, height
    last = windows(width, height, operation)[-1]
    return last.left + last.width, last.top + last.height


def _spans(length: int, size: int, operation: Tile) -> tuple[tuple[int, int], ...]:
    """Give start and length of each window along one side."""
    step = size - operation.overlap
    count = 1 + max(0, -(-(length - size) // step))
    starts = [number * step for number in range(min(count, MOST + 1))]
    match operation.last:
        case "crop":
            return tuple((start, size) for start in starts if start + size <= length)
        case "shift":
            return tuple((min(start, max(0, length - size)), min(size, length)) for start in starts)
        case _:
            return tuple((start, min(size, length - start)) for start in starts)
