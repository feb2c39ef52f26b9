"""The regions of a query that may each be a picture: without a border, on a page or a screen, of a collage."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.indexing.framing import Box, framed
from pictured.indexing.grounds import Sheet, lying, part, pictorial, sheet
from pictured.indexing.splitting import at_gaps, at_seams

Support = tuple[float, ...]

_SHORTEST = 60
_SMALLEST = 0.014
_MOST = 12
_DEPTH = 2
_INSET = 6
_SAME = 0.88
_EQUAL = 0.97
_SHARP = 0.7
_DOUBTFUL = 0.7
_FULL = 0.8
_FEW = 0.25
_HIDDEN = 0.1
_SEAM = 0.7
"""What a piece between seams counts for, where a framed one counts by the support of its sides."""


@dataclass(frozen=True, slots=True)
class _Region:
    """A box, and for each of its sides that is not the edge of the whole how well it is supported, 0 to 1."""

    box: Box
    support: Support
    depth: int

    @property
    def rank(self) -> float:
        """Larger regions with better sides come first, what lies within them later."""
        trust = _mean(self.support) if self.support else _SEAM
        return max(trust, 0.4) * math.pow(0.6, self.depth) * math.sqrt(_area(self.box))


def regions(luminance: NDArray[np.uint8]) -> tuple[Box, ...]:
    """Find the picture regions of a query, the best first, at most 12; the whole itself is none of them.

    A region is at least 60 pixels a side and 1.4 % of the area. Of a plain photograph there is usually none.

    Args:
        luminance: uint8, (height, width), long side about 512 to 1100 pixels.

    Returns:
        Left, top, right and bottom in pixels, right and bottom outside.
    """
    height, width = luminance.shape
    if min(height, width) < _SHORTEST:
        return ()
    prepared = sheet(luminance)
    whole = _Region((0, 0, width, height), (), -1)
    found: list[_Region] = []
    waiting = [whole]
    while waiting:
        parent = waiting.pop()
        for child in _within(luminance, prepared, parent):
            if any(_overlap(child.box, other.box) > _SAME for other in found if other != parent):
                continue
            nearly = parent in found and _overlap(child.box, parent.box) > _SAME
            better = nearly and sum(child.support) >= sum(parent.support) + 0.1
            if _overlap(child.box, parent.box) > _EQUAL and not better:
                continue
            # A picture in a thin frame: both the frame and the picture in it may be what is looked for.
            if nearly and not better and min(child.support, default=0.0) < _SHARP:
                continue
            left, top, right, bottom = child.box
            around = max(0, left - 4), max(0, top - 4), right + 4, bottom + 4
            if not pictorial(part(prepared, around)):
                continue
            if better:
                found.remove(parent)
            found.append(child)
            if child.depth < _DEPTH:
                waiting.append(child)
    found.sort(key=lambda region: -region.rank)
    return tuple(region.box for region in found[:_MOST])


def _within(luminance: NDArray[np.uint8], prepared: Sheet, parent: _Region) -> Iterator[_Region]:
    height, width = luminance.shape
    least = max(_SMALLEST * height * width, _SHORTEST**2)
    for box, support in _proposed(luminance, prepared, parent):
        left, top, right, bottom = box
        if min(right - left, bottom - top) >= _SHORTEST and _area(box) >= least:
            yield _Region(box, support, parent.depth + 1)


def _proposed(luminance: NDArray[np.uint8], prepared: Sheet, parent: _Region) -> Iterator[tuple[Box, Support]]:
    """Boxes within a region, and the support of its sides."""
    left, top, right, bottom = parent.box
    outermost = parent.depth < 0
    # A region may have an outline of a pixel or two, which would hide the ground within.
    inset = 0 if outermost else _INSET
    inner = left + inset, top + inset, right - inset, bottom - inset
    within = part(prepared, inner)
    pieces = [_doubled(piece, inner) for piece in at_gaps(within.half, _SHORTEST // 2, prepared.tolerance)]
    several = len(pieces) > 1
    ground = lying(within)
    boxes = [(_doubled(box, inner), fill > _FULL) for box, fill in zip(ground.boxes, ground.fills, strict=True)]
    if not several:
        boxes = [(piece, False) for piece in pieces if piece != inner] + boxes
    easily = outermost or (bool(parent.support) and _mean(parent.support) < _DOUBTFUL)
    weakest, mean = (0.15, 0.45) if easily else (0.35, 0.65)
    sure = []
    for box, full in boxes:
        frame = framed(luminance, box, prepared.tolerance)
        if not frame.support:
            continue
        supported = min(frame.support) >= weakest and _mean(frame.support) >= mean
        # Close to text and askew, a picture has no plain column beside it, but it is still a full rectangle.
        if supported or (ground.plain and not several) or (easily and full and _mean(frame.support) > _FEW):
            sure.append(frame.box)
            yield frame.box, frame.support
    if several:
        for piece in pieces:
            if any(_overlap(piece, box) > _EQUAL for box in sure):
                continue
            frame = framed(luminance, piece, prepared.tolerance)
            if not frame.support or _mean(frame.support) > _HIDDEN:
                yield frame.box, frame.support
    elif outermost and not ground.plain and ground.share < 0.35:
        seamed = at_seams(prepared.half, _SHORTEST // 2)
        if len(seamed) > 1:
            yield from ((_doubled(piece, parent.box), ()) for piece in seamed)


def _doubled(box: Box, within: Box) -> Box:
    """A box of a half-sized part in pixels of the whole size; the odd last pixel belongs to what reaches it."""
    left, top = within[0] // 2 * 2, within[1] // 2 * 2
    right, bottom = left + 2 * box[2], top + 2 * box[3]
    return (
        left + 2 * box[0],
        top + 2 * box[1],
        within[2] if right >= within[2] - 2 else right,
        within[3] if bottom >= within[3] - 2 else bottom,
    )


def _mean(support: Support) -> float:
    return sum(support) / len(support)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, width) * max(0, height)
    return shared / (_area(one) + _area(other) - shared)
