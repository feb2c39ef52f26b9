"""From the map between two pictures to what is told about it."""

import numpy as np

from pictured.flow import Transform
from pictured.looks import Box
from pictured.matching.judging import Placing
from pictured.matching.orienting import Affine, inverse, orientation_of

_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def within(box: Box, affine: Affine, look: tuple[int, ...], copy: tuple[int, ...]) -> Affine:
    """Turn a map from pixels of a copy's thumb to pixels of a look into one between fractions of copy and query.

    Args:
        box: the look's place in the query, as fractions.
        affine: 2 x 3, from the thumb to the look, pixels.
        look: (h, w) of the look.
        copy: (h, w) of the thumb.
    """
    left, top, right, bottom = box
    (high, wide), (height, width) = look, copy
    linear = np.diag([1 / wide, 1 / high]) @ affine[:, :2] @ np.diag([width, height])
    # Pixel centres lie half a pixel within.
    shift = np.diag([1 / wide, 1 / high]) @ (affine @ np.array([-0.5, -0.5, 1.0]) + 0.5)
    spread = np.diag([right - left, bottom - top])
    return np.column_stack([spread @ linear, spread @ shift + np.array([left, top])])


def transform_of(fractions: Affine, query: tuple[int, int], copy: tuple[int, int]) -> Transform:
    """Tell in words of people how a query lies in a copy.

    Args:
        fractions: 2 x 3, from fractions of the copy's width and height to fractions of the query's.
        query: width and height of the query, in pixels.
        copy: width and height of the copy, in pixels.
    """
    back = np.linalg.inv(fractions[:, :2])
    corners = back @ (np.array([[0, 1, 1, 0], [0, 0, 1, 1]], np.float64) - fractions[:, 2:])
    box = (*corners.min(axis=1), *corners.max(axis=1))
    pixels = np.diag(query) @ fractions[:, :2] @ np.diag([1 / copy[0], 1 / copy[1]])
    orientation, angle = orientation_of(pixels)
    scale = float(np.sqrt(abs(np.linalg.det(pixels))))
    left, top, right, bottom = (round(float(side), 3) for side in box)
    return Transform(orientation, (left, top, right, bottom), round(angle, 1), round(scale, 3))


def placing_of(transform: Transform, fractions: Affine, look: Box) -> Placing:
    """Tell how a query and a copy lie on each other.

    Args:
        transform: of the query.
        fractions: 2 x 3, from fractions of the copy's width and height to fractions of the query's.
        look: the part of the query that was compared, as fractions. What lies around it is no part of the picture.
    """
    back = inverse(fractions)
    return Placing(
        turned={1: 0.0, 6: 90.0, 8: 90.0}.get(transform.orientation, 180.0) + abs(transform.angle),
        beyond_copy=min(_beyond(back, _WHOLE), _beyond(back, look)),
        beyond_query=_beyond(fractions, _WHOLE),
    )


def _beyond(affine: Affine, box: Box) -> float:
    """How far the corners of a box lie outside of the unit square."""
    left, top, right, bottom = box
    corners = affine[:, :2] @ np.array([[left, right, right, left], [top, top, bottom, bottom]]) + affine[:, 2:]
    return float(max(-corners.min(), corners.max() - 1))
