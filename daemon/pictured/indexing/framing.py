"""The exact sides of a picture that lies on a plain ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom lie outside."""

_OUTSIDE = 10
_INSIDE = 14
_LINES = 100
_NOWHERE = 1 << 14


@dataclass(frozen=True, slots=True)
class Framed:
    """A box with its sides moved to where the plain ground ends.

    support  for each side that is not the edge of the whole: the share (0 to 1) of the side's length along which the
             picture begins at one straight line, and the ground beside it is plain; 0 where there is no plain ground
    """

    box: Box
    support: tuple[float, ...]


def framed(luminance: NDArray[np.uint8], box: Box, tolerance: float) -> Framed:
    """Move each side of a roughly known box, by a few pixels outwards or up to a tenth inwards.

    Of a picture that lies askew, by up to 3 degrees, the sides go to their middles: the upright box of its true size.

    Args:
        luminance: uint8, (height, width), of the whole.
        box: within the whole, at least 16 pixels a side.
        tolerance: how far from the ground's value noise may lie, in grey levels.
    """
    height, width = luminance.shape
    left, top, right, bottom = box
    support = []
    for side in range(4):
        match side:
            case 0:
                view, start, span, end = luminance, left, (top, bottom), right
            case 1:
                view, start, span, end = luminance.T, top, (left, right), bottom
            case 2:
                view, start, span, end = luminance[:, ::-1], width - right, (top, bottom), width - left
            case _:
                view, start, span, end = luminance.T[:, ::-1], height - bottom, (left, right), height - top
        if start <= 3:
            start = 0
        else:
            start, found = _side(view, start, span, end, tolerance)
            support.append(found)
        match side:
            case 0:
                left = start
            case 1:
                top = start
            case 2:
                right = width - start
            case _:
                bottom = height - start
    return Framed((left, top, right, bottom), tuple(support))


def _side(view: NDArray[np.uint8], start: int, span: tuple[int, int], end: int, tolerance: float) -> tuple[int, float]:
    """The column at which the picture begins, coming from the left, and how well the rows agree on it."""
    length = span[1] - span[0]
    skip = length // 20
    first = max(0, start - _OUTSIDE)
    last = min(start + _INSIDE + (end - start) // 12, end - 4)
    step = 1 + length // _LINES
    strip = np.ascontiguousarray(view[span[0] + skip : span[1] - skip : step, first:last])
    near = min(start - first, strip.shape[1] - 2)
    if near < 1 or len(strip) < 8:
        return start, 0.0
    middles = np.partition(strip[:, :near], len(strip) // 2, axis=0)[len(strip) // 2].astype(np.float32)
    spreads = np.abs(strip[:, :near] - middles).mean(axis=0)
    # The innermost of the plainest columns: a caption or another picture further out shall not be taken for this one.
    at = int(np.flatnonzero(spreads <= 1.3 * spreads.min() + 0.7)[-1])
    spread = float(spreads[at])
    if spread > 2.5 * tolerance:
        return start, 0.0
    picture = np.abs(strip[:, at:] - middles[at]) > max(5.0, 3.2 * spread)
    picture[:, :-1] &= picture[:, 1:]
    begins = np.where(picture.any(axis=1), picture.argmax(axis=1), _NOWHERE).astype(np.int32)
    place, support = _agreed(begins)
    lean = _lean(begins)
    if lean:
        rows = np.arange(len(begins)) - len(begins) / 2
        upright = np.where(begins < _NOWHERE, np.rint(begins - lean * rows), _NOWHERE).astype(np.int32)
        other, stronger = _agreed(upright)
        if stronger > 1.3 * support:
            place, support = other, stronger
    if support < 0.05:
        return start, support
    return first + at + place, support


def _lean(begins: NDArray[np.int32]) -> float:
    """Pixels by which the beginning moves from row to row, 0 where that is nothing or not a line."""
    third = len(begins) // 3
    upper, lower = begins[:third], begins[-third:]
    upper, lower = upper[upper < _NOWHERE], lower[lower < _NOWHERE]
    if min(upper.size, lower.size) < third // 2:
        return 0.0
    lean = float(np.sort(lower)[lower.size // 2] - np.sort(upper)[upper.size // 2]) / (2 * third)
    return lean if abs(lean) * len(begins) > 2 else 0.0


def _agreed(begins: NDArray[np.int32]) -> tuple[int, float]:
    """The outermost place at which many rows begin, and their share."""
    found = begins[(begins >= 0) & (begins < _NOWHERE)]
    if not found.size:
        return 0, 0.0
    counts = np.bincount(found, minlength=3) / len(begins)
    around = np.convolve(counts, np.ones(3), "same")
    outermost = int(np.argmax(around >= max(0.3 * around.max(), min(0.05, around.max()))))
    low = max(0, outermost - 1)
    return low + int(counts[low : low + 4].argmax()), float(around.max())
