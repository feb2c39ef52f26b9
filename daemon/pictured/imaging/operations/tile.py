"""The operation `tile`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Tile:
    """Cut into windows of one size; the fields are those of `actions.tile.Tile`."""

    work: ClassVar[str] = "pictured.imaging.rendering.tiling:tiled"
    streams: ClassVar[bool] = False
    width: int
    height: int
    overlap: int = 0
    last: str = "pad"
