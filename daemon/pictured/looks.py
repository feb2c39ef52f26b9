"""What is seen of a picture: what is kept of every one to find it by, and what is looked at in a query."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # A command that compares nothing need not load it.
    import numpy as np
    from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Depth(StrEnum):
    """How much is kept of a picture to find it by."""

    QUICK = "quick"
    NORMAL = "normal"
    DEEP = "deep"


_SOME: Final[tuple[Box, ...]] = (
    (0.05, 0.05, 0.95, 0.95),
    (0.1, 0.1, 0.9, 0.9),
    (0.0, 0.0, 0.82, 0.82),
    (0.18, 0.0, 1.0, 0.82),
    (0.0, 0.18, 0.82, 1.0),
    (0.18, 0.18, 1.0, 1.0),
    (0.17, 0.17, 0.83, 0.83),
)
_MORE: Final[tuple[Box, ...]] = (
    (0.0, 0.15, 0.7, 0.85),
    (0.3, 0.15, 1.0, 0.85),
    (0.15, 0.0, 0.85, 0.7),
    (0.15, 0.3, 0.85, 1.0),
    (0.0, 0.0, 0.7, 0.7),
    (0.3, 0.0, 1.0, 0.7),
    (0.0, 0.3, 0.7, 1.0),
    (0.3, 0.3, 1.0, 1.0),
    (0.09, 0.0, 0.91, 0.82),
    (0.09, 0.18, 0.91, 1.0),
    (0.0, 0.09, 0.82, 0.91),
    (0.18, 0.09, 1.0, 0.91),
)
PARTS: Final[Mapping[Depth, tuple[Box, ...]]] = {Depth.QUICK: (), Depth.NORMAL: _SOME, Depth.DEEP: _SOME + _MORE}
"""The parts of a picture that are hashed beside the whole, as fractions of its width and height."""

POINT: Final = [("word", "<u2"), ("x", "u1"), ("y", "u1"), ("size", "u1"), ("angle", "u1"), ("signature", "<u8")]
"""A local feature as it is kept, as a numpy record of 14 bytes.

word        visual word, the nearest centre of the vocabulary, 0 to 2047
x, y        place, in pixels of the picture scaled to a long side of 256
size        16 times the binary logarithm of the feature's diameter in the same pixels
angle       256ths of a full turn
signature   64 bits that tell on which side of its centre a descriptor lies, along 64 axes
"""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The local features of a look, n of them.

    places       float32 (n, 4): x, y and diameter in pixels of the look, angle in degrees
    words        uint16 (n, k): the k nearest visual words, the nearest first
    signatures   uint64 (n, k): the signature of each with regard to each of its words
    """

    places: "NDArray[np.float32]"
    words: "NDArray[np.uint16]"
    signatures: "NDArray[np.uint64]"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A part of a query picture that is searched by itself: all of it, what a border frames, a picture on a page.

    box          left, top, right, bottom in the query, as fractions of its width and height
    pixels       luminance, uint8 (h, w), long side at most 384
    phash        its hash, uint8 (32,), made as that of a `Fingerprint`
    points       its local features
    mirrored     those of its mirror image (left to right), None where they are not known
    """

    box: Box
    pixels: "NDArray[np.uint8]"
    phash: "NDArray[np.uint8]"
    points: Points
    mirrored: Points | None


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Everything that is looked at in a query picture, the whole of it first. Made when it is asked, never kept.

    `size` is its width and height in pixels, EXIF orientation applied; `marr` its Marr-Hildreth hash where wanted.
    """

    digest: bytes
    size: tuple[int, int]
    looks: tuple[Look, ...]
    marr: bytes | None = None
