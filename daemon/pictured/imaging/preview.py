"""Small and true pictures to be looked at. Apart from what draws them, so that whoever shows them needs no decoder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture in sRGB, upright, on white where it is transparent.

    webp            the file's bytes
    width, height   of the preview, in pixels
    whole           width and height of the picture itself, upright, in pixels
    format          of the picture itself, as in `flow.Fingerprint`
    """

    webp: bytes
    width: int
    height: int
    whole: tuple[int, int]
    format: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, pixel by pixel, in sRGB, upright, on white.

    webp            the file's bytes
    width, height   in pixels of the picture
    """

    webp: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Closeup:
    """The same part of two copies, each at its own full resolution.

    best, copy  the parts
    where       left, top, right, bottom of the part in the best one, as fractions of its width and height
    at          a, b, c, d, e, f: a place (x, y) of the copy's tile lies at (a x + c y + e, b x + d y + f) of the best
                one's, both as fractions of width and height
    """

    best: Tile
    copy: Tile
    where: tuple[float, float, float, float]
    at: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Full:
    """All pixels of a picture, in sRGB, upright, on white where it is transparent.

    bmp             the file's bytes: nothing is lost, and nothing has to be packed
    width, height   in pixels
    """

    bmp: bytes
    width: int
    height: int
