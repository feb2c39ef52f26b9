"""How far a search goes."""

from dataclasses import dataclass
from typing import Final

RADIUS: Final = 104
PART_RADIUS: Final = 72
MOST: Final = 64
MOST_WEAK: Final = 16


@dataclass(frozen=True, slots=True)
class Effort:
    """What may be proposed, and how much of it is proven.

    radius        most bits by which the hash of a whole content may differ
    part_radius   the same for parts; below 0, they are not looked at
    most          contents that are proven
    weak          of those, contents for which little speaks
    """

    radius: int = RADIUS
    part_radius: int = PART_RADIUS
    most: int = MOST
    weak: int = MOST_WEAK
