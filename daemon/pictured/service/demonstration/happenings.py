"""What a demonstration tells, step by step. Paths are absolute."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon runs."""

    folder: Path
    config: Path
    pid: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of the library was drawn; `about` tells its size and compression."""

    path: Path
    about: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """The daemon knows the whole library."""

    pictures: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A picture is about to be put into a watched folder."""

    path: Path
    about: str


@dataclass(frozen=True, slots=True)
class Collected:
    """The best copy of a picture lies in the destination, in place of a worse one if `replaced` is given.

    query    the picture that asked
    source   the best copy in the library
    about    its size and compression
    target   where it lies now
    reason   why it is the best
    seconds  from the moment when the dropped file was found to be quiet
    """

    query: Path
    source: Path
    about: str
    target: Path
    replaced: Path | None
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class InPlace:
    """The best copy of a picture was collected before."""

    query: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class NoCopy:
    """The library holds no copy of a picture."""

    query: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The daemon has stopped; `collected` is what lies in the destination, `seconds` what all of it took."""

    folder: Path
    collected: tuple[Path, ...]
    seconds: float


Answer = Collected | InPlace | NoCopy
Happening = Started | Drawn | Indexed | Dropped | Answer | Ended


def line_of(happening: Happening) -> Mapping[str, Any]:
    """A happening as the JSON object that `demo --json` prints: its kind as `event`, then its fields."""
    fields = {key: _plain(value) for key, value in asdict(happening).items()}
    return {"event": f"demo.{type(happening).__name__.lower()}", **fields}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value
