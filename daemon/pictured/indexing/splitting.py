"""Cuts a sheet of pictures along straight lines from side to side: gaps of one colour, and seams without a gap."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pictured.indexing.framing import Box

_ROUNDS = 3
_SEGMENTS = 16
_NO_COLOUR = -1e3


def at_gaps(luminance: NDArray[np.uint8], least: int, tolerance: float) -> tuple[Box, ...]:
    """Cut along rows and columns of one plain colour, over and over (Nagy and Seth's XY-cut, 1984).

    The colour is the one that most of such lines have, so that a picture's own dark sky is no gap.

    Args:
        luminance: uint8, (height, width).
        least: pieces shorter than this many pixels on either side are left out.
        tolerance: how far from the gap's value noise may lie, in grey levels.
    """
    gap = _gap(luminance, tolerance)
    height, width = luminance.shape
    pieces: tuple[Box, ...] = ((0, 0, width, height),)
    for _ in range(_ROUNDS):
        fresh = []
        for box in pieces:
            for left, top, right, bottom in _bands(luminance, box, least, tolerance, gap):
                turned = _bands(luminance.T, (top, left, bottom, right), least, tolerance, gap)
                fresh += [(b, a, d, c) for a, b, c, d in turned]
        if tuple(fresh) == pieces:
            break
        pieces = tuple(fresh)
    return pieces


def at_seams(luminance: NDArray[np.uint8], least: int) -> tuple[Box, ...]:
    """Cut along the seams of pictures that touch each other: grids, and rows or columns of pictures.

    A seam is a line from side to side at which, in 16 segments of its length, the step from one pixel to the next is
    greater than the steps beside it.

    Args:
        luminance: uint8, (height, width).
        least: no piece is shorter than this many pixels on either side.
    """
    height, width = luminance.shape
    rows, columns = _seams(luminance, least), _seams(luminance.T, least)
    if not rows and columns:
        return tuple((b, a, d, c) for a, b, c, d in at_seams(luminance.T, least))
    boxes = []
    for top, bottom in pairwise([0, *rows, height]):
        across = columns if columns or not rows else _seams(luminance[top:bottom].T, least)
        boxes += [(left, top, right, bottom) for left, right in pairwise([0, *across, width])]
    return tuple(boxes)


def _bands(luminance: NDArray[np.uint8], box: Box, least: int, tolerance: float, gap: float) -> list[Box]:
    """The parts of a box between rows of the gap's colour."""
    left, top, right, bottom = box
    if right - left < least:
        return []
    mean, spread = _rows(luminance[top:bottom, left:right])
    between = (spread < 0.8 * tolerance) & (np.abs(mean - gap) < tolerance + 3)
    ends = np.flatnonzero(np.diff(np.concatenate([[True], between, [True]]))).tolist()
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return [(left, top + first, right, top + last) for first, last in pairs if last - first >= least]


def _rows(luminance: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each row."""
    values = np.ascontiguousarray(luminance, np.float32)
    mean = cv2.reduce(values, 1, cv2.REDUCE_AVG).ravel()
    square = cv2.reduce(values * values, 1, cv2.REDUCE_AVG).ravel()
    return np.asarray(mean, np.float32), np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)


def _gap(luminance: NDArray[np.uint8], tolerance: float) -> float:
    """The grey level of the gaps. Each run of plain lines has a vote, at the edge two, and a bit for its length."""
    votes = np.zeros(256)
    for view in (luminance, luminance.T):
        mean, spread = _rows(view)
        plain = np.flatnonzero(spread < 0.8 * tolerance)
        weight = 1.0 + 20 * (np.diff(plain, prepend=-2) > 1) + 20 * ((plain == 0) | (plain == len(mean) - 1))
        votes += np.bincount(mean[plain].astype(np.intp), weight, minlength=256)
    if not votes.any():
        return _NO_COLOUR
    best = int(np.convolve(votes, np.ones(7), "same").argmax())
    near = np.arange(max(0, best - 3), min(256, best + 4))
    return float(np.average(near, weights=votes[near])) + 0.5


def _seams(luminance: NDArray[np.uint8], least: int) -> list[int]:
    """The rows at which another picture begins."""
    height, width = luminance.shape
    if height < 2 * least + 16 or width < _SEGMENTS:
        return []
    part = np.ascontiguousarray(luminance)
    # An integral image sums the steps over the segments' lengths and, along the rows, over the neighbourhood at once.
    total = cv2.integral(cv2.absdiff(part[2:], part[:-2]))
    columns = np.linspace(0, width, _SEGMENTS + 1).astype(np.intp)
    total = (np.diff(total[:, columns], axis=1) / np.diff(columns)).astype(np.float32)
    at = np.arange(6, len(total) - 7)
    step = total[at + 1] - total[at]
    around = (total[at - 2] - total[at - 6] + total[at + 7] - total[at + 3]) / 8
    ratio = np.sort(step / (step + around + 2), axis=1)
    mean = ratio.mean(axis=1)
    score = np.zeros(height, np.float32)
    score[at + 1] = np.where((ratio[:, 2] > 0.5) & (mean > 0.64), mean, 0)
    score[:least] = score[height - least :] = 0
    rows = []
    while score.max() > 0:
        row = int(score.argmax())
        rows.append(row)
        score[max(0, row - least) : row + least + 1] = 0
    return sorted(rows)
