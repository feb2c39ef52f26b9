"""How one copy of a group lies on the best one: what the page draws its outline by, and lays the two on each other by.

A transform tells a box, a turn and a scale. The map is rebuilt from these: its linear part from turn and scale, its
place from the middle of the box.
"""

import math

from pictured.flow import Match, Transform

Affine = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f: a place (x, y) goes to (a x + c y + e, b x + d y + f), the order of the canvas of HTML."""

_TURNS = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, -1, 1, 0),
    7: (0, -1, -1, 0),
    8: (0, 1, -1, 0),
}
"""a, b, c, d of what takes a copy to the query that is turned like it by the EXIF orientation."""

_STRAIGHT = 0.5


def lying(match: Match, best: Match) -> Affine:
    """Give what takes a place in a copy to its place in the best one, both as fractions of width and height.

    A match in a group of copies was found by asking either for the best or for the other; which of the two tells from
    the sizes, because only one of them agrees with the scale. Where both do, the best one was asked for.
    """
    own = match.picture.content.width, match.picture.content.height
    other = best.picture.content.width, best.picture.content.height
    forward = _backwards(_of(match.transform, other, own))
    if _misfit(match.transform, other, own) <= _misfit(match.transform, own, other) + 0.01:
        return forward
    return _of(match.transform, own, other)


def _of(transform: Transform, query: tuple[int, int], copy: tuple[int, int]) -> Affine:
    """From fractions of the query to fractions of the copy that it lies in."""
    left, top, right, bottom = transform.box
    # From the query to the copy: the turn is an orthogonal matrix, its inverse is its transpose.
    a, c, b, d = _TURNS[transform.orientation]
    if abs(transform.angle) < _STRAIGHT:
        wide, high = right - left, bottom - top
        linear = (a * wide, b * high, c * wide, d * high)
    else:
        cos, sin = math.cos(math.radians(transform.angle)), math.sin(math.radians(transform.angle))
        # Turned back before, by the angle that the query is turned beyond the orientation.
        back = (a * cos - c * sin, b * cos - d * sin, a * sin + c * cos, b * sin + d * cos)
        each = 1 / transform.scale
        linear = (
            back[0] * each * query[0] / copy[0],
            back[1] * each * query[0] / copy[1],
            back[2] * each * query[1] / copy[0],
            back[3] * each * query[1] / copy[1],
        )
    a2, b2, c2, d2 = linear
    x, y = (left + right) / 2, (top + bottom) / 2
    return (a2, b2, c2, d2, x - (a2 + c2) / 2, y - (b2 + d2) / 2)


def _backwards(affine: Affine) -> Affine:
    a, b, c, d, e, f = affine
    det = a * d - b * c
    if abs(det) < 1e-9:
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)


def _misfit(transform: Transform, query: tuple[int, int], copy: tuple[int, int]) -> float:
    """How far the sizes are from what box and scale tell of them, as logarithms."""
    a, b, c, d, _, _ = _of(transform, query, copy)
    left, top, right, bottom = transform.box
    wide, high = abs(a) + abs(c), abs(b) + abs(d)
    area = abs(a * d - b * c) * copy[0] * copy[1]
    if min(wide, high, area, right - left, bottom - top, transform.scale) <= 0:
        return math.inf
    scale = math.sqrt(query[0] * query[1] / area)
    pairs = ((scale, transform.scale), (wide, right - left), (high, bottom - top))
    return sum(abs(math.log(one / other)) for one, other in pairs)
