"""The operation `encoding`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the result is to be stored; the fields are those of `actions.convert.Convert`.

    format       "jpeg", "png", "webp", "avif", "gif", "tiff", "jxl", or "auto"; None keeps that of the source
    quality      1 to 100, or "visually_lossless", "high", "small"; None: as good as the source is coded
    progressive  whether a JPEG is coded in scans
    subsampling  "4:4:4", "4:2:0" or "auto"
    """

    work: ClassVar[str] = "pictured.imaging.rendering.converting:converted"
    streams: ClassVar[bool] = True
    format: str | None = None
    quality: int | str | None = None
    progressive: bool = True
    subsampling: str = "auto"
