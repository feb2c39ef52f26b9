"""From a picture to its proven copies: candidates -> verify -> Match.

The seam for other ways of matching: whatever proposes candidates and whatever proves them, a `Found` comes out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.flow import Fingerprint, Kind, Transform
from pictured.matching.neighbours import Candidate, Neighbours
from pictured.matching.orienting import ORIENTATIONS, hashes_of, oriented, picture_of

RADIUS = 104
MOST = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A content that is a proven copy of the query's content."""

    content: int
    kind: Kind
    confidence: float
    transform: Transform


def find(
    query: Fingerprint,
    neighbours: Neighbours,
    content_of: Callable[[int], Fingerprint],
    wanted: Callable[[int], bool],
    exact: int | None = None,
) -> Iterator[Found]:
    """The proven copies of a picture among the wanted contents, the nearest hash first.

    `exact` is the content with the very bytes of the query, where there is one: of a plain picture, thousands may be
    as near by their hash.

    At most 64 candidates within 104 of 256 bits are tried: photographs differ by 84 bits or more in the best of eight
    orientations, and no copy that this proof accepts was further away than 102.
    """
    if exact is not None and wanted(exact):
        yield Found(exact, Kind.EXACT, 1.0, Transform())
    near = (c for c in neighbours.near(_hashes(query), RADIUS) if c.content != exact and wanted(c.content))
    for candidate in _first(near, MOST):
        found = prove(query, candidate, content_of(candidate.content))
        if found is not None:
            yield found


def prove(query: Fingerprint, candidate: Candidate, content: Fingerprint) -> Found | None:
    """Compare a candidate with the query; None where they are not proven to be one picture."""
    if content.digest == query.digest:
        return Found(candidate.content, Kind.EXACT, 1.0, Transform())
    # OpenCV takes 35 ms to load, which a command that compares nothing need not pay.
    from pictured.matching.verifying import compared, confidence, proves  # noqa: PLC0415

    turned = oriented(picture_of(query.thumb), candidate.orientation)
    evidence = compared(picture_of(content.thumb), turned)
    if evidence is None or not proves(evidence, candidate.distance):
        return None
    transform = Transform(candidate.orientation, evidence.frame)
    upright = candidate.orientation == ORIENTATIONS[0]
    kind = Kind.SAME if upright and evidence.drift < 1.5 else Kind.EDITED
    return Found(candidate.content, kind, confidence(evidence), transform)


def candidate_for(query: Fingerprint, content: int, phash: bytes) -> Candidate:
    """The candidate that `find` would make of one given content, however far away it is."""
    bits = np.unpackbits(_hashes(query) ^ np.frombuffer(phash, np.uint8)[None, :], axis=1).sum(axis=1)
    nearest = int(bits.argmin())
    return Candidate(content, int(bits[nearest]), nearest + 1)


def _hashes(query: Fingerprint) -> NDArray[np.uint8]:
    hashes = hashes_of(query.thumb)
    # Where a picture is plain, the bits are rounding errors; only the stored hash is sure to equal that of a copy.
    hashes[0] = np.frombuffer(query.phash, np.uint8)
    return hashes


def _first(candidates: Iterable[Candidate], most: int) -> Iterator[Candidate]:
    for _, candidate in zip(range(most), candidates, strict=False):
        yield candidate
