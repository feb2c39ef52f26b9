"""A picture of the index as a query: what is kept of it serves where nobody wants to read its file again."""

import numpy as np

from pictured.flow import Fingerprint
from pictured.looks import POINT, Look, Points, Probe
from pictured.matching.proving import FEATURE_SIDE, picture_of


def recalled(content: Fingerprint) -> Probe:
    """Make a probe of what is kept of a picture: one look, with few features, and none of its mirror image."""
    pixels = picture_of(content.thumb)
    kept = np.frombuffer(content.points, np.dtype(POINT))
    scale = max(pixels.shape) / FEATURE_SIDE
    places = np.empty((len(kept), 4), np.float32)
    for column, name in enumerate(("x", "y")):
        places[:, column] = (kept[name] + 0.5) * scale - 0.5
    places[:, 2] = 2.0 ** (kept["size"] / 16.0) * scale
    places[:, 3] = kept["angle"] * (360.0 / 256)
    points = Points(places, kept["word"][:, None], kept["signature"][:, None])
    look = Look((0.0, 0.0, 1.0, 1.0), pixels, np.frombuffer(content.phash, np.uint8), points, None)
    return Probe(content.digest, (content.width, content.height), (look,), content.marr)
