"""What the evidence is worth: a copy, something similar, or nothing. Pure.

Photographs are judged by most of their tiles, so that a caption may cover some. What is mostly plain (pages, charts,
logos, icons, skies) is judged by all of them: two pages of one letterhead agree in most tiles, and only in those that
differ are they told apart. What agrees but for a motion, or shows a little of what the other does not on both sides,
is a frame of the same scene and no copy.
"""

from dataclasses import dataclass

from pictured.flow import Kind
from pictured.matching.verifying import Evidence


@dataclass(frozen=True, slots=True)
class Placing:
    """How a query and a copy lie on each other.

    turned         degrees by which the query is turned against the copy, 0 to 180; 180 where it is mirrored
    beyond_copy    how far the query reaches beyond the copy, as a fraction of the copy's side; below 0 within it
    beyond_query   how far the copy reaches beyond the query, as a fraction of the query's side
    """

    turned: float
    beyond_copy: float
    beyond_query: float


def judged(evidence: Evidence, inliers: int, distance: int | None, placing: Placing) -> Kind | None:
    """Say what the comparison of two pictures proves; None where it proves nothing.

    Args:
        evidence: of the aligned pair.
        inliers: local features that agree.
        distance: of the perceptual hashes, in bits, where they proposed the pair.
        placing: how the two lie on each other.
    """
    if evidence.drift > (_ROUGH_DRIFT if distance is not None else _DRIFT) or evidence.textured < _FEWEST:
        return None
    if not agrees(evidence, inliers):
        return Kind.SIMILAR if _resembles(evidence, inliers) else None
    if beside(evidence, placing) or _moves(evidence, placing):
        return Kind.SIMILAR
    whole = evidence.of_copy > _WHOLE and evidence.of_look > _WHOLE and evidence.alike > _ALL
    return Kind.SAME if whole and placing.turned < _TURNED else Kind.EDITED


def confidence(evidence: Evidence) -> float:
    """0 to 0.99 from the tiles: the mean of their median and lower quartile."""
    return round(min(0.99, max(0.0, (evidence.middle + max(evidence.low, 0.0)) / 2)), 3)


_ROUGH_DRIFT = 14.0
_DRIFT = 9.0
_FEWEST = 8
_LITTLE = 24
_MUCH = 36
_FEATURED = 8
_MOSTLY = 0.85
_WHOLE = 0.93
_ALL = 0.9
_TURNED = 1.0
_STRAIGHT = 3.0


def agrees(evidence: Evidence, inliers: int) -> bool:
    """Whether the pixels agree, as those of a copy and those of frames of one scene do."""
    structure = evidence.strong >= 16 and evidence.lowest > 0.8 and evidence.peak < 0.1
    if structure and evidence.textured >= _LITTLE and evidence.correlation > 0.99 and evidence.middle > 0.6:
        # Coarse coding and noise spoil the tiles that show little, and leave the others.
        return True
    if evidence.textured < _LITTLE or evidence.ground > 0.25:
        nearly = inliers >= 30 and evidence.alike > 0.85 and evidence.correlation > 0.9 and evidence.ground < 0.4
        return _agrees_everywhere(evidence) or (nearly and evidence.textured >= _LITTLE and evidence.middle > 0.85)
    if inliers >= 30 and evidence.middle > 0.85 and evidence.alike > 0.6:
        return True
    toned = evidence.textured >= 40 and evidence.drift < 3 and evidence.correlation > 0.985
    if toned and evidence.middle > (0.6 if inliers >= 8 else 0.75) and evidence.low > 0.25:
        return True
    many = inliers >= 16 and evidence.ground < 0.2
    if many and evidence.correlation > 0.955 and evidence.middle > 0.83 and evidence.low > 0.7:
        return True
    if evidence.textured >= 30 and evidence.correlation > 0.99 and evidence.alike > 0.97 and evidence.low > 0.85:
        return evidence.middle > 0.88
    if inliers < _FEATURED and evidence.textured < _MUCH and min(evidence.of_copy, evidence.of_look) < _MOSTLY:
        # Any two skies have a part that may be laid on the other so that the little they show agrees.
        return False
    sure = evidence.correlation > 0.93 or (inliers >= 20 and evidence.alike > 0.7)
    return sure and evidence.middle > 0.93 and evidence.low > 0.55


def _agrees_everywhere(evidence: Evidence) -> bool:
    """What holds for pages, charts, logos, icons and skies: most of two different ones may be the same."""
    everywhere = evidence.lowest > 0.8 and evidence.peak < 0.15 and evidence.middle > 0.9
    if evidence.textured < _LITTLE:
        # Two sunsets become one when the one is laid on the other: these have to lie there already.
        still = evidence.of_copy > 0.97 and evidence.of_look > 0.97 and evidence.drift < 1.5 and evidence.shift < 0.15
        return (
            everywhere
            and still
            and evidence.middle > 0.97
            and evidence.low > 0.95
            and evidence.peak < (0.12 if evidence.drift < 0.5 else 0.06)
        )
    return everywhere and evidence.low > 0.85 and evidence.alike > 0.9 and evidence.correlation > 0.95


def _resembles(evidence: Evidence, inliers: int) -> bool:
    return evidence.middle > 0.8 and (inliers >= 8 or evidence.low > 0.5)


def beside(evidence: Evidence, placing: Placing) -> bool:
    """Whether each picture shows something that the other does not, as two frames of a moving camera do."""
    # A camera that takes a burst is not turned, but a picture is, on its own canvas.
    return placing.turned < _STRAIGHT and min(placing.beyond_copy, placing.beyond_query) > _overhang(evidence)


def _overhang(evidence: Evidence) -> float:
    """How exactly the edges of the two pictures are known: of a poor one, less so."""
    return 0.006 if evidence.low > 0.95 else 0.009 if evidence.low > 0.85 else 0.012


def _moves(evidence: Evidence, placing: Placing) -> bool:
    """Whether something moved between the two, and not only an encoder or a pen was at work.

    Frames of a burst have nearly the same frame and the same tones, and little is drawn over them: where that is not
    so, other reasons for a difference are more likely, and the motion must be plainer.
    """
    plainer = 0.045
    if evidence.tones < 0.995 or min(evidence.of_copy, evidence.of_look) < 0.8:
        plainer = 0.12
    if evidence.alike < 0.93:
        plainer = 0.16
    if placing.turned > _STRAIGHT:
        plainer = 0.3
    moved = evidence.explained > 0.28 and evidence.shift > 0.15 and evidence.explained * evidence.shift > plainer
    elsewhere = evidence.displaced > 0.24 and evidence.peak > 0.065 and placing.turned < _STRAIGHT
    return moved or evidence.shift > 0.38 or elsewhere
