"""Which of several copies of one picture holds the most true detail. Runs in worker processes.

Numbers that a copy gives away freely (pixels, sharpness, the quality it was saved with) are what an enlarged,
sharpened or re-saved copy has more of than its source. Here copies are compared by what one holds and the other does
not (`predicting`), and by the coarsest coding that their pixels remember (`quantisation`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import log2, sqrt
from pathlib import Path
from typing import Final

import numpy as np

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Detail, Picture, Stamp
from pictured.imaging.fullsize import Fullsize, fullsize
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.laying import SMALLEST, Grid, Laid, grid_of, laid
from pictured.indexing.pairing import paired
from pictured.indexing.predicting import DEAD_BAND, Surplus, compared, predictor
from pictured.indexing.quantisation import quantiser
from pictured.indexing.resolving import resolves

PROVEN: Final = DEAD_BAND + 0.05
"""The least difference that is given where a rule decides and not the ratio alone."""

_LARGER: Final = 1.1
_MUCH_LARGER: Final = 3.2**2
_LARGER_MUST_SHOW: Final = 0.3
_SHARPENED: Final = 1.2
_SHARPENED_MUST_SHOW: Final = 0.35
_DOUBTFUL_MUST_SHOW: Final = 0.6
_COARSE: Final = 30.0
_FINER: Final = 0.7
_EQUAL: Final = 0.75


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that is proven to show the same whole picture as the others; its size upright, in pixels."""

    path: Path
    stamp: Stamp
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Held:
    """What is kept of a copy once its pixels are let go."""

    pixels: int
    quantiser: float
    colour: float
    laid: Laid | None


def details(pictures: Sequence[Picture], limits: DecodingLimits) -> tuple[Detail | None, ...]:
    """Do as `detail`, for pictures of the index."""
    return detail([Copy(each.path, each.stamp, each.content.width, each.content.height) for each in pictures], limits)


def detail(copies: Sequence[Copy], limits: DecodingLimits) -> tuple[Detail | None, ...]:
    """Compare copies of one picture, one number each; None for a file that cannot be read (any more).

    The pixels of one copy are held at a time, and less than 1 MB of each of the others.
    """
    order = sorted(range(len(copies)), key=lambda each: -copies[each].width * copies[each].height)
    grid: Grid | None = None
    held: dict[int, _Held] = {}
    for number in order:
        try:
            full = _read(copies[number], limits)
        except FileError:
            continue
        if grid is None and min(full.luminance.shape) >= SMALLEST:
            grid = grid_of(full.luminance)
        coarsest = max(full.luma_quantiser or 1.0, quantiser(full.luminance))
        lies = laid(full.luminance, grid) if grid else None
        held[number] = _Held(full.luminance.size, coarsest, full.colour, lies)
    richness = _richness({number: each for number, each in held.items() if each.laid})
    return tuple(
        Detail(richness.get(number), _quantiser(held[number], held.values()), held[number].colour)
        if number in held
        else None
        for number in range(len(copies))
    )


def _read(copy: Copy, limits: DecodingLimits) -> Fullsize:
    with open_unchanged(copy.path, copy.stamp) as file:
        try:
            return fullsize(file, limits)
        except FileError as error:
            raise type(error)(f"{shown(copy.path)} {error}") from error


def _quantiser(held: _Held, others: Iterable[_Held]) -> float:
    """Take the coarsest coding over copies with equal pixels: fine steps do not survive the rounding to RGB."""
    return max(each.quantiser for each in others if each is held or _equal(each, held))


def _equal(one: _Held, other: _Held) -> bool:
    if one.laid is None or other.laid is None or one.pixels != other.pixels:
        return False
    regions = [(a.pixels, b.pixels) for a, b in zip(one.laid.regions, other.laid.regions, strict=True)]
    if any(mine.shape != theirs.shape for mine, theirs in regions):
        return False
    return all(np.abs(mine.astype(np.int16) - theirs).mean() < _EQUAL for mine, theirs in regions)


def _richness(held: dict[int, _Held]) -> dict[int, float]:
    """Measure every copy against the richest, so that the numbers of any three are in order.

    The richest is found by letting each copy challenge the best so far; where only the coding tells two apart, the
    finer one is the better yardstick. Comparisons may run in a circle: then it is the copy that loses the least.
    """
    if not held:
        return {}

    @cache
    def advantage(one: int, other: int) -> float:
        return 0.0 if one == other else _advantage(held[one], held[other])

    best = next(iter(held))
    tried = [best]
    for number in (*held, *held):
        finer = held[number].quantiser < _FINER * held[best].quantiser
        if advantage(number, best) > (-DEAD_BAND if finer else DEAD_BAND):
            best = number
            tried.append(best)
    if tried.count(best) > 1:
        best = max(tried, key=lambda each: min(advantage(each, other) for other in held))
    return {number: advantage(number, best) for number in held}


def _advantage(one: _Held, other: _Held) -> float:
    """How much more one copy holds than the other, above 0 for more. Swapping them negates it.

    A larger copy has to show that its pixels hold something: an enlarged copy predicts as well as its source. So has a
    copy that looks like the other one sharpened, and one that looks like it with noise.
    """
    if one.laid is None or other.laid is None:
        return 0.0
    if one.pixels < other.pixels:
        return -_advantage(other, one)
    pair = paired(one.laid, other.laid)
    seen = compared(predictor(pair.larger), predictor(pair.smaller, pair.otherwise))
    share = one.pixels / other.pixels
    if share > _MUCH_LARGER:
        # At the size of so small a copy, a soft picture looks no better than it does.
        larger_holds = resolves(one.laid.regions, sqrt(share))
        return max(seen.ratio, PROVEN) if larger_holds else min(seen.ratio, -PROVEN)
    if share > _LARGER:
        doubtful = seen.first.amplification > _SHARPENED or one.quantiser > max(_COARSE, 1.5 * other.quantiser)
        needed = _DOUBTFUL_MUST_SHOW if doubtful else _LARGER_MUST_SHOW * min(1.0, log2(share))
        return max(seen.ratio, PROVEN) if seen.ratio > needed else min(seen.ratio, -PROVEN)
    if _made_of(seen.first, seen.ratio, other):
        return min(seen.ratio, -PROVEN)
    if _made_of(seen.second, -seen.ratio, one):
        return max(seen.ratio, PROVEN)
    return seen.ratio


def _made_of(surplus: Surplus, ratio: float, source: _Held) -> bool:
    """Whether a copy looks like the other one, edited to look richer. What coarse coding lost may look like noise."""
    noisy = surplus.noise and source.quantiser < _COARSE
    return noisy or (surplus.amplification > _SHARPENED and ratio < _SHARPENED_MUST_SHOW)
