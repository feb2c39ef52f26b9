"""The values that embedding and reading give back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PUBLIC = b"pictured public mark"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a picture.

    key            32, 16 or 8 bytes; None where no mark could be read
    bits           the key's size: 256, 128 or 64; None without a key
    margin_db      how far above (or below) the least that the code needs the mark is heard; None without a key
    rotation_deg   by how much the picture was turned since, counter-clockwise as seen, after mirroring; -180 to 180
    scale          pixels across this picture for each of the reference picture, whose long side has at most 800
    squeeze        width over height as compared with the marked picture's; 1.0 where it was scaled evenly
    mirrored       whether it was mirrored, left to right
    confidence     that there is a mark at all, 0 to 1; with a key, that the key is not chance
    """

    key: bytes | None
    bits: int | None = None
    margin_db: float | None = None
    rotation_deg: float | None = None
    scale: float | None = None
    squeeze: float | None = None
    mirrored: bool | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A marked picture.

    picture     the same shape and dtype as what was given
    psnr        dB, over all colours, before any lossy coding
    ssim        of the luminance
    margin_db   how far above the least that the code needs the mark is heard in this picture as it is
    """

    picture: NDArray[np.generic]
    psnr: float
    ssim: float
    margin_db: float
