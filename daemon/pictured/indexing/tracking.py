"""How the places of one picture lie in another one: corners are followed, and the affine map of most is taken away.

Corners after Shi and Tomasi, "Good features to track" (1994), followed after Lucas and Kanade (1981) in a pyramid, as
in OpenCV, forth and back.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.imaging.luminance import Luminance
from pictured.indexing.overlaying import Affine, Overlay

_LARGE: Final = 300
_CELL, _SMALL_CELL = 16, 10
_WINDOW: Final = (21, 21)
_CRITERIA: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 12, 0.01)
_TEXTURE: Final = 1e-5
_FEW: Final = 20
_ROUNDS: Final = 8
_NEIGHBOURS: Final = 10
_MANY: Final = 70

Places = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Corners of a copy that were found in the query.

    places   float32 (n, 2): x and y in the frame
    steps    float32 (n, 2): how much further they lie in the query
    cell     side, in pixels, of the squares of which each has one corner at most
    """

    places: Places
    steps: Places
    cell: int


@dataclass(frozen=True, slots=True)
class Bend:
    """What of the steps is smooth, though no affine map.

    Both are 70th percentiles, because what is drawn over a picture bends what lies around it.

    size          of the local medians, in pixels
    steadiness    of those medians over the spread around them: noise stays below 1.2
    """

    size: float
    steadiness: float


def tracked(overlay: Overlay, *, far: bool) -> Tracks | None:
    """Follow corners from the copy to the query, by up to about 40 pixels if `far`, else by 4.

    None where too few are found again.
    """
    cell = _CELL if max(overlay.copy.shape) > _LARGE else _SMALL_CELL
    sigma = max(0.8, 0.6 * overlay.enlarged)
    copy, query = (_blurred(each, sigma) for each in (overlay.copy, overlay.query))
    places = _corners(overlay, cell)
    if len(places) < _FEW:
        return None
    levels = 3 if far else 1
    options = {"winSize": _WINDOW, "maxLevel": levels, "criteria": _CRITERIA, "minEigThreshold": 1e-4}
    guessed = {**options, "flags": cv2.OPTFLOW_USE_INITIAL_FLOW}
    ahead, seen, _ = cv2.calcOpticalFlowPyrLK(copy, query, places, places.copy(), **guessed)  # type: ignore[call-overload]
    behind, again, _ = cv2.calcOpticalFlowPyrLK(query, copy, ahead, places.copy(), **guessed)  # type: ignore[call-overload]
    back = np.hypot(*(behind - places).T)
    good = (seen.ravel() > 0) & (again.ravel() > 0) & (back < (1.0 if far else 0.5))
    if good.sum() < _FEW:
        return None
    return Tracks(places[good], (ahead - places)[good], cell)


def fitted(tracks: Tracks) -> tuple[Affine, Places]:
    """Find the affine map, 2 x 3, that most of the tracks follow, and how each departs from it, (n, 2)."""
    extent = float(tracks.places.max())
    design = np.column_stack([tracks.places / extent, np.ones(len(tracks.places))])
    wide = np.hypot(*(tracks.steps - np.median(tracks.steps, axis=0)).T)
    limit = max(2.0, 2.5 * float(np.median(wide)))
    solution = np.zeros((3, 2))
    for number in range(_ROUNDS):
        # Redescending weights: a thing that moves by itself must not draw the map with it.
        weights = (1 / (1 + (wide / limit) ** 2) ** 2)[:, None]
        solution = np.linalg.lstsq(design * weights, tracks.steps * weights, rcond=None)[0]
        wide = np.hypot(*(tracks.steps - design @ solution).T)
        limit = max(0.15, min(0.6 * limit if number < 3 else limit, 2.5 * float(np.median(wide)) + 0.05))
    affine = np.column_stack([np.eye(2) + solution[:2].T / extent, solution[2]])
    return affine, (tracks.steps - design @ solution).astype(np.float32)


def bend(tracks: Tracks, departures: Places) -> Bend | None:
    """Tell how the departures of neighbours agree; None where there are too few tracks."""
    columns, rows = (tracks.places // tracks.cell).astype(int).T
    field = np.full((rows.max() + 5, columns.max() + 5, 2), np.nan, np.float32)
    field[rows + 2, columns + 2] = departures
    around = np.lib.stride_tricks.sliding_window_view(field, (5, 5), axis=(0, 1)).reshape(*field[4:, 4:].shape, 25)
    enough = (~np.isnan(around[:, :, 0])).sum(axis=-1) >= _NEIGHBOURS
    if enough.sum() < 4:
        return None
    near = around[enough]
    middle = np.nanmedian(near, axis=-1)
    spread = np.nanmedian(np.hypot(*np.moveaxis(near - middle[..., None], 1, 0)), axis=-1)
    size = np.hypot(*middle.T)
    steadiness = size / (spread + 0.05)
    return Bend(float(np.percentile(size, _MANY)), float(np.percentile(steadiness, _MANY)))


def _corners(overlay: Overlay, cell: int) -> Places:
    """The strongest corner of each square."""
    strength = np.asarray(cv2.cornerMinEigenVal(_blurred(overlay.copy, 1.0), 7, ksize=3), np.float32)
    strength[cv2.erode(overlay.there.astype(np.uint8), np.ones((9, 9))) == 0] = 0
    rows, columns = strength.shape[0] // cell, strength.shape[1] // cell
    squares = strength[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    flat = squares.swapaxes(1, 2).reshape(rows * columns, -1)
    best, number = flat.argmax(axis=1), np.arange(rows * columns)
    places = np.stack(
        [number % max(columns, 1) * cell + best % cell, number // max(columns, 1) * cell + best // cell], 1
    )
    return places[flat.max(axis=1) > _TEXTURE].astype(np.float32) if len(flat) else np.empty((0, 2), np.float32)


def _blurred(picture: Luminance, sigma: float) -> Luminance:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
