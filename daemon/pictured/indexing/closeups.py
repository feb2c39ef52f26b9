"""Two copies at full resolution, for whoever compares them with their own eyes. Runs in worker processes."""

import io
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Stamp
from pictured.imaging.decoding import decode
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.preview import Closeup, Full, Tile
from pictured.imaging.previewing import encoded
from pictured.imaging.previewing import full as opened
from pictured.indexing.overlaying import View
from pictured.indexing.registering import Lie, registered

_SHORT_SIDE: Final = 512
_COARSE: Final = 384
_QUALITIES: Final = (90, 82, 74, 66)
_SHRINK: Final = 0.8
_SMALLEST: Final = 48
_WITHIN: Final = 0.9
_TEXTURE: Final = 0.25
_MARGIN: Final = 2

Values = NDArray[np.float32]


def full(path: Path, stamp: Stamp, limits: DecodingLimits, *, most: int) -> Full:
    """Give every pixel of the file that has this stamp; refuses one of more than `most` pixels with TooLarge.

    Raises FileError only: Changed, Vanished, Unreadable, Refused, Truncated, TooLarge.
    """
    view, image = _read(path, stamp, limits, most)
    bmp = io.BytesIO()
    image.convert("RGB").save(bmp, "BMP")
    return Full(bmp.getvalue(), *view.size)


def lie(best: tuple[Path, Stamp], copy: tuple[Path, Stamp], at: Lie, limits: DecodingLimits) -> Lie:
    """Correct how a copy lies on the best one (`registering.registered`). Raises as `full` does."""
    return registered(_view(*best, limits), _view(*copy, limits), at)


def closeup(
    best: tuple[Path, Stamp],
    copy: tuple[Path, Stamp],
    at: Lie,
    limits: DecodingLimits,
    *,
    side: int,
    most: int,
    pixels: int,
) -> Closeup:
    """Give the part in which two copies differ most, each at its own full resolution. Raises as `full` does.

    Args:
        best: path and stamp of the one that the part is cut from.
        copy: path and stamp of the other.
        at: how it lies on the best one.
        limits: what the pictures may declare.
        side: of the finer one of both tiles, in pixels, at most.
        most: bytes of both tiles together. Quality is given up first, then size, and never resolution.
        pixels: of a picture, at most.
    """
    first, ours = _read(*best, limits, pixels)
    second, theirs = _read(*copy, limits, pixels)
    at = registered(first, second, at)
    (wide, high), (width, height) = ours.size, theirs.size
    finer = max(1.0, float(np.sqrt(width * height / max(1e-9, abs(at[0] * at[3] - at[1] * at[2]) * wide * high))))
    across = side / finer
    while True:
        tile = min(wide, round(across)), min(high, round(across))
        left, top = _place(ours, theirs, at, tile)
        where = (left / wide, top / high, (left + tile[0]) / wide, (top + tile[1]) / high)
        box, on = _below(where, at, theirs.size)
        pieces = ours.crop((left, top, left + tile[0], top + tile[1])), theirs.crop(box)
        for quality in _QUALITIES:
            made = [Tile(encoded(each, quality), *each.size) for each in pieces]
            if sum(len(each.webp) for each in made) <= most:
                return Closeup(made[0], made[1], where, on)
        if across * _SHRINK < _SMALLEST:
            return Closeup(made[0], made[1], where, on)
        across *= _SHRINK


def _place(best: Image.Image, copy: Image.Image, at: Lie, tile: tuple[int, int]) -> tuple[int, int]:
    """Left and top of the part of the best one where the two differ most; where texture is, among equals."""
    scale = min(1.0, _COARSE / max(best.size))
    size = max(8, round(best.width * scale)), max(8, round(best.height * scale))
    ours = np.asarray(best.convert("RGB").resize(size, Image.Resampling.BOX, reducing_gap=2.0), np.float32)
    a, b, c, d, e, f = at
    linear = np.array([[a * size[0], c * size[0], e * size[0]], [b * size[1], d * size[1], f * size[1]]])
    small = copy.convert("RGB")
    small.thumbnail((2 * _COARSE, 2 * _COARSE), Image.Resampling.BOX, reducing_gap=2.0)
    onto = linear @ np.diag([1 / small.width, 1 / small.height, 1.0])
    # Middles of pixels are at halves in fractions, and at whole numbers for OpenCV.
    onto[:, 2] += onto[:, :2] @ np.array([0.5, 0.5]) - 0.5
    theirs = cv2.warpAffine(np.asarray(small, np.float32), onto, size, flags=cv2.INTER_LINEAR)
    there = cv2.warpAffine(np.ones(small.size[::-1], np.float32), onto, size, flags=cv2.INTER_NEAREST)
    shared: Values = np.asarray(there, np.float32)
    differing = np.abs(ours - np.asarray(theirs, np.float32)).mean(axis=2) * shared
    grey = ours.mean(axis=2)
    texture = np.abs(grey - cv2.blur(grey, (5, 5)))
    window = max(1, min(size[0], round(tile[0] * scale))), max(1, min(size[1], round(tile[1] * scale)))
    within = _means(shared, window)
    worth = _means(differing + _TEXTURE * texture * shared, window)
    worth[within < min(_WITHIN, float(within.max()))] = -1
    top, left = (int(each) for each in np.unravel_index(int(worth.argmax()), worth.shape))
    return min(best.width - tile[0], round(left / scale)), min(best.height - tile[1], round(top / scale))


def _means(values: Values, window: tuple[int, int]) -> Values:
    """The mean of every window, by its upper left corner."""
    wide, high = window
    summed = np.pad(values.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums = summed[high:, wide:] - summed[:-high, wide:] - summed[high:, :-wide] + summed[:-high, :-wide]
    return np.asarray(sums / (wide * high), np.float32)


def _below(
    where: tuple[float, float, float, float], at: Lie, size: tuple[int, int]
) -> tuple[tuple[int, int, int, int], Lie]:
    """The box of the copy, in its pixels, that lies under a part of the best one; and how that box lies on the part."""
    onto = np.array([[at[0], at[2], at[4]], [at[1], at[3], at[5]], [0, 0, 1]])
    left, top, right, bottom = where
    corners = np.linalg.inv(onto) @ np.array([[left, right, right, left], [top, top, bottom, bottom], [1, 1, 1, 1]])
    width, height = size
    low = np.floor(corners[:2].min(axis=1) * size) - _MARGIN
    high = np.ceil(corners[:2].max(axis=1) * size) + _MARGIN
    box = (
        int(np.clip(low[0], 0, width - 1)),
        int(np.clip(low[1], 0, height - 1)),
        int(np.clip(high[0], 1, width)),
        int(np.clip(high[1], 1, height)),
    )
    box = (*box[:2], max(box[2], box[0] + 1), max(box[3], box[1] + 1))
    of_box = np.diag([(box[2] - box[0]) / width, (box[3] - box[1]) / height, 1.0])
    of_box[:2, 2] = box[0] / width, box[1] / height
    of_part = np.diag([1 / (right - left), 1 / (bottom - top), 1.0])
    of_part[:2, 2] = -left / (right - left), -top / (bottom - top)
    (a, c, e), (b, d, f) = (of_part @ onto @ of_box)[:2].tolist()
    return box, (a, b, c, d, e, f)


def _view(path: Path, stamp: Stamp, limits: DecodingLimits) -> View:
    with open_unchanged(path, stamp) as file:
        try:
            decoded = decode(file, limits, _SHORT_SIDE)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
    return View(decoded.luminance, decoded.box, (decoded.width, decoded.height))


def _read(path: Path, stamp: Stamp, limits: DecodingLimits, most: int) -> tuple[View, Image.Image]:
    with open_unchanged(path, stamp) as file:
        try:
            decoded, image = opened(file, limits, _SHORT_SIDE, most)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
    return View(decoded.luminance, decoded.box, (decoded.width, decoded.height)), image
