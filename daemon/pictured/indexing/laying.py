"""Copies of one picture laid on the largest of them, and what is kept of each once its pixels are let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pictured.indexing.patching import Luminance, Matrix, Region, between, cut, shifting
from pictured.indexing.predicting import MARGIN, Patch

SIDE: Final = 96
"""Pixels of the side of a patch, less where the picture is less."""

SMALLEST: Final = 32
"""Pixels of the short side below which a picture is too small for patches."""

_REACH: Final = 64
_MOST: Final = 16
_PLACES: Final = 24
_FLAT: Final = 0.25
_COARSE: Final = 256
_STEPS: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
_STILL: Final = 0.4
_BETTER: Final = 0.7
_ALIKE: Final = 0.5
_CLEAR: Final = 0.15
_FARTHEST: Final = 6.0


@dataclass(frozen=True, slots=True)
class Grid:
    """The largest copy, on which the others are laid.

    width, height   its pixels
    side            of a patch, pixels
    places          left and top of each patch
    coarse          the copy, its long side 256 pixels, blurred, float32
    patches         its patches, (side, side) each
    """

    width: int
    height: int
    side: int
    places: tuple[tuple[int, int], ...]
    coarse: Patch
    patches: tuple[Patch, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """What is kept of a copy that lies on the grid: its regions, and all of it, coarse, as it lies there."""

    width: int
    height: int
    regions: tuple[Region, ...]
    coarse: Patch


def grid_of(largest: Luminance) -> Grid:
    """Choose up to 16 patches with texture, of the stronger half. The short side must be SMALLEST or more."""
    height, width = largest.shape
    side = min(SIDE, height, width)
    tops, lefts = _starts(height, side), _starts(width, side)
    textures = sorted(
        ((_texture(largest[top : top + side, left : left + side]), left, top) for top in tops for left in lefts),
        reverse=True,
    )
    strong = textures[min(_MOST // 2, len(textures)) - 1][0]
    half = [each for each in textures[: max(_MOST, len(textures) // 2)] if each[0] >= _FLAT * strong]
    chosen = [half[each] for each in np.linspace(0, len(half) - 1, min(_MOST, len(half))).astype(int)]
    places = tuple((left, top) for _, left, top in chosen)
    patches = tuple(largest[top : top + side, left : left + side].astype(np.float32) for left, top in places)
    return Grid(width, height, side, places, _coarse(largest, (width, height)), patches)


def laid(copy: Luminance, grid: Grid) -> Laid | None:
    """Align a copy of the whole picture to the grid; None where it does not show the same or is too small.

    Small crops, shifts and other aspect ratios are evened out by an affine ECC search (Evangelidis and Psarakis 2008)
    and then, patch by patch, by phase correlation.
    """
    if min(copy.shape) < SMALLEST:
        return None
    coarse = _coarse(copy, (grid.width, grid.height))
    warp, seen = _aligned(grid.coarse, coarse)
    if _alike(grid.coarse, seen) < _ALIKE:
        return None
    matrices = [between((grid.width, grid.height), (copy.shape[1], copy.shape[0]))] * len(grid.places)
    if warp is not None:
        small = between((grid.width, grid.height), (coarse.shape[1], coarse.shape[0]))
        matrix = matrices[0] @ np.linalg.inv(small) @ warp @ small
        whole = Region(copy, 0, 0, (0.0, 0.0), matrix)
        matrices = [_nudged(whole, place, patch) for place, patch in zip(grid.places, grid.patches, strict=True)]
    half = (grid.side - 1) / 2
    regions = tuple(
        _region(copy, matrix, (left + half, top + half))
        for matrix, (left, top) in zip(matrices, grid.places, strict=True)
    )
    return Laid(copy.shape[1], copy.shape[0], regions, seen)


def _starts(length: int, side: int) -> Sequence[int]:
    count = max(1, min(_PLACES, (length - 2 * MARGIN) // (side - 2 * MARGIN)))
    return [int(each) for each in np.linspace(0, length - side, count)]


def _texture(patch: Luminance) -> float:
    values = patch[::2, ::2].astype(np.int16)
    return float(np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean())


def _coarse(picture: Luminance, size: tuple[int, int]) -> Patch:
    scale = _COARSE / max(size)
    small = cv2.resize(
        picture, (max(8, round(size[0] * scale)), max(8, round(size[1] * scale))), interpolation=cv2.INTER_AREA
    )
    return cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.0).astype(np.float32, copy=False)


def _alike(one: Patch, other: Patch) -> float:
    spread = float(one.std()) * float(other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread > 1e-3 else 0.0


def _aligned(base: Patch, other: Patch) -> tuple[Matrix | None, Patch]:
    """Give the warp from `base` to `other`, 3 x 3, and `other` warped; None where they lie on each other as they are.

    A picture that was only resized lies exactly on its copy: an alignment that is not needed does harm.
    """
    try:
        _, found = cv2.findTransformECC(base, other, np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, _STEPS, None, 3)  # type: ignore[call-overload]
    except cv2.error:
        return None, other
    warp = np.vstack([np.asarray(found, np.float64), [0, 0, 1]])
    height, width = base.shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(other, warp[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    seen = moved.astype(np.float32, copy=False)
    drift = float(np.abs((warp @ corners - corners)[:2]).max())
    if drift < _STILL or 1 - _alike(base, seen) > _BETTER * (1 - _alike(base, other)):
        return None, other
    return warp, seen


def _nudged(whole: Region, place: tuple[int, int], patch: Patch) -> Matrix:
    """Follow the shift that phase correlation finds, twice, as long as it is clear and small."""
    side = patch.shape[0]
    window = cv2.createHanningWindow((side, side), cv2.CV_32F)
    base = cv2.GaussianBlur(patch, (0, 0), 1.2)
    nudged, total = whole.matrix, np.zeros(2)
    for _ in range(2):
        found = cut(whole, shifting(nudged, place), side, cv2.INTER_CUBIC)
        other = cv2.GaussianBlur(found, (0, 0), 1.2)
        shift, response = cv2.phaseCorrelate(base - base.mean(), other - other.mean(), window)
        if response < _CLEAR or np.abs(total + shift).max() > _FARTHEST:
            return nudged
        total += shift
        nudged = shifting(whole.matrix, (float(total[0]), float(total[1])))
    return nudged


def _region(copy: Luminance, matrix: Matrix, middle: tuple[float, float]) -> Region:
    x, y, _ = matrix @ np.array([*middle, 1.0])
    height, width = copy.shape
    left = int(np.clip(round(x) - _REACH, 0, max(0, width - 2 * _REACH)))
    top = int(np.clip(round(y) - _REACH, 0, max(0, height - 2 * _REACH)))
    pixels = copy[top : top + 2 * _REACH, left : left + 2 * _REACH].copy()
    return Region(pixels, left, top, (float(x), float(y)), matrix)
