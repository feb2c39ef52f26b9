"""The operation `pad`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Pad:
    """Add a border; the fields are those of `actions.pad.Pad`."""

    work: ClassVar[str] = "pictured.imaging.rendering.padding:padded"
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    fill: str = "colour"
    colour: str = "#ffffff"
    gravity: str = "centre"

    @property
    def streams(self) -> bool:
        """Whether the border can be made without looking back at rows that have gone by."""
        return self.fill in ("colour", "transparent")

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Give the size in pixels of a padded picture of this size: no side becomes shorter."""
        if self.aspect is None:
            return max(width, self.width or 0), max(height, self.height or 0)
        across, down = self.aspect
        if width * down < height * across:
            return max(width, round(height * across / down)), height
        return width, max(height, round(width * down / across))
