"""A query laid on a copy that it is said to match: both in one frame, at the resolution of the poorer one."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.flow import Transform
from pictured.imaging.luminance import Luminance
from pictured.looks import Box

Affine = NDArray[np.float64]
"""2 x 3, takes (x, y, 1) to (x, y)."""

Mask = NDArray[np.bool_]

_QUARTERS: Final = {1: 0, 8: 1, 3: 2, 6: 3, 2: 0, 7: 1, 4: 2, 5: 3}
_MIRRORED: Final = (2, 4, 5, 7)
_WHOLE: Final = (0.0, 0.0, 1.0, 1.0)
_NEARLY: Final = 0.012
_STRAIGHT: Final = 0.3
_STEPS: Final = 33
_LEAST: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A decoded picture.

    luminance   uint8 (h, w), may be reduced
    box         left, top, right, bottom of the picture in it, in pixels
    size        width and height of the whole picture, in pixels
    """

    luminance: Luminance
    box: Box
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What a copy and a query share, in the copy's orientation.

    copy       uint8 (h, w)
    query      uint8 (h, w), with the copy's tones
    there      bool (h, w), where both exist
    of_copy    2 x 3, from pixels of the frame to those of the copy's luminance
    of_query   2 x 3, likewise to those of the query's
    enlarged   pixels of the frame for each pixel of the poorer picture
    """

    copy: Luminance
    query: Luminance
    there: Mask
    of_copy: Affine
    of_query: Affine
    enlarged: float


def overlaid(copy: View, query: View, transform: Transform, most: int, least: int) -> Overlay | None:
    """Lay a query on a copy as `transform` says; None where they share nothing.

    Args:
        copy: the copy.
        query: the query.
        transform: of the match.
        most: long side of the frame, in pixels, at most.
        least: the long side at least; a poorer picture is enlarged to it.
    """
    return overlaid_by(copy, query, _fractions(transform, query.size, copy.size), most, least)


def overlaid_by(copy: View, query: View, fractions: Affine, most: int, least: int) -> Overlay | None:
    """Do as `overlaid`, by the map from fractions of the copy's width and height to fractions of the query's."""
    back = inverse(fractions)
    corners = (back[:, :2] @ np.array([[0.0, 1, 1, 0], [0, 0, 1, 1]]) + back[:, 2:]).T.astype(np.float32)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    area, shape = cv2.intersectConvexConvex(cv2.convexHull(corners), unit)
    points = np.asarray(shape if area > 1e-6 else [], np.float64).reshape(-1, 2)
    if not len(points):
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    of_copy, of_query = pixels(copy.box), product(pixels(query.box), fractions)
    extent = (high - low) * np.diag(of_copy[:, :2])
    ratio = _scale(of_query) / _scale(of_copy)
    poorer = float(extent.max() * min(1.0, ratio))
    side = min(most, max(least, poorer))
    width, height = (max(_LEAST, round(float(each * side / extent.max()))) for each in extent)
    step = (high - low) / (width, height)
    framing = np.column_stack([np.diag(step), low + step / 2])
    return _shown(copy, query, (product(of_copy, framing), product(of_query, framing)), (width, height), side / poorer)


def snapped(transform: Transform) -> Transform | None:
    """Take a query that nearly fills the frame of the copy to fill it; None where it does not.

    Pages of one file often lie on each other pixel by pixel. Then nothing must be resampled, which fine lines show.
    """
    whole = max(abs(side - end) for side, end in zip(transform.box, _WHOLE, strict=True)) < _NEARLY
    return replace(transform, box=_WHOLE, angle=0.0) if whole and abs(transform.angle) < _STRAIGHT else None


def realigned(overlay: Overlay, copy: View, query: View, moved: Affine, zoom: float = 1.0) -> Overlay:
    """Lay the query anew.

    Args:
        overlay: what was seen.
        copy: as it was laid before.
        query: likewise.
        moved: 2 x 3, from pixels of the frame to where the query shows what the copy shows there.
        zoom: pixels of the new frame for each of the old one.
    """
    height, width = overlay.copy.shape
    size = max(_LEAST, round(width * zoom)), max(_LEAST, round(height * zoom))
    across, down = width / size[0], height / size[1]
    smaller = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2]])
    maps = product(overlay.of_copy, smaller), product(overlay.of_query, product(moved, smaller))
    return _shown(copy, query, maps, size, overlay.enlarged * zoom)


def product(first: Affine, second: Affine) -> Affine:
    """Give the map that does `second` and then `first`."""
    both: Affine = first[:, :2] @ second
    both[:, 2] += first[:, 2]
    return both


def inverse(affine: Affine) -> Affine:
    """Give the map back."""
    back = np.linalg.inv(affine[:, :2])
    return np.column_stack([back, -back @ affine[:, 2]])


def _shown(copy: View, query: View, maps: tuple[Affine, Affine], size: tuple[int, int], enlarged: float) -> Overlay:
    there = _inside(query.luminance.shape, maps[1], size)
    base = _laid(copy.luminance, maps[0], size)
    toned = _toned(_laid(query.luminance, maps[1], size), base, there)
    return Overlay(base, toned, there, maps[0], maps[1], enlarged)


def _fractions(transform: Transform, query: tuple[int, int], copy: tuple[int, int]) -> Affine:
    """The map from fractions of the copy to fractions of the query that a transform tells, a squeeze included."""
    angle = np.radians(90 * _QUARTERS[transform.orientation] + transform.angle)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    if transform.orientation in _MIRRORED:
        turn[0] *= -1
    left, top, right, bottom = transform.box
    # The box is what the turned frame of the query takes up: that tells the scale of either axis.
    taken = np.abs(turn) @ np.array(query, np.float64)
    placed = np.diag(np.array([(right - left) * copy[0], (bottom - top) * copy[1]]) / taken) @ turn
    linear = np.linalg.inv(np.diag(1 / np.array(copy, np.float64)) @ placed @ np.diag(np.array(query, np.float64)))
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return np.column_stack([linear, 0.5 - linear @ middle])


def pixels(box: Box) -> Affine:
    """Give the map from fractions of a picture to pixels of its array; the middle of a pixel is at whole numbers."""
    left, top, right, bottom = box
    return np.array([[right - left, 0, left - 0.5], [0, bottom - top, top - 0.5]])


def _scale(affine: Affine) -> float:
    return float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))


def _laid(picture: Luminance, affine: Affine, size: tuple[int, int]) -> Luminance:
    shrink = _scale(affine)
    if shrink > 1.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 * float(np.sqrt(shrink**2 - 1))), np.uint8)
    flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_LINEAR if shrink > 1 else cv2.INTER_CUBIC)
    return np.asarray(cv2.warpAffine(picture, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _inside(shape: tuple[int, ...], affine: Affine, size: tuple[int, int]) -> Mask:
    """Where the frame lies in a picture of this shape, a pixel within its edge and within that of the frame."""
    x, y = np.arange(size[0])[None, :], np.arange(size[1])[:, None]
    across, down = (row[0] * x + row[1] * y + row[2] for row in affine)
    there: Mask = (across > 0.5) & (across < shape[1] - 1.5) & (down > 0.5) & (down < shape[0] - 1.5)
    there[:2] = there[-2:] = there[:, :2] = there[:, -2:] = False
    return there


def _toned(picture: Luminance, model: Luminance, there: Mask) -> Luminance:
    """Give a picture the quantiles of another one."""
    if not there.any():
        return picture
    steps = np.linspace(0.5, 99.5, _STEPS)
    mine, theirs = (np.percentile(each[there][::3], steps) for each in (picture, model))
    table = np.interp(np.arange(256), mine + 1e-3 * np.arange(_STEPS), theirs)
    return np.asarray(np.clip(np.rint(table), 0, 255).astype(np.uint8)[picture], np.uint8)
