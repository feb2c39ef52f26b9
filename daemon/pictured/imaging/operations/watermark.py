"""The operation `watermark`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Watermark:
    """Draw a text or a logo; the fields are those of `actions.watermark.Watermark`, with the text filled in.

    It streams: where `colour` depends on what is below, that is looked at beforehand (`rendering.grounds`).
    """

    work: ClassVar[str] = "pictured.imaging.rendering.watermarking:watermarked"
    streams: ClassVar[bool] = True
    text: str | None = None
    logo: str | None = None
    font: str = "sans bold"
    font_file: str | None = None
    position: str = "bottom-right"
    size: float | None = None
    width: float | None = None
    margin: float = 0.025
    rotation: float = 0.0
    tiled: bool = False
    spacing: float = 0.15
    colour: str | None = None
    opacity: float = 0.6
    effect: str | None = None
