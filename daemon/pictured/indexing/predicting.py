"""Which of two aligned pictures predicts the other better. It is the one with more true detail.

Each picture is predicted by a least-squares combination of blurred versions of the other. What can be had by
filtering (a blur, an enlargement, sharpening) leaves next to no residual; detail that the other picture does not hold
cannot be predicted by any filter. Of a picture and its enlarged or sharpened copy, the first predicts the second well
and the second the first badly, however sharp the second looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

DEAD_BAND: Final = 0.45
"""Log ratios below this prove nothing: two JPEG codings of one picture reach it in either direction."""

MARGIN: Final = 8
"""Pixels around a patch that only serve the blurs."""

Patch = NDArray[np.float32]

_SIGMAS: Final = (0.5, 0.8, 1.2, 1.8, 2.7, 4.0)
_BLOCK: Final = 8
_BINS: Final = 6
_RIDGE: Final = 1e-5
_CODING_NOISE: Final = 1.0
_FLAT: Final = 0.9
_AUDIBLE: Final = 3.0
_EVEN: Final = 0.8
_WHITE: Final = 0.08
_UNCHANGED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Predictor:
    """A picture, ready to predict others and to be predicted.

    terms    (patches, side, side, terms), float32: the picture itself and what is derived from it
    fine     the band of sigma 0.8 to 1.8 pixels, (patches, side, side)
    coarse   the band of sigma 1.8 to 4 pixels, likewise
    """

    terms: Patch
    fine: Patch
    coarse: Patch


@dataclass(frozen=True, slots=True)
class Surplus:
    """What one picture has over another.

    amplification   gain of its fine band against the other's, over that of the coarse band: above 1 for a picture that
                    is the other one sharpened
    noise           whether what the other cannot predict of it is white noise, spread evenly, and more than the other's
    """

    amplification: float
    noise: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the mutual prediction of two pictures showed.

    ratio   log of the residual of the first from the second over that of the second from the first, each in units of
            its own fine band: above 0 where the first holds what the second does not
    """

    ratio: float
    first: Surplus
    second: Surplus


def predictor(patches: Sequence[Patch], otherwise: Sequence[Sequence[Patch]] = ()) -> Predictor:
    """Prepare patches of (side, side), values 0 to 255, the outer MARGIN of which is left out of the comparison.

    `otherwise` holds the same patches as other interpolations give them, for pictures that are enlarged to be compared:
    who enlarged the other copy may have used any.
    """
    terms, fine, coarse = [], [], []
    for number, patch in enumerate(patches):
        # Values around zero keep the sums of squares within what float32 can hold.
        values = (patch - 128).astype(np.float32)
        blurred = [_blurred(values, sigma) for sigma in _SIGMAS]
        across = cv2.Sobel(blurred[1], cv2.CV_32F, 1, 0) / 8
        down = cv2.Sobel(blurred[1], cv2.CV_32F, 0, 1) / 8
        # Small shifts, and a gain that varies with the tone.
        bent = [across, down, values * values / 2.56, values * (values - blurred[3]) / 128]
        more = [each[number] - 128 for each in otherwise]
        terms.append(np.stack([_core(each) for each in (values, *blurred, *bent, *more)], axis=-1))
        fine.append(_core(blurred[1] - blurred[3]))
        coarse.append(_core(blurred[3] - blurred[5]))
    return Predictor(np.stack(terms), np.stack(fine), np.stack(coarse))


def compared(first: Predictor, second: Predictor) -> Comparison:
    """Let two pictures predict each other; their patches show the same places. Swapping them negates the ratio."""
    structure = sum(_blocks(each.coarse**2) / max(_mean(each.coarse**2), 1e-6) for each in (first, second))
    order = np.argsort(structure)
    power = [max(_mean(each.fine**2), 1e-3) for each in (first, second)]
    floor = _CODING_NOISE / min(power)
    residuals = _residual(second, first), _residual(first, second)
    energies = [_blocks(each**2)[order] for each in residuals]
    ahead, behind = (_structured(each) / own + floor for each, own in zip(energies, power, strict=True))
    return Comparison(
        float(np.log(ahead / behind)),
        _surplus(first, second, residuals[0], energies),
        _surplus(second, first, residuals[1], energies[::-1]),
    )


def _residual(source: Predictor, target: Predictor) -> Patch:
    """What of `target` no filter can make of `source`, without its lowest frequencies."""
    count = source.terms.shape[-1]
    columns, wanted = source.terms.reshape(-1, count), target.terms[..., 0].ravel()
    ones = np.full(len(columns), 1 / len(columns), np.float32)
    means, middle = (ones @ columns).astype(np.float64), float(ones @ wanted)
    covariance = (columns.T @ columns).astype(np.float64) / len(columns) - np.outer(means, means)
    cross = (columns.T @ wanted).astype(np.float64) / len(columns) - means * middle
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-9))
    steady = covariance / np.outer(scale, scale) + _RIDGE * np.eye(count)
    weights = (np.linalg.solve(steady, cross / scale) / scale).astype(np.float32)
    left = wanted - middle - (columns @ weights - np.float32(means @ weights))
    shaped = left.reshape(target.fine.shape)
    return np.stack([each - _blurred(each, _SIGMAS[-1]) for each in shaped])


def _structured(energies: NDArray[np.float32]) -> float:
    """Take the part that is the same everywhere, which is noise, mostly out of a residual.

    Detail comes with structure, noise does not. `energies` are those of blocks, sorted by the structure in them.
    """
    even, mean = _even(energies), _mean(energies)
    return max(mean - _FLAT * even, 0.0) + (1 - _FLAT) * 1.5 * even


def _even(energies: NDArray[np.float32]) -> float:
    bins = np.array_split(energies, max(1, min(_BINS, len(energies) // 4)))
    return min(float(np.median(each)) for each in bins)


def _surplus(target: Predictor, source: Predictor, residual: Patch, energies: Sequence[NDArray[np.float32]]) -> Surplus:
    amplification = _gain(target.fine, source.fine) / max(_gain(target.coarse, source.coarse), 1e-3)
    mean = _mean(energies[0])
    echo = _mean(residual[:, :, 1:] * residual[:, :, :-1]) / max(_mean(residual**2), 1e-6)
    loud = mean > max(_AUDIBLE, _mean(energies[1]))
    noise = loud and _even(energies[0]) > _EVEN * mean and abs(echo) < _WHITE
    return Surplus(amplification, noise and abs(amplification - 1) < _UNCHANGED)


def _mean(values: NDArray[np.float32]) -> float:
    return float(values.mean())


def _gain(target: Patch, source: Patch) -> float:
    return float((target * source).sum() / max(float((source * source).sum()), 1e-3))


def _blurred(patch: Patch, sigma: float) -> Patch:
    return cv2.GaussianBlur(patch, (0, 0), sigma).astype(np.float32, copy=False)


def _core(patch: Patch) -> Patch:
    return patch[MARGIN:-MARGIN, MARGIN:-MARGIN]


def _blocks(energy: Patch) -> NDArray[np.float32]:
    count, side, _ = energy.shape
    across = side // _BLOCK
    whole = energy[:, : across * _BLOCK, : across * _BLOCK]
    means: NDArray[np.float32] = whole.reshape(count, across, _BLOCK, across, _BLOCK).mean(axis=(2, 4)).ravel()
    return means
