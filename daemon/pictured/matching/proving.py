"""From guesses about a content to what is proven of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.flow import Fingerprint, Kind, Transform
from pictured.looks import Probe
from pictured.matching.found import Found
from pictured.matching.guessing import Guess, hashes
from pictured.matching.judging import beside, confidence, judged
from pictured.matching.measuring import marr_distance, measures
from pictured.matching.orienting import Affine, product
from pictured.matching.transforming import placing_of, transform_of, within
from pictured.matching.verifying import Evidence, compared, unframed

FEATURE_SIDE = 256
"""Long side, in pixels, at which the features of a content lie."""

_WAYS = 3
_MOSTLY = 0.5
_AGREES = 0.9
_NEARLY_ALL = 0.75


def prove(probe: Probe, proposed: Sequence[Guess], content: Fingerprint) -> Found | None:
    """Compare a content with the query in the proposed ways, in their order; None where none proves anything."""
    if content.digest == probe.digest:
        return exactly(proposed[0].content)
    thumb = picture_of(content.thumb)
    inliers = {each.look: 0 for each in proposed}
    for each in proposed:
        inliers[each.look] = max(inliers[each.look], each.inliers)
    similar: _Examined | None = None
    moved = passing = False
    # What the whole query shows comes first: a part of a frame of a burst may well agree with the next frame.
    whole = [each for each in proposed if each.look == 0][:_WAYS]
    for guess in [*whole, *[each for each in proposed if each.look != 0][:_WAYS]]:
        seen = _examined(probe, guess, content, thumb, inliers[guess.look])
        if seen is None:
            continue
        if seen.kind is Kind.SIMILAR:
            similar = similar or seen
            moved |= seen.apart and seen.evidence.of_look > _MOSTLY
            passing |= seen.apart and seen.beside and seen.evidence.of_look > _MOSTLY
        elif guess.look == 0 or not moved or (not passing and seen.evidence.of_copy > _NEARLY_ALL):
            return _found(probe, content, thumb, seen)
    return None if similar is None else _found(probe, content, thumb, similar)


def exactly(content: int) -> Found:
    """What equal bytes prove."""
    equal = {"mse": 0.0, "ssim": 1.0, "norm1": 0.0, "quadratic_chi": 0.0, "correlation": 1.0}
    return Found(content, Kind.EXACT, 1.0, Transform(), measures=equal | {"phash_distance": 0.0, "confidence": 1.0})


@dataclass(frozen=True, slots=True, eq=False)
class _Examined:
    """What came of one guess.

    fractions   2 x 3, from fractions of the copy to fractions of the query
    apart       whether the whole query agrees with the copy, but as frames of one scene do
    beside      whether that is because each shows something that the other does not
    """

    guess: Guess
    inliers: int
    evidence: Evidence
    fractions: Affine
    transform: Transform
    kind: Kind
    apart: bool
    beside: bool


def _examined(
    probe: Probe, guess: Guess, content: Fingerprint, thumb: NDArray[np.uint8], inliers: int
) -> _Examined | None:
    """Compare in one of the proposed ways; None where that proves nothing."""
    look = probe.looks[guess.look]
    evidence = compared(thumb, look.pixels, _from_thumb(guess, thumb.shape), rough=guess.distance is not None)
    if evidence is None:
        return None
    fractions = within(look.box, evidence.affine, look.pixels.shape, thumb.shape)
    transform = transform_of(fractions, probe.size, (content.width, content.height))
    placing = placing_of(transform, fractions, look.box)
    kind = judged(evidence, inliers, guess.distance, placing)
    if kind is None:
        return None
    apart = guess.look == 0 and kind is Kind.SIMILAR and evidence.middle > _AGREES
    return _Examined(guess, inliers, evidence, fractions, transform, kind, apart, beside(evidence, placing))


def _found(probe: Probe, content: Fingerprint, thumb: NDArray[np.uint8], seen: _Examined) -> Found:
    evidence, look = seen.evidence, probe.looks[seen.guess.look]
    bits = np.bitwise_count(hashes(look) ^ np.frombuffer(content.phash, np.uint8)[None]).sum(axis=1)
    sure = confidence(evidence)
    values = asdict(measures(*evidence.frames))
    values |= {"phash_distance": float(bits.min()), "inliers": float(seen.inliers), "confidence": sure}
    if probe.marr is not None and content.marr is not None:
        values["marr_distance"] = float(marr_distance(probe.marr, content.marr))
    bare = unframed(thumb)
    return Found(
        content=seen.guess.content,
        kind=seen.kind,
        confidence=sure,
        transform=seen.transform,
        shown=round(abs(float(np.linalg.det(seen.fractions[:, :2]))) * bare, 4),
        alike=round(evidence.alike, 3),
        framed=1 - bare,
        measures={name: round(value, 4) for name, value in values.items()},
    )


def picture_of(thumb: bytes) -> NDArray[np.uint8]:
    """The luminance that a thumb holds, uint8 (h, w)."""
    return np.asarray(cv2.imdecode(np.frombuffer(thumb, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _from_thumb(guess: Guess, shape: tuple[int, ...]) -> Affine:
    """The guessed map from pixels of the thumb, (h, w), to pixels of the look."""
    height, width = shape
    if guess.distance is None:
        scale = FEATURE_SIDE / max(shape)
        to_frame = np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5]])
    else:
        to_frame = np.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height]])
    return product(guess.affine, to_frame)
