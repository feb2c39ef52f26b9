"""The classic measures of two whole pictures, whether they have anything to do with each other or not."""

from collections.abc import Mapping
from dataclasses import asdict

import cv2
import numpy as np

from pictured.flow import Fingerprint
from pictured.looks import Probe
from pictured.matching.guessing import hashes
from pictured.matching.measuring import marr_distance, measures
from pictured.matching.proving import picture_of
from pictured.matching.scales import SCALES, Better, Measure
from pictured.matching.warping import FRAME


def unaligned(probe: Probe, content: Fingerprint, measure: Measure) -> float:
    """Give one measure of a query and a content as they are, both squeezed into the same square frame.

    Nothing that needs a proof is claimed: inliers and confidence are 0.
    """
    match measure:
        case Measure.INLIERS | Measure.CONFIDENCE:
            return 0.0
        case Measure.PHASH_DISTANCE:
            bits = np.bitwise_count(hashes(probe.looks[0]) ^ np.frombuffer(content.phash, np.uint8)[None])
            return float(bits.sum(axis=1).min())
        case Measure.MARR_DISTANCE:
            known = probe.marr is not None and content.marr is not None
            return float(marr_distance(probe.marr or b"", content.marr or b"")) if known else SCALES[measure].most
        case _:
            square = (FRAME, FRAME)
            first, second = (
                np.asarray(cv2.resize(each, square, interpolation=cv2.INTER_AREA), np.uint8)
                for each in (picture_of(content.thumb), probe.looks[0].pixels)
            )
            found: Mapping[str, float] = asdict(measures(first, second, np.ones(square, np.bool_)))
            return round(found[measure], 4)


def nearness(measure: Measure, value: float) -> float:
    """Give a number that is the larger the nearer two pictures are by a measure."""
    return value if SCALES[measure].better is Better.HIGHER else -value
