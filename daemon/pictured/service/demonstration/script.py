"""The script of the demonstration: which pictures there are, how poor each is, and in which order they come."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from pictured.imaging.drawing.saving import Rendering, Turn
from pictured.imaging.drawing.scenes import Scene

WIDTH: Final = 1600
"""Pixels across of every drawn scene."""

LIBRARY, WANTED, COLLECTED, STATE, CONFIG = "Pictures", "Wanted", "Collected", "state", "pictured.yaml"
"""What lies in the folder of a demonstration."""

CONFIGURATION: Final = f"""\
# The configuration of the demonstration; `pictured init` writes one to begin with for your own folders.
folders:
  - path: {LIBRARY}
    role: library
  - path: {WANTED}
    role: query
collect:
  - name: best
    from: [{LIBRARY}]
    for: queries
    into: {COLLECTED}
    mode: auto
settle: 500ms
limits:
  workers: 2
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A picture file of the demonstration; `path` is relative to its folder."""

    path: PurePath
    scene: Scene
    rendering: Rendering

    def __str__(self) -> str:
        width, height = self.rendering.size
        turn = "" if self.rendering.turn is Turn.NONE else f", {self.rendering.turn}"
        return f"{width} x {height}, JPEG {self.rendering.quality}{turn}"


def _piece(path: str, scene: Scene, width: int, quality: int, turn: Turn = Turn.NONE) -> Piece:
    return Piece(PurePath(path), scene, Rendering(width, quality, turn))


ORIGINALS: Final = (
    _piece(f"{LIBRARY}/2019/harbour.jpg", Scene.HARBOUR, 1600, 92),
    _piece(f"{LIBRARY}/sent by mail/harbour.jpg", Scene.HARBOUR, 800, 80),
    _piece(f"{LIBRARY}/2021/lake.jpg", Scene.LAKE, 1600, 92),
    _piece(f"{LIBRARY}/from the web/lake-hd.jpg", Scene.LAKE, 1600, 45),
    _piece(f"{LIBRARY}/2021/autumn.jpg", Scene.AUTUMN, 1600, 92),
    _piece(f"{LIBRARY}/2022/lavender.jpg", Scene.LAVENDER, 1600, 92),
    _piece(f"{LIBRARY}/from the web/lavender-mirrored.jpg", Scene.LAVENDER, 1200, 85, Turn.MIRRORED),
    _piece(f"{LIBRARY}/2022/dunes.jpg", Scene.DUNES, 1600, 92),
    _piece(f"{LIBRARY}/2024/aurora.jpg", Scene.AURORA, 1600, 92),
    _piece(f"{LIBRARY}/sent by mail/city.jpg", Scene.CITY, 800, 75),
)
"""The library when the daemon has started."""

POOR: Final = (
    _piece(f"{WANTED}/poor-1.jpg", Scene.HARBOUR, 320, 35),
    _piece(f"{WANTED}/poor-2.jpg", Scene.LAKE, 480, 50),
    _piece(f"{WANTED}/poor-3.jpg", Scene.LAVENDER, 400, 40, Turn.MIRRORED),
    _piece(f"{WANTED}/poor-4.jpg", Scene.AURORA, 300, 30, Turn.QUARTER),
    _piece(f"{WANTED}/poor-5.jpg", Scene.HARBOUR, 240, 60),
    _piece(f"{WANTED}/poor-6.jpg", Scene.CITY, 360, 45),
    _piece(f"{WANTED}/poor-7.jpg", Scene.ISLANDS, 640, 70),
)
"""What is dropped one by one. The fifth asks for what is collected by then; the last has no copy in the library."""

BETTER: Final = _piece(f"{LIBRARY}/2023/city.jpg", Scene.CITY, 1600, 92)
"""What comes to the library last: more pixels than the copy that was collected."""
