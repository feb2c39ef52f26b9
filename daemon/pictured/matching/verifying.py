"""The second proof: are these two small pictures the same picture? A hash only proposes.

Both pictures are 64 x 64 luminance values. The query is aligned to the copy by an affine ECC search (Evangelidis and
Psarakis 2008, as in OpenCV), then compared tile by tile: in each of 6 x 6 tiles the plane through the values is taken
away, so that gradients prove nothing, and what is left must correlate. The median and the lower quartile over the
textured tiles decide.

The limits were set on 110 of 303 photographs under 27 kinds of damage: of the 8 nearest wrong candidates of each
damaged picture, 23,760 in all, none was accepted. A picture with few textured tiles must lie exactly on its copy; one
with almost none proves nothing, and only equal bytes will do.
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.matching.orienting import SIDE

_TILES = 6
_TILE = 10
_MARGIN = (SIDE - _TILES * _TILE) // 2
_TEXTURE = 1.0
_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)

T = TypeVar("T", bound=np.generic)
Picture = NDArray[np.uint8]
Affine = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the comparison of an aligned pair showed.

    warp         2 x 3, from the copy's coordinates to the query's, in pixels of the 64 x 64 pictures
    correlation  ECC coefficient of the whole overlap, -1 to 1
    middle       median of the tiles' correlations, -1 to 1
    low          lower quartile of the tiles' correlations, -1 to 1
    textured     number of tiles, of 36, that lie in the overlap and show texture in either picture
    overlap      share of the copy that the query covers, 0 to 1
    """

    warp: Affine
    correlation: float
    middle: float
    low: float
    textured: int
    overlap: float

    @property
    def drift(self) -> float:
        """How far the alignment moves a corner, in pixels of the 64 x 64 picture."""
        corners = np.array([[2, 61, 2, 61], [2, 2, 61, 61], [1, 1, 1, 1]], np.float64)
        return float(np.abs(self.warp @ corners - corners[:2]).max())

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the query in the copy, as fractions of the copy's width and height."""
        inverse = np.linalg.inv(np.vstack([self.warp, [0, 0, 1]]))
        corners = inverse[:2] @ np.array([[-0.5, SIDE - 0.5], [-0.5, SIDE - 0.5], [1, 1]])
        left, right, top, bottom = (round((float(value) + 0.5) / SIDE, 3) for value in corners.ravel())
        return left, top, right, bottom


def compared(copy: Picture, query: Picture) -> Evidence | None:
    """Align two pictures of shape (64, 64) and compare them; None where there is nothing to align by."""
    base, other = (cv2.GaussianBlur(p.astype(np.float32), (0, 0), 1.0) for p in (copy, query))
    if min(float(base.std()), float(other.std())) < _TEXTURE:
        return None
    warp: Affine = np.eye(2, 3, dtype=np.float32)
    try:
        correlation, found = cv2.findTransformECC(base, other, warp, cv2.MOTION_AFFINE, _STEPS, None, 3)  # type: ignore[call-overload]
    except cv2.error:
        return None
    warp = np.asarray(found, np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(other, warp, (SIDE, SIDE), flags=flags)
    inside = cv2.warpAffine(np.full((SIDE, SIDE), 255, np.uint8), warp, (SIDE, SIDE), flags=cv2.WARP_INVERSE_MAP) == 255
    flatten = _without_plane()
    mine, theirs = _tiles(base) @ flatten, _tiles(laid) @ flatten
    spread = mine.std(axis=1), theirs.std(axis=1)
    textured = _tiles(inside).all(axis=1) & (np.maximum(*spread) > _TEXTURE)
    if not textured.any():
        return None
    correlations = ((mine * theirs).mean(axis=1) / np.maximum(spread[0] * spread[1], 0.05))[textured]
    return Evidence(
        warp,
        float(correlation),
        float(np.median(correlations)),
        float(np.percentile(correlations, 25)),
        int(textured.sum()),
        float(inside.mean()),
    )


def proves(evidence: Evidence, distance: int) -> bool:
    """Whether this evidence, found at a hash distance of 0 to 256 bits, is enough to claim a copy."""
    if not _plausible(evidence) or evidence.textured < 6 or evidence.overlap < 0.7 or evidence.correlation < 0.7:
        return False
    if evidence.textured < 20:
        return evidence.drift < 1 and distance <= 48 and evidence.middle > 0.9 and evidence.low > 0.8
    if evidence.drift < 1.5 and distance <= 64:
        return evidence.middle > 0.6 and evidence.low > 0.35
    return evidence.correlation > 0.85 and evidence.middle > 0.8 and evidence.low > 0.6


def confidence(evidence: Evidence) -> float:
    """0 to 0.99 from the tiles: the mean of their median and lower quartile."""
    return round(min(0.99, max(0.0, (evidence.middle + max(evidence.low, 0.0)) / 2)), 3)


def _plausible(evidence: Evidence) -> bool:
    """A hash survives a small shift or scale only; a warp beyond that is the search gone astray."""
    linear = evidence.warp[:, :2].astype(np.float64)
    stretch = np.linalg.svd(linear, compute_uv=False)
    middle = np.array([(SIDE - 1) / 2, (SIDE - 1) / 2])
    shift = linear @ middle + evidence.warp[:, 2] - middle
    skew = max(abs(float(linear[0, 1])), abs(float(linear[1, 0])))
    return bool(stretch.max() < 1.3 and stretch.min() > 0.75 and np.abs(shift).max() < 10 and skew < 0.2)


def _tiles(picture: NDArray[T]) -> NDArray[T]:
    """The central 60 x 60 values as 36 rows of 100."""
    core = picture[_MARGIN : SIDE - _MARGIN, _MARGIN : SIDE - _MARGIN]
    return core.reshape(_TILES, _TILE, _TILES, _TILE).swapaxes(1, 2).reshape(_TILES**2, _TILE**2)


def _without_plane() -> NDArray[np.float64]:
    """The projection (100 x 100) that takes the least-squares plane out of a tile."""
    down, across = np.mgrid[0:_TILE, 0:_TILE]
    middle = (_TILE - 1) / 2
    plane = np.stack([np.ones(_TILE**2), across.ravel() - middle, down.ravel() - middle], axis=1)
    projection: NDArray[np.float64] = np.eye(_TILE**2) - plane @ np.linalg.inv(plane.T @ plane) @ plane.T
    return projection
