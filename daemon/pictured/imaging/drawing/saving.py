"""A drawn picture as a file, as good or as poor as is wanted."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from PIL import Image

from pictured.imaging.drawing.painting import Pixels


class Turn(StrEnum):
    """What is done to the picture before it is saved."""

    NONE = "upright"
    MIRRORED = "mirrored"
    QUARTER = "turned by 90 degrees"


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a picture is saved: pixels across before it is turned, JPEG quality from 1 to 95."""

    width: int
    quality: int
    turn: Turn = Turn.NONE

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the file's picture, for a scene that is 3 wide to 2 high."""
        height = round(self.width * 2 / 3)
        return (height, self.width) if self.turn is Turn.QUARTER else (self.width, height)


def save(picture: Pixels, rendering: Rendering, file: Path) -> None:
    """Write a JPEG file. Raises OSError."""
    height = round(rendering.width * 2 / 3)
    small = np.asarray(Image.fromarray(picture).resize((rendering.width, height), Image.Resampling.LANCZOS))
    match rendering.turn:
        case Turn.MIRRORED:
            small = small[:, ::-1]
        case Turn.QUARTER:
            small = np.rot90(small)
        case Turn.NONE:
            pass
    Image.fromarray(np.ascontiguousarray(small)).save(file, "JPEG", quality=rendering.quality)
