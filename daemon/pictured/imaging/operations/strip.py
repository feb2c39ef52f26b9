"""The operation `strip`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Strip:
    """Remove groups of metadata; the fields are those of `actions.strip.Strip`."""

    work: ClassVar[str] = "pictured.imaging.rendering.stripping:stripped"
    streams: ClassVar[bool] = True
    groups: tuple[str, ...] = ("all",)
