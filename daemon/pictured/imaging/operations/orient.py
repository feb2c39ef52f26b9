"""The operation `orient`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Orient:
    """Apply the EXIF orientation and reset its tag."""

    work: ClassVar[str] = "pictured.imaging.rendering.orienting:oriented"
    streams: ClassVar[bool] = True
