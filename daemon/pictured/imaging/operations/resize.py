"""The operation `resize`."""

import math
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Resize:
    """Resample to another size; the fields are those of `actions.resize.Resize`.

    fit   "inside", "cover" or "stretch"; the other names that settings know stand for one of these
    """

    work: ClassVar[str] = "pictured.imaging.rendering.resizing:resized"
    streams: ClassVar[bool] = True
    width: int | None = None
    height: int | None = None
    long_edge: int | None = None
    short_edge: int | None = None
    megapixels: float | None = None
    percent: float | None = None
    fit: str = "inside"
    gravity: str = "centre"
    enlarge: bool = False
    kernel: str = "lanczos3"
    linear_light: bool = False

    def scaled(self, width: int, height: int) -> tuple[int, int]:
        """Give the size in pixels that an upright picture of this size is resampled to, 1 pixel a side or more."""
        across, down = self._factors(width, height)
        if not self.enlarge:
            across, down = min(across, 1.0), min(down, 1.0)
        return max(1, round(width * across)), max(1, round(height * down))

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Give the size of the result, in pixels: with `fit: cover` what stands out of the frame is cut off."""
        across, down = self.scaled(width, height)
        if self.fit == "cover" and self.width is not None and self.height is not None:
            return min(across, self.width), min(down, self.height)
        return across, down

    def _factors(self, width: int, height: int) -> tuple[float, float]:
        if self.percent is not None:
            factor = self.percent / 100
        elif self.megapixels is not None:
            factor = math.sqrt(self.megapixels * 1e6 / (width * height))
        elif self.long_edge is not None:
            factor = self.long_edge / max(width, height)
        elif self.short_edge is not None:
            factor = self.short_edge / min(width, height)
        else:
            across = math.inf if self.width is None else self.width / width
            down = math.inf if self.height is None else self.height / height
            if self.fit == "stretch":
                return across, down
            factor = max(across, down) if self.fit == "cover" else min(across, down)
        return factor, factor
