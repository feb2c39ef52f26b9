"""The change of the reference picture, enlarged to the picture and added to it; and how much of that is seen."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pictured.marking.luminance import bands, span
from pictured.marking.measuring import ssim
from pictured.marking.resampling import weights

Plane = NDArray[np.float32]
Picture = NDArray[np.generic]

_SAMPLED = 300_000
_TALL = 32
_SPARSEST = 5


def step(picture: Picture) -> float:
    """Say what the picture's values are rounded to, in 255ths; 0 for floating point."""
    return 1 / span(picture) if picture.dtype.kind == "u" else 0.0


def likeness(whole: Plane, change: Plane, rounding: float) -> float:
    """Give the structural similarity of the luminance (h, w) after a change of the reference picture.

    Of large pictures, bands are looked at. In plain places the rounding is a part of what is seen.
    """
    if whole.shape == change.shape:
        return ssim(whole, _rounded(change, rounding))
    down, across = _enlarging(change, whole.shape)
    every = min(-(-whole.size // _SAMPLED), _SPARSEST)
    tops = range(0, max(1, len(whole) - _TALL + 1), _TALL * every)
    rows = (slice(top, top + _TALL) for top in tops)
    return float(np.mean([ssim(whole[part], _rounded((down[part] @ change) @ across, rounding)) for part in rows]))


def added(picture: Picture, change: Plane) -> tuple[Picture, float]:
    """Add the change to every colour of a picture (h, w) or (h, w, 1 to 4), but not to its alpha.

    Also gives the mean squared error over the colours, in 255ths.
    """
    flat = picture if picture.ndim == 3 else picture[..., None]
    colours = 3 if flat.shape[2] >= 3 else 1
    marked = flat.copy()
    unit, down, across = span(picture), *_enlarging(change, flat.shape[:2])
    total = 0.0
    for rows in bands(len(flat)):
        before = flat[rows, :, :colours].astype(np.float32)
        part = change[rows] if change.shape == flat.shape[:2] else (down[rows] @ change) @ across
        after = before + (part * np.float32(unit))[..., None]
        if picture.dtype.kind == "u":
            after = np.rint(np.clip(after, 0, 255 * unit))
        marked[rows, :, :colours] = after
        total += float(np.sum(np.square((after - before) / np.float32(unit)), dtype=np.float64))
    return marked.reshape(picture.shape), total / (flat.shape[0] * flat.shape[1] * colours)


def _rounded(change: Plane, rounding: float) -> Plane:
    return np.asarray(np.rint(change / rounding) * rounding if rounding else change, np.float32)


def _enlarging(change: Plane, shape: tuple[int, ...]) -> tuple[csr_array, csr_array]:
    return weights(change.shape[0], shape[0]), weights(change.shape[1], shape[1]).T.tocsr()
