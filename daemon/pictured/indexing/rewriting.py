"""Whether two pages that agree in all else differ in a few words or figures.

The sharper one is brought to the other by the linear filter that fits best, so that what is left is the noise of an
encoder, which is much the same wherever there is ink, and what is written otherwise, which is not.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.imaging.luminance import Luminance
from pictured.indexing.overlaying import Mask, Overlay

_SIGMAS: Final = (0.7, 1.2, 2.4)
_WINDOW: Final = (9, 9)
_INK: Final = 4.0
_SAMPLES: Final = 40_000
_FEW: Final = 200
_ROUNDS: Final = 3
_INKED: Final = 100.0
_NOISE: Final = 2.0
_TAIL: Final = {99: 1.0, 95: 2.5, 90: 4.4, 50: 7.8}
"""How far, at most, the noise of coding rises from each of its percentiles to the 99th. Where it rises further, what
lies above is written otherwise."""
_OTHERWISE: Final = 0.15
_PIXELS: Final = 4

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """How two pages differ.

    rise    the largest local difference, in units of the noise: coding and filters stay below 1.6
    noise   what 99 % of what is inked may differ by, in grey levels, by what most of it differs by
    """

    rise: float
    noise: float


def paper(picture: Luminance, there: Mask) -> float:
    """Give the largest share of pixels, 0 to 1, with one tone, give or take 2 values."""
    counts = np.bincount(picture[there], minlength=256)
    return float(np.convolve(counts, np.ones(5), "same").max() / max(1, counts.sum()))


def rewritten(overlay: Overlay) -> Rewritten:
    """Compare two pages that lie on each other, within their edges; what shows no ink differs in nothing."""
    copy, query = overlay.copy.astype(np.float32), overlay.query.astype(np.float32)
    there = overlay.there
    if not there.any():
        return _ALIKE
    source, target = (copy, query) if _fine(copy, there) > _fine(query, there) else (query, copy)
    middle = np.float32(target[there].mean())
    predicted = _predicted(source - middle, target - middle, there)
    if predicted is None:
        return _ALIKE
    left = _blurred(np.where(there, target - middle - predicted, 0).astype(np.float32), 0.8)
    energy = _mean(left * left)
    ink = np.maximum(_variance(predicted), _variance(target - middle))
    inked = there & (ink > _INKED)
    if inked.sum() < _FEW:
        return _ALIKE
    levels = np.sqrt(np.percentile(energy[inked], list(_TAIL))) + _NOISE
    noise = float((levels * list(_TAIL.values())).min())
    suspect = np.sort(energy[inked & (energy > _OTHERWISE * (ink + 30))])
    return Rewritten(float(np.sqrt(suspect[-_PIXELS])) / noise if len(suspect) >= _PIXELS else 0.0, noise)


_ALIKE: Final = Rewritten(0.0, _NOISE)


def _predicted(source: Values, target: Values, there: Mask) -> Values | None:
    """What the best sum of blurred versions of one picture makes of another; None where both show no ink."""
    terms = [source, *(_blurred(source, sigma) for sigma in _SIGMAS)]
    ink = there & ((np.abs(source - terms[-1]) > _INK) | (np.abs(target - _blurred(target, _SIGMAS[-1])) > _INK))
    chosen = np.flatnonzero(ink)
    if len(chosen) < _FEW:
        return None
    chosen = chosen[:: len(chosen) // _SAMPLES + 1]
    columns = np.stack([*(each.ravel()[chosen] for each in terms), np.ones(len(chosen), np.float32)], axis=1)
    design, wanted = columns.astype(np.float64), target.ravel()[chosen].astype(np.float64)
    kept = np.ones(len(chosen), np.bool_)
    weights = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        mine = design[kept]
        weights = np.linalg.solve(mine.T @ mine / len(mine) + np.eye(len(weights)), mine.T @ wanted[kept] / len(mine))
        error = np.abs(wanted - design @ weights)
        # What is written otherwise must not bend the filter.
        kept = error < max(3.0, float(np.percentile(error, 95)))
    made = sum(
        (np.float32(weight) * term for weight, term in zip(weights, terms, strict=False)), np.float32(weights[-1])
    )
    return np.asarray(made, np.float32)


def _fine(picture: Values, there: Mask) -> float:
    return float((((picture - _blurred(picture, 1.0)) ** 2)[there]).mean())


def _variance(picture: Values) -> Values:
    soft = _blurred(picture, 0.8)
    return _mean(soft * soft) - _mean(soft) ** 2


def _mean(values: Values) -> Values:
    return np.asarray(cv2.boxFilter(values, -1, _WINDOW), np.float32)


def _blurred(values: Values, sigma: float) -> Values:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
