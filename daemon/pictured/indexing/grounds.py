"""What lies on a plain ground: the paper of a page, the panels of a screen, the border of a picture.

Text and lines lie there too. They are narrow, so a morphological closing or opening fills them with the ground, while a
picture keeps its full extent, however close the text stands.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.indexing.framing import Box

Grey = NDArray[np.uint8]
Values = NDArray[np.float32]

_NARROW = 9
_SMALLEST = 22
_MOST = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture at half its size, uint8 of one shape, and what all looks at its parts share.

    half       luminance
    unrest     greatest less smallest value of each 3 x 3 pixels
    closed     half, with dark things narrower than 9 pixels filled
    opened     half, with light things narrower than 9 pixels filled
    tolerance  grey levels that noise may differ, 3 to 12, by the quietest eighth of the picture
    """

    half: Grey
    unrest: Grey
    closed: Grey
    opened: Grey
    tolerance: float


@dataclass(frozen=True, slots=True)
class Lying:
    """The boxes of what lies on a ground, the largest first.

    fills  share of each box, 0.15 to 1, that is no ground
    share  of the pixels that are ground, 0 to 1
    plain  whether the ground is of one value and goes nearly all around
    """

    boxes: tuple[Box, ...] = ()
    fills: tuple[float, ...] = ()
    share: float = 0.0
    plain: bool = False


@dataclass(frozen=True, slots=True)
class _Ground:
    values: Grey
    share: float
    plain: bool


def sheet(luminance: Grey) -> Sheet:
    """Prepare a picture of uint8, (height, width), both at least 32."""
    half = _smaller(luminance, 2)
    narrow = np.ones((_NARROW, _NARROW), np.uint8)
    unrest = _grey(cv2.morphologyEx(half, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    tiles = np.sort(_smaller(unrest, 16), axis=None)
    return Sheet(
        half,
        unrest,
        _grey(cv2.morphologyEx(half, cv2.MORPH_CLOSE, narrow)),
        _grey(cv2.morphologyEx(half, cv2.MORPH_OPEN, narrow)),
        tolerance=float(np.clip(1.8 * float(tiles[tiles.size // 8]) + 1, 3, 12)),
    )


def part(sheet: Sheet, box: Box) -> Sheet:
    """A part of a sheet; the box is in pixels of the whole size."""
    at = np.s_[box[1] // 2 : box[3] // 2, box[0] // 2 : box[2] // 2]
    return Sheet(sheet.half[at], sheet.unrest[at], sheet.closed[at], sheet.opened[at], sheet.tolerance)


def lying(part: Sheet) -> Lying:
    """Find what is no ground, no text and no line. Boxes are in pixels of the half size."""
    ground = _ground(part)
    if ground is None:
        return Lying()
    solid = cv2.morphologyEx(_solid(part, ground.values), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8, ltype=cv2.CV_32S)
    found = [
        (area, (left, top, left + width, top + height))
        for left, top, width, height, area in stats[1:].tolist()
        if min(width, height) >= _SMALLEST and area >= 0.15 * width * height
    ]
    found.sort(key=lambda pair: -pair[0])
    boxes = tuple(box for _, box in found[:_MOST])
    fills = tuple(area / ((box[2] - box[0]) * (box[3] - box[1])) for area, box in found[:_MOST])
    return Lying(boxes, fills, ground.share, ground.plain)


def pictorial(part: Sheet) -> bool:
    """Whether this may be a photograph or a painting: not text, not a drawing of a few flat colours."""
    half = part.half
    if float(half.std()) < 6 or np.count_nonzero(part.unrest > int(part.tolerance)) < 0.08 * half.size:
        return False
    levels = np.sort(np.bincount(half[::2, ::2].ravel() >> 1, minlength=128))
    if levels[-6:].sum() > 0.92 * levels.sum():
        return False
    edge = np.concatenate([half[0], half[-1], half[:, 0], half[:, -1]])
    ground = int(np.sort(edge)[edge.size // 2])
    like = np.abs(edge - np.float32(ground)) < max(8.0, 1.5 * part.tolerance)
    return float(like.mean()) < 0.6 or bool(
        np.count_nonzero(_solid(part, np.full_like(half, ground))) > 0.12 * half.size
    )


def _ground(part: Sheet) -> _Ground | None:
    """The flat zones that reach the edge, spread over the rest of the part."""
    flat = _smaller(255 * (part.unrest <= int(part.tolerance)).astype(np.uint8), 2) > 180
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flat.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    edge = np.concatenate([labels[2], labels[-3], labels[:, 2], labels[:, -3]])
    reach = np.bincount(edge, minlength=count)
    reach[0] = 0
    kept = (reach > 0.01 * edge.size) & (stats[:, cv2.CC_STAT_AREA] > 0.008 * flat.size)
    zones = kept[labels]
    share = float(zones.mean())
    if share < 0.03:
        return None
    small = _smaller(part.half, 2)
    values = small[zones].astype(np.float32)
    even = float(np.abs(values - np.median(values)).mean()) < 2
    plain = even and share > 0.15 and float(kept[edge].mean()) > 0.7
    height, width = part.half.shape
    spread = cv2.resize(_spread(small, zones), (width, height), interpolation=cv2.INTER_LINEAR)
    return _Ground(_grey(spread), share, plain)


def _spread(values: Grey, known: NDArray[np.bool_]) -> Grey:
    """Fill what is not known from what is known around it, by a pyramid (push and pull, Gortler et al. 1996)."""
    weight: Values = known.astype(np.float32)
    value: Values = values * weight
    level: Values = np.full((1, 1), value.sum() / weight.sum(), np.float32)
    pyramid = []
    while min(weight.shape) > 2:
        pyramid.append((weight, value))
        size = (weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2
        weight = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
        value = np.asarray(cv2.resize(value, size, interpolation=cv2.INTER_AREA), np.float32)
    for weight, value in reversed(pyramid):
        finer = cv2.resize(level, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        level = (value + 0.02 * np.asarray(finer, np.float32)) / (weight + 0.02)
    return np.clip(level, 0, 255).astype(np.uint8)


def _solid(part: Sheet, ground: Grey) -> Grey:
    """1 where something wider than a stroke is darker or lighter than the ground."""
    limit = int(max(8.0, 1.2 * part.tolerance))
    darker = _grey(cv2.subtract(ground, part.closed)) > limit
    lighter = _grey(cv2.subtract(part.opened, ground)) > limit
    return (darker | lighter).astype(np.uint8)


def _smaller(values: Grey, factor: int) -> Grey:
    """Means of squares of pixels. Only whole factors are fast in OpenCV, so the last few pixels are left out."""
    height, width = values.shape[0] // factor, values.shape[1] // factor
    whole = values[: height * factor, : width * factor]
    return _grey(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def _grey(values: object) -> Grey:
    return np.asarray(values, np.uint8)
