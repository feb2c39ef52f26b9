"""Lays a picture into the frame of another one, and makes a rough alignment exact."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.matching.orienting import Affine, inverse, product

FRAME = 96
"""Side, in pixels, of the square frame in which two pictures are compared."""

_COARSE = 48
_STEPS = 25
_HOPELESS = 0.6
_EIGHTHS = 8 * 256

Values = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A copy, laid into the frame, and a look, to be laid there.

    base    float32 (96, 96), of the copy
    look    float32 (h, w)
    begin   2 x 3, the guessed map from the frame to pixels of the look
    sigma   of the blur that both get in the frame, in its pixels
    tones   how straight the curve was that brought the look to the copy's tones (`ToneCurve.straight`)
    """

    base: Values
    look: Values
    begin: Affine
    sigma: float
    tones: float


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What two pictures share.

    framing   2 x 3, from the frame around it to pixels of the copy
    of_copy   its share of the copy, 0 to 1
    of_look   its share of the look, 0 to 1
    """

    framing: Affine
    of_copy: float
    of_look: float


def overlap(copy: tuple[int, ...], look: tuple[int, ...], affine: Affine) -> Overlap | None:
    """Find what two pictures of these shapes, (h, w), share; `affine` goes from pixels of the copy to the look's."""
    (height, width), (high, wide) = copy, look
    (a, b), (c, d) = affine[:, :2]
    if abs(a * d - b * c) < 1e-6:
        return None
    back = inverse(affine)
    corners = back[:, :2] @ (np.array([[0, wide, wide, 0], [0, 0, high, high]]) - 0.5) + back[:, 2:]
    quad = cv2.convexHull(corners.T.astype(np.float32))
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    area, shape = cv2.intersectConvexConvex(quad, whole)
    # OpenCV gives no points at all, or None, for what does not meet.
    points = np.asarray(shape if area > 1 else [], np.float64).reshape(-1, 2)
    if not len(points):
        return None
    least, most = points.min(axis=0), points.max(axis=0)
    step = np.maximum(most - least, 2) / FRAME
    framing = np.column_stack([np.diag(step), least + step / 2])
    return Overlap(framing, float(area / (width * height)), float(area / max(cv2.contourArea(quad), 1e-6)))


def refined(pair: Pair, begin: Affine, *, rough: bool, by: Mask | None = None) -> Affine | None:
    """Give the map from the frame to the look after an affine ECC search; None where it does not converge.

    Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization", 2008.

    Args:
        pair: what is to be aligned.
        begin: where to begin.
        rough: whether that may be off by several pixels; then the search begins at half the size.
        by: what of the frame counts; then the search goes on until nothing changes any more.
    """
    warp = begin
    for side in (_COARSE, FRAME) if rough else (FRAME,):
        shrink = FRAME / side
        scaling = np.array([[shrink, 0, shrink / 2 - 0.5], [0, shrink, shrink / 2 - 0.5]])
        start = product(warp, scaling)
        base = pair.base if side == FRAME else np.asarray(cv2.resize(pair.base, (side, side)), np.float32)
        laid = blurred(warped(pair.look, start, side), pair.sigma)
        mask = (inside(pair.look.shape, start, side) if by is None else by).astype(np.uint8)
        steps, least = (3 * _STEPS, 1e-6) if by is not None else (2 * _STEPS if side == _COARSE else _STEPS, 1e-4)
        stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, steps, least)
        still = np.eye(2, 3, dtype=np.float32)
        try:
            alike, moved = cv2.findTransformECC(base, laid, still, cv2.MOTION_AFFINE, stop, mask, 3)
        except cv2.error:
            return None
        if rough and alike < _HOPELESS:
            # Copies come to 0.73 and more here, nearly all of them above 0.9; what others take is most of the time.
            return None
        warp = product(product(start, np.asarray(moved, np.float64)), inverse(scaling))
    return warp


def warped(picture: Values, warp: Affine, side: int = FRAME) -> Values:
    """Lay a picture into a square frame; `warp` goes from the frame to the picture. What lies outside is continued."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(picture, warp, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.float32)


def inside(shape: tuple[int, ...], warp: Affine, side: int = FRAME) -> Mask:
    """Tell which pixels of a square frame have a counterpart in a picture of this shape, (h, w)."""
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    across, down = (row[0] * x + row[1] * y + row[2] for row in warp)
    there: Mask = (across > -0.5) & (across < shape[1] - 0.5) & (down > -0.5) & (down < shape[0] - 0.5)
    return there


def softened(picture: Values, shrink: float) -> Values:
    """Take away what would alias when the picture is sampled at every `shrink`-th pixel."""
    return blurred(picture, 0.5 * float(np.sqrt(shrink**2 - 1))) if shrink > 1.2 else picture


def blurred(picture: Values, sigma: float) -> Values:
    """Blur by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ToneCurve:
    """Takes the values of one picture to those of another, by 33 quantiles of each.

    straight   their correlation: 1 where only brightness and contrast differ
    """

    mine: NDArray[np.float64]
    theirs: NDArray[np.float64]
    straight: float

    def applied(self, picture: Values) -> Values:
        """Give a picture the tones of the other one."""
        if not len(self.mine):
            return picture
        # A table of eighths of a grey level takes a tenth of the time of interpolating every pixel.
        table = np.interp(np.arange(_EIGHTHS) / 8, self.mine, self.theirs).astype(np.float32)
        changed: Values = table[np.clip(picture * 8 + 0.5, 0, _EIGHTHS - 1).astype(np.intp)]
        return changed


def tone_curve(picture: Values, model: Values, there: Mask) -> ToneCurve:
    """Find the curve from a picture to the tones of another one in the same frame; `there` is where both exist."""
    if not there.any():
        return ToneCurve(np.empty(0), np.empty(0), 1.0)
    count = int(there.sum())
    # As np.percentile does, which takes four times as long for as many quantiles as these.
    at = np.linspace(0, count - 1, 33)
    mine, theirs = (np.interp(at, np.arange(count), np.sort(each[there])) for each in (picture, model))
    varied = min(mine.std(), theirs.std()) > 0.5
    return ToneCurve(mine, theirs, float(np.corrcoef(mine, theirs)[0, 1]) if varied else 1.0)
