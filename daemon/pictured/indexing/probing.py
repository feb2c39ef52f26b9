"""A query picture to everything that is searched of it. Runs in worker processes."""

from pathlib import Path
from typing import Final

import numpy as np

from pictured.flow import Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.luminance import Luminance
from pictured.imaging.sizing import sized
from pictured.indexing.features import asked
from pictured.indexing.fingerprinting import ASKED_SIDE, decoded_file
from pictured.indexing.hashing import phash
from pictured.indexing.marr import marr_hash
from pictured.indexing.regions import regions
from pictured.looks import Box, Look, Probe

_LONG_SIDE: Final = 1280
_LOOK_SIDE: Final = 384


def probe(path: Path, stamp: Stamp, limits: DecodingLimits, *, marr: bool = False) -> Probe:
    """Look at the file that has this stamp: at all of it, and at each picture in it.

    Raises FileError only, as `fingerprinting.fingerprint` does.
    """
    digest, decoded = decoded_file(path, stamp, limits, ASKED_SIDE)
    left, top, right, bottom = decoded.box
    whole = decoded.luminance
    if max(whole.shape) > _LONG_SIDE:
        whole, (left, top) = sized(whole, _LONG_SIDE, decoded.box), (0.0, 0.0)
        right, bottom = float(whole.shape[1]), float(whole.shape[0])
    seen = looks(whole, (left, top, right, bottom))
    return Probe(digest, (decoded.width, decoded.height), seen, marr_hash(whole) if marr else None)


def looks(luminance: Luminance, box: Box) -> tuple[Look, ...]:
    """Give what is searched of a query picture, which lies in a box (in pixels) of its luminance: all of it first."""
    return tuple(_look(luminance, box, each) for each in (box, *regions(luminance)))


def _look(luminance: Luminance, whole: Box, part: Box) -> Look:
    pixels = sized(luminance, _LOOK_SIDE, part)
    left, top, right, bottom = whole
    width, height = right - left, bottom - top
    within = (part[0] - left) / width, (part[1] - top) / height, (part[2] - left) / width, (part[3] - top) / height
    points, mirrored = asked(pixels)
    return Look(within, pixels, np.frombuffer(phash(luminance, part), np.uint8), points, mirrored)
