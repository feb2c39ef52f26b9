"""A small picture to be looked at. Apart from what draws it, so that whoever shows it need not load a decoder."""

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
