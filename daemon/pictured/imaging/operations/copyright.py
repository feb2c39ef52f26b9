"""The operation `copyright`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Copyright:
    """Write who owns the picture; the fields are those of `actions.copyright.Copyright`, filled in ("" is nothing)."""

    work: ClassVar[str] = "pictured.imaging.rendering.crediting:credited"
    streams: ClassVar[bool] = True
    notice: str = ""
    artist: str = ""
    url: str = ""
    replace: bool = False
