"""The proof: are these two aligned pictures the same picture? A candidate only proposes.

What both pictures show is brought into one frame of 96 x 96 values. The alignment is made exact by an affine ECC search
(Evangelidis and Psarakis 2008, as in OpenCV), then the frame is compared tile by tile: in each of 8 x 8 tiles the plane
through the values is taken away, so that gradients prove nothing, and what is left must correlate. `Evidence` says what
the comparison showed, `judging` what it is worth.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pictured.matching.orienting import Affine, inverse, product
from pictured.matching.tiling import displaced, flattened, ground, motion, peak, tiles, untiled
from pictured.matching.warping import (
    FRAME,
    Mask,
    Overlap,
    Pair,
    Values,
    blurred,
    inside,
    overlap,
    refined,
    softened,
    tone_curve,
    warped,
)

_TEXTURE = 1.0
_UNLIKE = 0.8
_STEADY = 0.9
_STRONG = 4.0
_SUSPECT = 0.2
_CONVINCING = 0.9
_ALL_BUT_A_FEW = 0.97
_ABOUT_AS_GOOD = 0.03
_FLAT = 2.0

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the comparison of an aligned pair showed.

    affine       2 x 3, from pixels of the copy's thumb to pixels of the look
    correlation  Pearson correlation of the whole overlap, -1 to 1
    middle       median of the tiles' correlations, -1 to 1
    low          their lower quartile
    worst        their 5th percentile
    alike        share of the textured tiles that correlate by more than 0.7
    textured     number of tiles, of 64, that lie in the overlap and show texture in either picture
    shift        how far the tiles seem to have moved against each other, root mean square in pixels of the frame
    explained    share of the tiles' difference that such shifts explain, 0 to 1
    displaced    share of what differs that is found again up to 6 pixels further off, by one way, 0 to 1
    tones        correlation of the quantiles of both pictures: 1 where they differ by brightness and contrast only
    ground       largest share of the copy that has one tone, 0 to 1: paper, or a plain backdrop
    strong       number of tiles with much structure
    lowest       lowest correlation of such a tile, -1 to 1; 1 where there is none
    peak         largest difference of any spot, as a share of the range of tones
    drift        how far the search moved a corner of the frame from where it began, in pixels of the frame
    of_copy      share of the copy that lies in the look, 0 to 1
    of_look      share of the look that lies in the copy, 0 to 1
    frames       copy and look in the common frame, float32 (96, 96) each, and where both exist, bool (96, 96)
    """

    affine: Affine
    correlation: float
    middle: float
    low: float
    alike: float
    textured: int
    worst: float
    shift: float
    explained: float
    displaced: float
    tones: float
    ground: float
    strong: int
    lowest: float
    peak: float
    drift: float
    of_copy: float
    of_look: float
    frames: tuple[Values, Values, Mask]


def compared(copy: Picture, look: Picture, affine: Affine, *, rough: bool) -> Evidence | None:
    """Align two pictures from a first guess and compare them; None where nothing of them can be compared.

    Args:
        copy: uint8 (h, w), the thumb of a copy.
        look: uint8 (h, w), a part of a query.
        affine: 2 x 3, the guess, from pixels of the copy to pixels of the look.
        rough: whether the guess may be off by several pixels, as that of a hash is.
    """
    shared = overlap(copy.shape, look.shape, affine)
    if shared is None:
        return None
    extent = float(max(shared.framing[0, 0], shared.framing[1, 1]))
    base = warped(softened(copy.astype(np.float32), extent), shared.framing)
    begin = product(affine, shared.framing)
    stretch = np.linalg.svd(begin[:, :2], compute_uv=False)
    soft = softened(look.astype(np.float32), float(np.sqrt(stretch.prod())))
    # The search allows for another brightness and contrast, but not for another gamma.
    tone = tone_curve(warped(soft, begin), base, inside(look.shape, begin))
    soft = tone.applied(soft)
    # A small or poor picture shows nothing finer than its own pixels.
    sigma = max(1.0, 0.5 / max(float(stretch[0]), 1e-3), 0.5 / extent)
    pair = Pair(blurred(base, sigma), soft, begin, sigma, tone.straight)
    found = refined(pair, begin, rough=rough)
    if found is None and not rough:
        # Where the search loses its way among fine structures, half the size shows fewer of them.
        found = refined(pair, begin, rough=True)
    if found is None and rough:
        return None
    first = None if found is None else _shown(pair, shared, found)
    if first is not None and (first.evidence.explained > _SUSPECT or first.evidence.alike < _ALL_BUT_A_FEW):
        first = _better(first, _again(pair, shared, first))
    if first is None or (not rough and first.evidence.low < _CONVINCING):
        first = _better(first, _shown(pair, shared, begin))
    return None if first is None else first.evidence


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Evidence, the map from the frame to the look that it was found with, and where the pictures clearly agree."""

    evidence: Evidence
    warp: Affine
    steady: Mask


def _again(pair: Pair, shared: Overlap, shown: _Shown) -> _Shown | None:
    """Align and tone once more by what agrees: what was drawn over a picture draws the whole alignment with it."""
    if not shown.steady.any():
        return None
    tone = tone_curve(shown.evidence.frames[1], pair.base, shown.steady)
    cleared = replace(pair, look=tone.applied(pair.look))
    found = refined(cleared, shown.warp, rough=False, by=shown.steady)
    return None if found is None else _shown(cleared, shared, found)


def _better(one: _Shown | None, other: _Shown | None) -> _Shown | None:
    if one is None or other is None:
        return other if one is None else one
    mine, theirs = (each.evidence.middle + each.evidence.low for each in (one, other))
    if abs(theirs - mine) > _ABOUT_AS_GOOD:
        return other if theirs > mine else one
    return min(one, other, key=lambda each: each.evidence.explained)


def _shown(pair: Pair, shared: Overlap, warp: Affine) -> _Shown | None:
    base = pair.base
    laid, there = blurred(warped(pair.look, warp), pair.sigma), inside(pair.look.shape, warp)
    mine, theirs = flattened(tiles(base)), flattened(tiles(laid))
    spread = mine.std(axis=1), theirs.std(axis=1)
    textured = tiles(there).all(axis=1) & (np.maximum(*spread) > _TEXTURE)
    if not textured.any():
        return None
    correlations = ((mine * theirs).mean(axis=1) / np.maximum(spread[0] * spread[1], 0.05))[textured]
    unlike = textured.copy()
    unlike[textured] = correlations < _UNLIKE
    strong = textured & (np.maximum(*spread) > _STRONG)
    steady = textured.copy()
    steady[textured] = correlations > _STEADY
    contrast = (spread[0] / np.maximum(spread[1], 0.3))[:, None]
    shift, explained = motion(base, mine, theirs * contrast, steady)
    evidence = Evidence(
        affine=product(warp, inverse(shared.framing)),
        correlation=_correlation(base[there], laid[there]),
        middle=float(np.median(correlations)),
        low=float(np.percentile(correlations, 25)),
        worst=float(np.percentile(correlations, 5)),
        alike=float((correlations > 0.7).mean()),
        textured=int(textured.sum()),
        shift=shift,
        explained=explained,
        displaced=displaced(base, laid, unlike, there) if np.median(correlations) > _UNLIKE else 0.0,
        tones=pair.tones,
        ground=ground(base, there),
        strong=int(strong.sum()),
        lowest=float(correlations.min(where=strong[textured], initial=1.0)),
        peak=peak(base, laid, there),
        drift=_drift(pair.begin, warp),
        of_copy=shared.of_copy,
        of_look=shared.of_look,
        frames=(base, laid, there),
    )
    return _Shown(evidence, warp, there & untiled(steady))


def _drift(begin: Affine, warp: Affine) -> float:
    corners = np.array([[0, FRAME - 1, 0, FRAME - 1], [0, 0, FRAME - 1, FRAME - 1], [1, 1, 1, 1]], np.float64)
    return float(np.abs(np.linalg.inv(begin[:, :2]) @ (warp @ corners - begin @ corners)).max())


def _correlation(first: Values, second: Values) -> float:
    if not first.size or min(first.std(), second.std()) < 0.5:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def unframed(thumb: Picture) -> float:
    """Give the share of a picture, 0 to 1, that is left without borders: plain strips of one tone at opposite sides."""
    share = 1.0
    for picture in (thumb, thumb.T):
        plain = (picture.std(axis=1) < _FLAT) & (np.abs(picture.mean(axis=1) - picture[0].mean()) < _FLAT)
        if plain.all():
            return 1.0
        first, last = int(np.argmin(plain)), int(np.argmin(plain[::-1]))
        if min(first, last) > 1:
            share *= 1 - (first + last) / len(picture)
    return share
