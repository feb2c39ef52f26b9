"""Whether a thing lies elsewhere in one of two pictures: what differs is looked for, in both directions."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.imaging.luminance import Luminance
from pictured.indexing.overlaying import Mask, Overlay

_BLOCK: Final = 20
_STEP: Final = 8
_MOST: Final = 48
_FURTHEST: Final = 0.08
_WINDOW: Final = (13, 13)
_TEXTURED: Final = 40.0
_UNLIKE: Final = 0.5
_SHARE: Final = 0.3
_STRUCTURED: Final = 64.0
_CORNERED: Final = 0.05
_FOUND: Final = 0.8
_CLEARLY: Final = 0.3

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Displaced:
    """Blocks that differ and are found again, all by one way in the one picture and by the way back in the other.

    least   number of them in the picture that has fewer
    both    number of them in both pictures
    share   share of all blocks that differ in both pictures, 0 to 1
    """

    least: int
    both: int
    share: float


def displaced(overlay: Overlay) -> Displaced:
    """Look for what differs up to 8 % of the long side further off.

    What is drawn over a picture is not found in the other one, and so not in both directions.
    """
    sigma = max(0.8, 0.6 * overlay.enlarged)
    copy, query = (
        np.asarray(cv2.GaussianBlur(each, (0, 0), sigma), np.uint8) for each in (overlay.copy, overlay.query)
    )
    inside = cv2.erode(overlay.there.astype(np.uint8), np.ones((9, 9))) > 0
    unlike = _unlike(copy.astype(np.float32), query.astype(np.float32)) & inside
    share = cv2.boxFilter(unlike.astype(np.float32), -1, (_BLOCK // 2, _BLOCK // 2)) > _SHARE
    reach = round(_FURTHEST * max(copy.shape))
    ours, theirs = _places(copy, share & inside), _places(query, share & inside)
    if not ours or not theirs:
        return Displaced(0, 0, 0.0)
    ahead, behind = _likeness(copy, query, ours, reach), _likeness(query, copy, theirs, reach)
    votes = np.maximum(ahead - 0.5, 0).sum(axis=0) + np.maximum(behind - 0.5, 0).sum(axis=0)[::-1, ::-1]
    across, down = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    votes[np.hypot(across, down) < 3] = 0
    votes = np.asarray(cv2.GaussianBlur(votes, (0, 0), 1.0))
    row, column = np.unravel_index(int(votes.argmax()), votes.shape)
    counts = _found(ahead, int(row), int(column)), _found(behind, 2 * reach - int(row), 2 * reach - int(column))
    return Displaced(min(counts), sum(counts), sum(counts) / (len(ours) + len(theirs)))


def _unlike(copy: Values, query: Values) -> Mask:
    """Where there is texture in either picture and the two do not correlate."""

    def mean(values: Values) -> Values:
        return np.asarray(cv2.boxFilter(values, -1, _WINDOW), np.float32)

    middle, other = mean(copy), mean(query)
    spread, wide = mean(copy * copy) - middle**2, mean(query * query) - other**2
    both = mean(copy * query) - middle * other
    unlike: Mask = (np.maximum(spread, wide) > _TEXTURED) & (
        both < _UNLIKE * np.sqrt(np.maximum(spread, 4) * np.maximum(wide, 4))
    )
    return unlike


def _places(picture: Luminance, where: Mask) -> list[tuple[int, int]]:
    """The middles of blocks with structure in more than one direction: a straight edge is found anywhere."""
    values = picture.astype(np.float32)
    size = (_BLOCK, _BLOCK)
    across, down = cv2.Sobel(values, cv2.CV_32F, 1, 0), cv2.Sobel(values, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.boxFilter(each, -1, size) for each in (across * across, down * down, across * down))
    weaker = (xx + yy) / 2 - np.sqrt((xx - yy) ** 2 / 4 + xy * xy)
    spread = cv2.boxFilter(values * values, -1, size) - cv2.boxFilter(values, -1, size) ** 2
    good = where & (spread > _STRUCTURED) & (weaker > _CORNERED * (xx + yy))
    half = _BLOCK // 2
    height, width = picture.shape
    rows, columns = np.nonzero(good[half : height - half : _STEP, half : width - half : _STEP])
    chosen = np.linspace(0, len(rows) - 1, min(_MOST, len(rows))).astype(int)
    return [(int(columns[each]) * _STEP + half, int(rows[each]) * _STEP + half) for each in chosen]


def _likeness(picture: Luminance, other: Luminance, places: list[tuple[int, int]], reach: int) -> Values:
    """The correlation of each block with the other picture at every step up to `reach`: (n, 2 reach + 1, ditto)."""
    wide = cv2.copyMakeBorder(other, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    maps = []
    for x, y in places:
        left, top = x - _BLOCK // 2, y - _BLOCK // 2
        window = wide[top : top + _BLOCK + 2 * reach, left : left + _BLOCK + 2 * reach]
        block = picture[top : top + _BLOCK, left : left + _BLOCK]
        maps.append(cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED))
    return np.nan_to_num(np.stack(maps), posinf=0, neginf=0).astype(np.float32)


def _found(likeness: Values, row: int, column: int) -> int:
    reach = likeness.shape[1] // 2
    there, still = (
        likeness[:, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].max(axis=(1, 2))
        for y, x in ((row, column), (reach, reach))
    )
    return int(((there > _FOUND) & (there - still > _CLEARLY)).sum())
