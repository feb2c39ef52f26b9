"""A copy that is known to lie on another one, laid on it to a fraction of a pixel.

What a match tells of the place was found in a frame of 96 pixels: at full size, that is off by several pixels.
"""

from typing import Final

import numpy as np

from pictured.indexing.overlaying import Affine, View, inverse, overlaid_by, pixels, product, realigned
from pictured.indexing.tracking import fitted, tracked

Lie = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f: a place (x, y) of a copy lies at (a x + c y + e, b x + d y + f) of the best one, both as fractions
of width and height: the order of the canvas of HTML."""

_SIDE: Final = 768
_LEAST: Final = 256
_FARTHEST: Final = 0.04
_WHOLE: Final = 0.6 / _SIDE
_CORNERS: Final = np.array([[0.0, 1, 1, 0], [0, 0, 1, 1]])


def registered(best: View, copy: View, at: Lie) -> Lie:
    """Correct how a copy lies on the best one by the corners that both show; as it was where too few agree.

    A copy that fills the best one but for half a pixel fills it: a picture that was only resized lies exactly there.
    """
    begin = np.array([[at[0], at[2], at[4]], [at[1], at[3], at[5]]])
    if abs(np.linalg.det(begin[:, :2])) < 1e-9:
        return at
    overlay = overlaid_by(best, copy, inverse(begin), _SIDE, _LEAST)
    tracks = None if overlay is None else tracked(overlay, far=True)
    if overlay is None or tracks is None:
        return _told(_whole(begin))
    moved, _ = fitted(tracks)
    tracks = tracked(realigned(overlay, best, copy, moved), far=False)
    if tracks is not None:
        moved = product(moved, fitted(tracks)[0])
    # From fractions of the best one to pixels of the frame, to those of the copy, to fractions of the copy.
    frame = product(inverse(overlay.of_copy), pixels(best.box))
    found = product(inverse(pixels(copy.box)), product(product(overlay.of_query, moved), frame))
    if abs(np.linalg.det(found[:, :2])) < 1e-9:
        return _told(_whole(begin))
    found = inverse(found)
    far = np.abs(_corners(found) - _corners(begin)).max() > _FARTHEST
    return _told(_whole(begin if far else found))


def _corners(affine: Affine) -> Affine:
    placed: Affine = affine[:, :2] @ _CORNERS + affine[:, 2:]
    return placed


def _whole(affine: Affine) -> Affine:
    """The map with its corners on those of the whole, where they are that near already."""
    rounded: Affine = np.rint(affine)
    return rounded if np.abs(_corners(affine) - _corners(rounded)).max() < _WHOLE else affine


def _told(affine: Affine) -> Lie:
    (a, c, e), (b, d, f) = affine.tolist()
    return (a, b, c, d, e, f)
