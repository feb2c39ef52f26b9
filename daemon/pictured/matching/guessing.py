"""Which contents may be copies of a query, and how they would lie in it: by hashes and by local features."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.flow import Fingerprint
from pictured.looks import Box, Look, Probe
from pictured.matching.aligning import aligned
from pictured.matching.effort import PART_RADIUS, RADIUS
from pictured.matching.index import Searched
from pictured.matching.neighbours import Candidate
from pictured.matching.orienting import SIDE, Affine, hashes_of, product, turning

VOTED = 24
FEWEST = 3

_HOPELESS = 110
_WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """That a content is a copy of what a look shows, and how the one would lie in the other.

    affine     2 x 3, from the content to pixels of the look: from fractions of its width and height where a hash
               proposes it, else from pixels at a long side of 256
    inliers    features that agree, 0 where a hash proposes it
    distance   of the hashes, in bits; None where features propose it
    """

    content: int
    look: int
    affine: Affine
    inliers: int = 0
    distance: int | None = None


def guesses(probe: Probe, index: Searched, radius: int = RADIUS, part_radius: int = PART_RADIUS) -> list[Guess]:
    """Everything that hashes (within so many bits) and features propose, the most promising first."""
    proposed: list[Guess] = []
    for number, look in enumerate(probe.looks):
        # Of thousands of candidates, many lie in the same way.
        ways: dict[tuple[int, int], Affine] = {}
        for candidate in index.near(hashes(look), radius, part_radius):
            way = candidate.part, candidate.orientation
            if way not in ways:
                ways[way] = _of_candidate(candidate, index.parts[candidate.part], look)
            proposed.append(Guess(candidate.content, number, ways[way], distance=candidate.distance))
        for points, flipped in ((look.points, False), (look.mirrored, True)):
            for voted in index.voted(points, VOTED) if points is not None else ():
                alignment = aligned(voted.theirs, voted.ours)
                if alignment is not None and alignment.inliers >= FEWEST:
                    affine = _flipped(alignment.affine, look) if flipped else alignment.affine
                    proposed.append(Guess(voted.content, number, affine, alignment.inliers))
    proposed.sort(key=promise, reverse=True)
    return proposed


def unprompted(probe: Probe, number: int, content: Fingerprint) -> list[Guess]:
    """The guesses about one content that nothing proposed, by its hash alone."""
    found = []
    for place, look in enumerate(probe.looks):
        bits = np.bitwise_count(hashes(look) ^ np.frombuffer(content.phash, np.uint8)[None]).sum(axis=1)
        nearest = Candidate(number, int(bits.min()), int(bits.argmin()) + 1)
        affine = _of_candidate(nearest, _WHOLE, look)
        found.append(Guess(number, place, affine, distance=nearest.distance))
    return sorted(found, key=promise, reverse=True)


def promise(guess: Guess) -> float:
    """What a guess is worth, counted in features: a hash at 60 bits says about as much as 12 features."""
    return guess.inliers if guess.distance is None else (_HOPELESS - guess.distance) / 4


def hashes(look: Look) -> NDArray[np.uint8]:
    """The hash of a look in its eight orientations: uint8 (8, 32)."""
    turned = hashes_of(np.asarray(cv2.resize(look.pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8))
    # Where a picture is plain, the bits are rounding errors; only the hash made as the index's is sure to equal it.
    turned[0] = look.phash
    return turned


def _of_candidate(candidate: Candidate, part: Box, look: Look) -> Affine:
    """The map from fractions of the content to pixels of the look that equal hashes tell."""
    left, top, right, bottom = part
    width, height = right - left, bottom - top
    into_part = np.array([[1 / width, 0, -left / width], [0, 1 / height, -top / height]])
    high, wide = look.pixels.shape
    to_pixels = np.array([[wide, 0, -0.5], [0, high, -0.5]], np.float64)
    return product(to_pixels, product(turning(candidate.orientation), into_part))


def _flipped(affine: Affine, look: Look) -> Affine:
    """A map to the mirrored look as one to the look itself."""
    return product(np.array([[-1.0, 0, look.pixels.shape[1] - 1], [0, 1, 0]]), affine)
