"""From pairs of alike features to the one affine map that most of them agree on.

Each pair, with the size and direction of its two features, tells a whole similarity by itself (Philbin, Chum, Isard,
Sivic and Zisserman, "Object retrieval with large vocabularies and fast spatial matching", CVPR 2007). All are tried, so
that nothing is left to chance, and the best are made more exact by least squares.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.matching.orienting import Affine

_TOLERANCE = 4.0
_TRIED = 4
_ROUNDS = 3
_MOST = 400
_MOST_SQUEEZED = 2.0
_CELL = 4.0

Places = NDArray[np.float32]
Exact = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How a content lies in a look.

    affine    2 x 3, from pixels of the content at a long side of 256 to pixels of the look
    inliers   number of pairs, at different places in both, that it brings together within 4 pixels of the content
    """

    affine: Affine
    inliers: int


def aligned(theirs: Places, ours: Places) -> Alignment | None:
    """Find the map from `theirs` to `ours`, both float32 (n, 4): x, y, diameter, angle in degrees.

    None where fewer than three pairs agree.
    """
    if len(theirs) < 3:
        return None
    return _aligned(theirs[:_MOST].astype(np.float64), ours[:_MOST].astype(np.float64))


def _aligned(theirs: Exact, ours: Exact) -> Alignment | None:
    agree = _agreeing(theirs, ours)
    best: Alignment | None = None
    for first in np.argsort(-agree.sum(axis=1), kind="stable")[:_TRIED]:
        found = _exact(theirs, ours, agree[first])
        if found is not None and (best is None or found.inliers > best.inliers):
            best = found
    return best


def _agreeing(theirs: Exact, ours: Exact) -> NDArray[np.bool_]:
    """Whether the similarity that pair `i` tells brings pair `j` together: (n, n)."""
    scale = ours[:, 2] / theirs[:, 2]
    turn = np.radians(ours[:, 3] - theirs[:, 3])
    linear = scale * np.exp(1j * turn)
    from_, to = theirs[:, 0] + 1j * theirs[:, 1], ours[:, 0] + 1j * ours[:, 1]
    moved = linear[:, None] * (from_[None, :] - from_[:, None]) + to[:, None]
    near = np.abs(moved - to[None, :]) < 3 * _TOLERANCE * scale[:, None]
    agreeing: NDArray[np.bool_] = near & (np.abs(np.log2(scale[None, :] / scale[:, None])) < 0.6)
    return agreeing


def _exact(theirs: Exact, ours: Exact, agree: NDArray[np.bool_]) -> Alignment | None:
    best: Alignment | None = None
    flat = np.column_stack([theirs[:, :2], np.ones(len(theirs))])
    for _ in range(_ROUNDS):
        if agree.sum() < 3:
            break
        solution, _, rank, _ = np.linalg.lstsq(flat[agree], ours[agree, :2], rcond=1e-4)
        affine = solution.T
        stretch = np.linalg.svd(affine[:, :2], compute_uv=False)
        if rank < 3 or stretch[1] * _MOST_SQUEEZED < stretch[0] or np.linalg.det(affine[:, :2]) <= 0:
            break
        error = np.hypot(*(flat @ affine.T - ours[:, :2]).T) / np.sqrt(stretch.prod())
        agree = error < _TOLERANCE
        inliers = _distinct(theirs[agree], ours[agree])
        if best is None or inliers > best.inliers:
            best = Alignment(np.asarray(affine, np.float64), inliers)
    return best


def _distinct(theirs: Exact, ours: Exact) -> int:
    """The number of different places, in whichever picture has fewer: one corner may give many features."""
    return min(len(np.unique(np.rint(each[:, :2] / _CELL), axis=0)) for each in (theirs, ours)) if len(theirs) else 0
