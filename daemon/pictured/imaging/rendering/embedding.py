"""Puts data into a file's own metadata, and reads them back; `envelopes` has the format."""

from dataclasses import replace
from pathlib import Path

from pictured.errors import Refused
from pictured.imaging.operations.embed import Embed
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.envelopes import MOST, sealed

_LONGEST_KEY = 1 << 20


def embedded(canvas: Canvas, operation: Embed) -> Canvas:
    """Put the data into the metadata; data that are there already are replaced. Pixels are not touched."""
    data = _read(Path(operation.file), MOST, "data") if operation.file else (operation.text or "").encode()
    key = _read(Path(operation.key_file), _LONGEST_KEY, "key") if operation.key_file else None
    metadata = replace(canvas.metadata, payload=sealed(data, key))
    return replace(canvas, metadata=metadata).noted("embed", bytes=len(data), encrypted=key is not None)


def _read(file: Path, most: int, what: str) -> bytes:
    try:
        with file.open("rb") as opened:
            found = opened.read(most + 1)
    except OSError as error:
        raise Refused(
            f"cannot get its embedded data: the {what} file {file} cannot be read ({error.strerror})."
        ) from error
    if len(found) > most:
        raise Refused(f"cannot get its embedded data: the {what} file {file} has more than {most} bytes.")
    return found
