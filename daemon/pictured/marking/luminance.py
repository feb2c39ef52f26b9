"""The luminance of pictures in arrays, a band of rows at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pictured.marking.resampling import weights

Plane = NDArray[np.float32]

_BAND = 128
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def bands(high: int) -> Iterator[slice]:
    """Give the rows of a picture in bands, so that whole copies in floating point are never made."""
    for top in range(0, high, _BAND):
        yield slice(top, min(top + _BAND, high))


def luminance(picture: NDArray[np.generic]) -> Plane:
    """Give the luminance (h, w), 0 to 255 (BT.601), of a picture (h, w) or (h, w, 1 to 4); alpha is passed over."""
    plane = np.empty(picture.shape[:2], np.float32)
    for rows in bands(len(plane)):
        plane[rows] = _of(picture[rows])
    return plane


def reduced(picture: NDArray[np.generic], side: float) -> Plane:
    """Give the luminance with a long side of at most `side` pixels; that of the whole picture is never held."""
    factor = side / max(picture.shape[:2])
    if factor >= 1:
        return luminance(picture)
    high, wide = (max(1, round(length * factor)) for length in picture.shape[:2])
    down = weights(picture.shape[0], high).tocsc()
    rows_done = np.zeros((high, picture.shape[1]), np.float32)
    for rows in bands(picture.shape[0]):
        rows_done += down[:, rows] @ _of(picture[rows])
    return np.ascontiguousarray((weights(picture.shape[1], wide) @ rows_done.T).T)


def span(picture: NDArray[np.generic]) -> float:
    """Say how many of the picture's own steps make one of 255: 257 for uint16, or else 1."""
    return 257.0 if picture.dtype == np.uint16 else 1.0


def _of(part: NDArray[np.generic]) -> Plane:
    values = part.astype(np.float32)
    if values.ndim == 3:
        values = values[..., :3] @ _WEIGHTS if values.shape[2] >= 3 else values[..., 0]
    return np.asarray(values / np.float32(span(part)), np.float32)
