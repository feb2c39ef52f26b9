"""What two pictures in one frame have in common, tile by tile: 8 x 8 tiles of 12 x 12 pixels."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.matching.warping import FRAME, Mask, Values

_TILES = 8
_TILE = FRAME // _TILES
_REACH = 6
_FEW = 2
_ENOUGH = 60
_VARIED = 20.0
_FOUND = 0.15

T = TypeVar("T", bound=np.generic)


def tiles(picture: NDArray[T]) -> NDArray[T]:
    """Give the frame as 64 rows of 144."""
    return picture.reshape(_TILES, _TILE, _TILES, _TILE).swapaxes(1, 2).reshape(_TILES**2, _TILE**2)


def untiled(each: NDArray[T]) -> NDArray[T]:
    """Give a frame that has one value (64 in all) all over each tile."""
    return np.repeat(np.repeat(each.reshape(_TILES, _TILES), _TILE, axis=0), _TILE, axis=1)


def flattened(rows: Values) -> Values:
    """Take the least-squares plane out of each tile, so that gradients prove nothing."""
    slope = (np.arange(_TILE, dtype=np.float32) - (_TILE - 1) / 2) / np.float32(_TILE * np.sqrt((_TILE**2 - 1) / 12))
    rest: Values = rows - rows.mean(axis=1, keepdims=True)
    for axis in (np.tile(slope, _TILE), np.repeat(slope, _TILE)):
        rest -= (rest * axis).sum(axis=1, keepdims=True) * axis
    return rest


def motion(base: Values, mine: Values, theirs: Values, counted: NDArray[np.bool_]) -> tuple[float, float]:
    """Tell how far tiles lie off, and how much of their difference that explains: one step of Lucas and Kanade (1981).

    What an encoder or a filter leaves is no shift: shifting the tiles explains little of it.

    Args:
        base: the frame of the one picture.
        mine: its tiles, flattened.
        theirs: those of the other picture, flattened and with the same contrast.
        counted: which of the 64 tiles count.

    Returns:
        the root mean square of the shifts, in pixels, and the explained share of the squared difference, 0 to 1.
    """
    if not counted.any():
        return 0.0, 0.0
    slopes = (np.asarray(cv2.Sobel(base, cv2.CV_32F, *axis, scale=1 / 8), np.float32) for axis in ((1, 0), (0, 1)))
    across, down = (flattened(tiles(slope))[counted] for slope in slopes)
    difference = (theirs - mine)[counted]
    # The added constant keeps tiles with structure in one direction only from seeming to move along it.
    xx, yy = (across**2).sum(axis=1) + 20, (down**2).sum(axis=1) + 20
    xy, dx, dy = (across * down).sum(axis=1), (across * difference).sum(axis=1), (down * difference).sum(axis=1)
    area = xx * yy - xy**2
    x, y = (yy * dx - xy * dy) / area, (xx * dy - xy * dx) / area
    explained = float((x * dx + y * dy).sum())
    # Weighted by gradients: where there is little structure, noise seems to move a lot.
    shift = np.sqrt(2 * explained / max(float((xx + yy).sum()), 1e-6))
    return float(shift), explained / max(float((difference**2).sum()), 1e-6)


def displaced(base: Values, laid: Values, unlike: NDArray[np.bool_], there: Mask) -> float:
    """Give the share of what differs that is found again a little further off, all of it by the same way, 0 to 1.

    A thing that has moved is; what was drawn over is not.

    Args:
        base: the frame of the one picture.
        laid: that of the other one.
        unlike: which of the 64 tiles differ.
        there: where both pictures exist.
    """
    square = (5, 5)
    spread = cv2.blur(base**2, square) - cv2.blur(base, square) ** 2
    apart = cv2.blur((base - laid) ** 2, square)
    differs = untiled(unlike) & there & (spread > _VARIED) & (apart > 0.5 * spread)
    count = int(differs.sum())
    if unlike.sum() < _FEW or count < _ENOUGH:
        return 0.0
    wide = cv2.copyMakeBorder(laid, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_CONSTANT, value=-1000)
    limit, most = _FOUND * np.minimum(apart, spread), 0
    for x in range(2 * _REACH + 1):
        for y in range(2 * _REACH + 1):
            if abs(x - _REACH) + abs(y - _REACH) > 1:
                left = cv2.blur((base - wide[y : y + FRAME, x : x + FRAME]) ** 2, square)
                most = max(most, int((differs & (left < limit)).sum()))
    return most / count


def ground(base: Values, there: Mask) -> float:
    """Give the largest share of pixels, 0 to 1, with one tone, give or take 2 values: paper, or a plain backdrop."""
    if not there.any():
        return 1.0
    counts = np.bincount(np.clip(np.rint(base[there]), 0, 255).astype(np.int64), minlength=256)
    return float(np.convolve(counts, np.ones(5), "same").max() / counts.sum())


def peak(base: Values, laid: Values, there: Mask) -> float:
    """Give the largest difference of any spot about 3 pixels wide, as a share of the picture's range of tones.

    Brightness and contrast are brought into line first.
    """
    mine, theirs = base[there], laid[there]
    low, high = np.percentile(mine, (0.5, 99.5)) if mine.size else (0.0, 0.0)
    if high - low < 1 or theirs.std() < 0.5:
        return 1.0
    gain = float(((mine - mine.mean()) * (theirs - theirs.mean())).mean() / theirs.var())
    left = np.where(there, base - mine.mean() - gain * (laid - theirs.mean()), 0).astype(np.float32)
    return float(np.abs(cv2.GaussianBlur(left, (0, 0), 1.5)).max() / (high - low))
