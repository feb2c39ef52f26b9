"""The operation `quantise`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Quantise:
    """Reduce to so many colours; the fields are those of `actions.quantise.Quantise`."""

    work: ClassVar[str] = "pictured.imaging.rendering.quantising:quantised"
    streams: ClassVar[bool] = False
    colours: int
    space: str = "rgb"
    dither: bool = False
    seed: int = 0
