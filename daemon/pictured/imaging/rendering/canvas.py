"""A picture on its way through the operations of a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import pyvips

from pictured.imaging.operations.encoding import Encoding
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits


@dataclass(frozen=True, slots=True)
class Window:
    """Where a tile lies: its place in the grid, and in pixels of the upright picture what of it is picture."""

    row: int
    column: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Note:
    """What an operation has to tell of its work: numbers and short texts by name."""

    action: str
    told: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Pixels that are computed when they are needed, and everything that goes with them.

    image        1 to 4 bands (grey, grey and alpha, RGB or CMYK, RGBA) of 8 or 16 bits, or bilevel as 8 bits; an
                 animation has its frames one above the other, with pyvips's "page-height", "delay" and "loop"
    path         the source file
    traits       of the source
    metadata     what will be written into the result
    orientation  EXIF number that is still to be applied to `image`; 1 once it is upright
    touched      whether the pixels are no longer those of the file: while they are, a JPEG may be loaded smaller, and
                 what only changes metadata copies the coded picture as it is
    encoding     how the result is to be stored
    palette      the colours of a picture that was quantised and not touched since: uint8 RGBA, 4 bytes each
    window       of a tile
    notes        what the operations have to tell
    """

    image: pyvips.Image
    path: Path
    traits: Traits
    metadata: Metadata
    orientation: int = 1
    touched: bool = False
    encoding: Encoding = field(default_factory=Encoding)
    palette: bytes | None = None
    window: Window | None = None
    notes: tuple[Note, ...] = ()

    def painted(self, image: pyvips.Image) -> Self:
        """Give the canvas with other pixels."""
        return replace(self, image=image, touched=True, palette=None)

    def noted(self, action: str, **told: object) -> Self:
        """Give the canvas with something more to tell."""
        return replace(self, notes=(*self.notes, Note(action, told)))
