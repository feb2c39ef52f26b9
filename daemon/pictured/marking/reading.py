"""Reading the mark: nothing is known but the secret, neither the original nor how the picture was changed since."""

import numpy as np
from numpy.typing import NDArray

from pictured.marking.aligning import Alignment, aligned
from pictured.marking.convolution import decode, encode
from pictured.marking.folding import heard
from pictured.marking.layout import LONG_SIDE, PILOTS, TILE, Layout, layout_of
from pictured.marking.luminance import reduced
from pictured.marking.marks import PUBLIC, Reading
from pictured.marking.message import CHECK_BITS, SIZES, length, unpacked
from pictured.marking.resampling import resized
from pictured.marking.searching import Hypothesis, hypotheses
from pictured.marking.spectrum import peaks
from pictured.marking.weighing import Heard, margin, soft
from pictured.marking.whitening import whitened

WORKING_SIDE = 1000
LIST = 64

Plane = NDArray[np.float32]
Floats = NDArray[np.float64]

_LEAST_SIDE = 48
_COARSE_SIDE = 600
_CLEAR = 7.5
_TRIED = 3
_LEAST_SCORES = {256: 5.8, 128: 5.0, 64: 4.6}
_COARSER = 1.08


def read(picture: NDArray[np.generic], secret: bytes = PUBLIC) -> Reading:
    """Read the mark in a picture: (h, w) or (h, w, 1 to 4), alpha last; uint8, uint16 or float 0 to 255.

    Whatever the picture's size, it is read at no more than 1000 pixels a side. Pictures with a side below 48 pixels
    hold nothing.
    """
    if min(picture.shape[:2]) < _LEAST_SIDE:
        return Reading(None)
    best = 0.0
    for side in (WORKING_SIDE, _COARSE_SIDE):
        if side < WORKING_SIDE and max(picture.shape[:2]) < 1.2 * side:
            break
        attempt = _Attempt(picture.shape, reduced(picture, side), layout_of(secret), secret)
        if reading := attempt.anywhere():
            return reading
        best = max(best, attempt.best)
    return Reading(None, confidence=float(np.clip((best - 7) / 2, 0, 0.99)))


def _untouched(even: Plane) -> list[Hypothesis]:
    """The guesses that a picture was neither cut nor scaled unevenly: as it is, turned by 90 degrees, mirrored."""
    scale = max(even.shape) / LONG_SIDE if max(even.shape) in (WORKING_SIDE, _COARSE_SIDE) else 1.0
    as_it_is, quarter, mirror = np.eye(2), np.array([[0.0, 1.0], [-1.0, 0.0]]), np.diag([-1.0, 1.0])
    return [Hypothesis(form / scale, 0.0) for form in (as_it_is, quarter, mirror, mirror @ quarter)]


class _Attempt:
    """The attempts to read one picture: how many keys were tested, and the best score of an alignment so far."""

    def __init__(self, shape: tuple[int, ...], plane: Plane, layout: Layout, secret: bytes) -> None:
        self._plane, self._even, self._layout, self._secret = plane, whitened(plane), layout, secret
        self._shrink = plane.shape[1] / shape[1], plane.shape[0] / shape[0]
        self._tested = 0
        self.best = 0.0

    def anywhere(self) -> Reading | None:
        """Read the mark wherever it may lie: what is clear at once, and the likeliest of the rest at the end."""
        doubtful = []
        for guess in [*hypotheses(peaks(self._even), self._layout), *_untouched(self._even)]:
            alignment = aligned(self._even, self._layout, guess.matrix, squeezed=guess.squeezed)
            if alignment.score < _CLEAR:
                doubtful.append(alignment)
            elif reading := self.at(alignment):
                return reading
        doubtful.sort(key=lambda each: -each.score)
        likely = (each for each in doubtful[:_TRIED] if each.score >= min(_LEAST_SCORES.values()))
        return next((reading for each in likely if (reading := self.at(each))), None)

    def at(self, alignment: Alignment) -> Reading | None:
        """Read the mark where an alignment says that it lies; keys of those sizes that such a score can carry."""
        self.best = max(self.best, alignment.score)
        voice = self._voice(alignment)
        for size in SIZES:
            if alignment.score < _LEAST_SCORES[size]:
                continue
            self._tested += LIST
            for bits in decode(soft(voice, self._layout, length(size)), LIST):
                if (key := unpacked(bits, self._secret)) is not None:
                    return self._told(key, bits, voice, alignment)
        return None

    def _voice(self, alignment: Alignment) -> Heard:
        """Hear all waves at the reference picture's own scale, where the picture is whitened as the embedder did it."""
        plane, at = self._even, alignment
        scale = 1 / np.sqrt(abs(np.linalg.det(alignment.matrix)))
        if scale > _COARSER:
            high, wide = (max(1, round(side / scale)) for side in self._plane.shape)
            step = np.diag([self._plane.shape[1] / wide, self._plane.shape[0] / high])
            near = whitened(resized(self._plane, high, wide))
            closer = aligned(near, self._layout, alignment.matrix @ step, settled=True)
            if closer.score > alignment.score - 1:
                plane, at = near, closer
        self.best = max(self.best, at.score)
        waves = np.concatenate([self._layout.pilots, self._layout.data])
        sums = heard(plane, waves, at.matrix) * np.exp((-2j * np.pi / TILE) * (waves @ at.shift))
        return Heard(sums[:PILOTS], sums[PILOTS:])

    def _told(self, key: bytes, bits: NDArray[np.uint8], voice: Heard, alignment: Alignment) -> Reading:
        back = np.linalg.inv(alignment.matrix @ np.diag(self._shrink))
        mirrored = bool(np.linalg.det(back) < 0)
        upright = back @ np.diag([-1.0 if mirrored else 1.0, 1.0])
        across, down = np.linalg.norm(upright, axis=0)
        angle = np.arctan2(upright[0, 1] - upright[1, 0], upright[0, 0] + upright[1, 1])
        return Reading(
            key,
            8 * len(key),
            margin(voice, self._layout, encode(bits), len(bits)),
            float(np.degrees(angle)),
            float(np.sqrt(across * down)),
            float(across / down),
            mirrored,
            1 - self._tested * 2.0**-CHECK_BITS,
        )
