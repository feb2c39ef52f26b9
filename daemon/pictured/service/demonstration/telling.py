"""The daemon's log lines as happenings. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pictured.errors import PicturedError
from pictured.events import Event
from pictured.service.demonstration.happenings import Answer, Collected, InPlace, NoCopy

LogLine = Mapping[str, Any]
"""One JSON object of the daemon's log."""


def done_with(line: LogLine) -> Path | None:
    """The file that the daemon is done with, if a line tells of one.

    Raises:
        PicturedError: the line tells that something failed for good.
    """
    match line["event"]:
        case Event.FILE_DONE:
            return Path(line["path"])
        case Event.COPY_FAILED | Event.FILE_QUARANTINED:
            failed = True
        case Event.FILE_FAILED:
            failed = line.get("retry_in") is None
        case _:
            failed = False
    if failed:
        raise PicturedError(f"The daemon could not do its work: {line.get('error')}")
    return None


def answers(lines: Sequence[LogLine], path: Path, about: Callable[[Path], str]) -> Iterator[Answer]:
    """What became of a file.

    Args:
        lines: what was logged since it was dropped, up to the line that it is done.
        path: the file.
        about: tells size and compression of a picture in the library.
    """
    done = lines[-1]
    seconds = round(sum(done["seconds"].values()), 3)
    placed = [line for line in lines if line["event"] == Event.COPY_PLACED]
    for line in placed:
        source, replaced = Path(line["source"]), line.get("replaced")
        yield Collected(
            query=Path(line["query"]),
            source=source,
            about=about(source),
            target=Path(line["target"]),
            replaced=Path(replaced) if replaced else None,
            reason=line["reason"],
            seconds=seconds,
        )
    if not placed:
        yield InPlace(path, seconds) if done["kept"] else NoCopy(path, seconds)
