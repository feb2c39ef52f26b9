"""How coarsely a picture was once coded: the steps of a JPEG show in the pixels, whatever the file is now.

A PNG that was made of a JPEG, or a JPEG that was saved again in a finer quality, still has its block-wise DCT
coefficients near the multiples of the old steps (Fan and de Queiroz, "Identification of bitmap compression history",
2003). The trace is lost when a picture is resized, filtered or shifted against its 8 x 8 blocks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 8
_SEEN: Final = 8000
_MOST: Final = 1500
_FEWEST: Final = 60
_SAMPLES: Final = 25
_SHARP: Final = 0.35

# Row, column and step (ITU-T T.81, table K.1) of the lowest frequencies: the only ones with many large coefficients.
_LOWEST: Final = (
    *((0, 1, 11), (1, 0, 12), (2, 0, 14), (1, 1, 12), (0, 2, 10)),
    *((0, 3, 16), (1, 2, 14), (2, 1, 13), (3, 0, 14), (2, 2, 16)),
)
_MEAN_STEP: Final = 57.625
_COARSEST: Final = 121


def quantiser(luminance: NDArray[np.uint8]) -> float:
    """Estimate the mean of the JPEG luminance table that the picture went through, 1.0 where no trace shows.

    The scale is that of `Fingerprint.luma_quantiser`: the steps that are found for ten low frequencies are compared
    with the standard table, whose mean is 57.6. The trace of the coarsest coding wins over finer ones after it.

    Args:
        luminance: (height, width), every pixel of the picture.
    """
    blocks = _blocks(luminance)
    if len(blocks) < _FEWEST:
        return 1.0
    coefficients = np.abs(blocks @ _transform())
    shares = [_step(column) / each[2] for column, each in zip(coefficients.T, _LOWEST, strict=True)]
    found = [share for share, each in zip(shares, _LOWEST, strict=True) if share * each[2] > 1]
    return max(1.0, float(np.median(shares)) * _MEAN_STEP) if 2 * len(found) > len(shares) else 1.0


def _blocks(luminance: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give the liveliest of many blocks, (count, 64); clipped ones are left out, for they are no multiples."""
    down, across = luminance.shape[0] // _BLOCK, luminance.shape[1] // _BLOCK
    whole = luminance[: down * _BLOCK, : across * _BLOCK].reshape(down, _BLOCK, across, _BLOCK)
    chosen = np.linspace(0, down * across - 1, min(_SEEN, down * across)).astype(int)
    blocks = whole[chosen // max(1, across), :, chosen % max(1, across), :].reshape(-1, _BLOCK * _BLOCK)
    darkest, lightest = blocks.min(axis=1, initial=255), blocks.max(axis=1, initial=0)
    spread = np.where((darkest > 0) & (lightest < 255), lightest - darkest, 0)
    liveliest = np.argsort(-spread.astype(np.int16), kind="stable")[:_MOST]
    kept: NDArray[np.float32] = blocks[liveliest[spread[liveliest] > 0]].astype(np.float32)
    return kept


def _transform() -> NDArray[np.float32]:
    """The basis functions of the DCT (T.81, A.3.3) of the chosen frequencies as columns, (64, 10)."""
    place = (2 * np.arange(_BLOCK) + 1) * np.pi / (2 * _BLOCK)
    waves = [np.full(_BLOCK, np.sqrt(0.125)), *(0.5 * np.cos(k * place) for k in range(1, _BLOCK))]
    return np.stack([np.outer(waves[u], waves[v]).ravel() for u, v, _ in _LOWEST], axis=1).astype(np.float32)


def _step(magnitudes: NDArray[np.float32]) -> float:
    """Find the largest step whose multiples the values cluster at; 1 where there is none.

    Values below half a step say nothing, because small ones are near zero without any coding. The smooth fall of the
    others speaks against every step, so a false one needs a real cluster.
    """
    values = np.sort(magnitudes)
    for step in range(min(_COARSEST, int(values[-_SAMPLES]) + 1), 1, -1):
        large = values[np.searchsorted(values, step / 2) :]
        needed = _SHARP + 1.5 / np.sqrt(max(1, len(large)))
        if len(large) >= _SAMPLES and float(np.cos(large * (2 * np.pi / step)).mean()) > needed:
            return float(step)
    return 1.0
