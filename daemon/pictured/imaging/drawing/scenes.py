"""The table of all scenes."""

from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np

from pictured.imaging.drawing.countryside import autumn, dunes, lavender
from pictured.imaging.drawing.nights import aurora, city
from pictured.imaging.drawing.painting import Canvas, Pixels, pixels
from pictured.imaging.drawing.waterside import harbour, islands, lake


class Scene(StrEnum):
    """What can be drawn."""

    HARBOUR = "harbour"
    LAKE = "lake"
    ISLANDS = "islands"
    DUNES = "dunes"
    LAVENDER = "lavender"
    AUTUMN = "autumn"
    AURORA = "aurora"
    CITY = "city"


_SCENES: Final = MappingProxyType[Scene, tuple[Callable[[np.random.Generator, int, int], Canvas], int]](
    {
        Scene.HARBOUR: (harbour, 1),
        Scene.LAKE: (lake, 14),
        Scene.ISLANDS: (islands, 3),
        Scene.DUNES: (dunes, 14),
        Scene.LAVENDER: (lavender, 5),
        Scene.AUTUMN: (autumn, 6),
        Scene.AURORA: (aurora, 7),
        Scene.CITY: (city, 8),
    }
)
"""How each is drawn, and the seed of its randomness."""


def drawn(scene: Scene, width: int) -> Pixels:
    """Draw a scene, 3 wide to 2 high. The same each time."""
    draw, seed = _SCENES[scene]
    return pixels(draw(np.random.default_rng(seed), width, round(width * 2 / 3)))
