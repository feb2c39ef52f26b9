"""Local features: distinctive spots of a picture that are found again in a part, a turned or an enlarged copy of it.

SIFT (Lowe 2004, as in OpenCV) with RootSIFT descriptors (Arandjelovic and Zisserman 2012). Of a library picture the
strongest are kept, well spread; of a query many more are looked up.
"""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.indexing.vocabulary import vocabulary
from pictured.looks import POINT, Box, Points

KEPT_SIDE: Final = 256
"""Long side, in pixels, that the places of the features of a library picture refer to."""

_LEAST_SIDE = 160
_ASKED = 400
_CANDIDATES = 300
_SPREAD = 8
_CONTRAST = 0.02
_SMALLEST = 16
_WORDS_ASKED = 3
_MIRRORED = np.arange(128).reshape(4, 4, 8)[::-1, :, (-np.arange(8)) % 8].reshape(-1)
"""Where the numbers of a descriptor go when its picture is mirrored: the 4 x 4 cells swap sides, the 8 directions turn
the other way."""

Luminance = NDArray[np.uint8]
Descriptors = NDArray[np.float32]
Places = NDArray[np.float32]


def kept_side(box: Box) -> int:
    """Give the long side, in pixels, at which the features of what lies in a box are found.

    A small picture is not enlarged to `KEPT_SIDE`: nothing is gained by it, and it takes twice the time.
    """
    left, top, right, bottom = box
    return min(KEPT_SIDE, max(_LEAST_SIDE, round(right - left), round(bottom - top)))


def kept(luminance: Luminance, most: int) -> bytes:
    """Give the features to keep of a picture (uint8, (h, w)), whose long side is `kept_side`, as `looks.POINT` records.

    At most one feature for each 8 x 8 pixels of a picture of `KEPT_SIDE`, the strongest first.
    """
    if min(luminance.shape) < _SMALLEST:
        return b""
    detector = _detector(_CANDIDATES)
    spots = detector.detect(luminance, None)
    strongest, places = _strongest(spots, _CANDIDATES)
    scale = KEPT_SIDE / max(luminance.shape)
    places[:, :2] = (places[:, :2] + 0.5) * scale - 0.5
    places[:, 2] *= scale
    chosen = _spread(places, most)
    if not len(chosen):
        return b""
    # Only what is kept is described; it comes out the same as where all are.
    places, found = places[chosen], detector.compute(luminance, [spots[each] for each in strongest[chosen]])[1]
    words, signatures = vocabulary().assign(_rooted(found), 1)
    points = np.zeros(len(places), np.dtype(POINT))
    points["word"], points["signature"] = words[:, 0], signatures[:, 0]
    points["x"], points["y"] = np.clip(np.rint(places[:, :2]), 0, 255).T
    points["size"] = np.clip(np.rint(np.log2(np.maximum(places[:, 2], 1)) * 16), 0, 255)
    points["angle"] = np.rint(places[:, 3] / 360 * 256) % 256
    return points.tobytes()


def asked(luminance: Luminance) -> tuple[Points, Points]:
    """Give the features of a look (uint8, (h, w)) and those of its mirror image (left to right)."""
    places, descriptors = described(luminance, _ASKED)
    across = places.copy()
    across[:, 0] = luminance.shape[1] - 1 - places[:, 0]
    across[:, 3] = (180 - places[:, 3]) % 360
    words = vocabulary()
    upright = Points(places, *words.assign(descriptors, _WORDS_ASKED))
    return upright, Points(across, *words.assign(descriptors[:, _MIRRORED], _WORDS_ASKED))


def described(luminance: Luminance, most: int) -> tuple[Places, Descriptors]:
    """Give the strongest features: places float32 (n, 4) and RootSIFT descriptors float32 (n, 128), strongest first."""
    if min(luminance.shape) < _SMALLEST:
        return np.empty((0, 4), np.float32), np.empty((0, 128), np.float32)
    spots, found = _detector(most).detectAndCompute(luminance, None)
    strongest, places = _strongest(spots, most)
    return places, _rooted(found[strongest]) if spots else np.empty((0, 128), np.float32)


def _detector(most: int) -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=most, contrastThreshold=_CONTRAST, enable_precise_upscale=True)


def _strongest(spots: Sequence[cv2.KeyPoint], most: int) -> tuple[NDArray[np.intp], Places]:
    """Give which features are the strongest, the strongest first, and where they are."""
    if not spots:
        return np.empty(0, np.intp), np.empty((0, 4), np.float32)
    shapes = np.array([(spot.size, spot.angle, spot.response) for spot in spots], np.float32)
    strongest = np.argsort(-shapes[:, 2], kind="stable")[:most]
    return strongest, np.hstack((cv2.KeyPoint.convert(spots), shapes[:, :2]))[strongest]


def _rooted(descriptors: NDArray[Any]) -> Descriptors:
    found = np.asarray(descriptors, np.float32)
    rooted: Descriptors = np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9))
    return rooted


def _spread(places: Places, most: int) -> NDArray[np.intp]:
    across, down = (places[:, :2] // _SPREAD).astype(int).T
    _, first = np.unique(across + down * (KEPT_SIDE // _SPREAD), return_index=True)
    return np.sort(first)[:most]
