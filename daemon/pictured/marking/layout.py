"""Which waves carry what: the mark is a periodic tile, a sum of plane waves with whole numbers of cycles in it.

    tile       128 x 128 pixels of the reference picture, whose long side has at most 800 pixels
    waves      the (k1, k2) of the right half plane with 6 <= |k| <= 28 cycles a tile
    pilots     16 of them with known phases, spread in direction and in frequency, from which the reader learns how
               the picture was turned, scaled and cut
    data       the others, each with two real dimensions (cosine and sine); the coded bits are spread over them in an
               order that the secret gives, and begin anew where dimensions are left

Version 1 of the mark: the labels of all streams begin with "1 ".
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pictured.marking.stream import Stream

TILE = 128
LONG_SIDE = 800
PILOTS = 16
TILT = 0.4

_LOW, _HIGH = 6, 28
_BANDS = ((81, 130), (131, 207), (208, 331), (332, 529))

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The waves of the mark of one secret.

    pilots        (16, 2) whole cycles a tile, across and down, k1 >= 0
    phases        (16,) radians
    data          (n, 2) like pilots
    order         (2 n,) the place of each dimension among the coded bits, which repeat; all cosines, then all sines
    """

    pilots: Ints
    phases: Floats
    data: Ints
    order: Ints


@lru_cache(maxsize=8)
def layout_of(secret: bytes) -> Layout:
    """Give the layout that belongs to a secret."""
    waves = _waves()
    chosen = _pilots(waves, secret)
    data = np.delete(waves, chosen, axis=0)
    return Layout(
        waves[chosen],
        Stream(secret, "1 phases").phases(PILOTS),
        data,
        Stream(secret, "1 order").order(2 * len(data)),
    )


def radii(waves: Ints) -> Floats:
    """Give the frequencies |k| of waves (n, 2), in cycles a tile."""
    return np.hypot(waves[:, 0], waves[:, 1])


def tilted(waves: Ints) -> Floats:
    """Give the usual amplitudes of waves: higher ones are stronger, as pictures hold less there."""
    return (radii(waves) / 15) ** TILT


def _waves() -> Ints:
    every = ((k1, k2) for k1 in range(_HIGH + 1) for k2 in range(-_HIGH, _HIGH + 1))
    return np.array([(k1, k2) for k1, k2 in every if _LOW**2 <= k1 * k1 + k2 * k2 <= _HIGH**2 and (k1 or k2 > 0)])


def _pilots(waves: Ints, secret: bytes) -> list[int]:
    """Choose one wave of each of 16 sectors of 11.25 degrees, four in each of four bands of frequency."""
    squared = (waves**2).sum(axis=1)
    sector = np.floor(np.arctan2(waves[:, 1], waves[:, 0]) / np.pi * PILOTS + 1e-9).astype(int) % PILOTS
    bands = Stream(secret, "1 bands").order(PILOTS) % len(_BANDS)
    words = Stream(secret, "1 pilots").words(PILOTS)
    chosen = []
    for place in range(PILOTS):
        low, high = _BANDS[bands[place]]
        fitting = np.flatnonzero((sector == place) & (squared >= low) & (squared <= high))
        chosen.append(int(fitting[int(words[place]) % len(fitting)]))
    return chosen
