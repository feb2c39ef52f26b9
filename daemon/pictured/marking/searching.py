"""Where the pilots might be: how the picture may have been turned, scaled, mirrored or squeezed.

On axes of direction and of the logarithm of frequency, turning and scaling move the pilots all by the same amount; on
axes of the logarithms of both frequencies, squeezing does. So each search is a sum of 16 moved copies of one map.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.marking.layout import TILE, Layout, radii
from pictured.marking.spectrum import SIDE

Plane = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_TURN = np.deg2rad(0.3)
_TURNS = 600
_STEP = 0.0045
_LEAST, _MOST = 0.36, 2.8
_SCALES = int(np.log(_MOST / _LEAST) / _STEP) + 1
_SQUEEZE = 75


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """A guess: the matrix (2, 2) from pixels of the plane to reference pixels, up to a half turn.

    `strength` is the sum of the map at the pilots in robust deviations from the usual. `squeezed` says that width and
    height were searched for on their own.
    """

    matrix: Floats
    strength: float
    squeezed: bool = False


def hypotheses(map_: Plane, layout: Layout, turned: int = 6, squeezed: int = 3) -> list[Hypothesis]:
    """Give the likeliest guesses for a map of `spectrum.peaks`: turned and scaled, or squeezed; strongest first."""
    found = [*_turned(map_, layout, turned), *_squeezed(map_, layout, squeezed)]
    return sorted(found, key=lambda each: -each.strength)


def _turned(map_: Plane, layout: Layout, count: int) -> list[Hypothesis]:
    frequency = radii(layout.pilots)
    lowest = np.log(frequency.min() / TILE / _MOST)
    rings = int((np.log(0.5) - lowest) / _STEP) + 1
    radius = SIDE * np.exp(lowest + _STEP * np.arange(rings))
    angle = _TURN * np.arange(_TURNS)
    polar = _looked_up(map_, np.outer(np.cos(angle), radius), np.outer(np.sin(angle), radius))
    polar = np.pad(polar, ((0, 0), (0, _SCALES + 1)))
    rings_of = np.log(frequency / TILE / _MOST) - lowest
    sums = np.zeros((2, _TURNS, _SCALES), np.float32)
    for mirrored in (0, 1):
        across = layout.pilots[:, 0] * (1 - 2 * mirrored)
        direction = np.arctan2(layout.pilots[:, 1], across)
        for turn, ring in zip(direction / _TURN, rings_of / _STEP, strict=True):
            part = polar[:, round(ring) : round(ring) + _SCALES]
            sums[mirrored] += np.roll(part, -round(turn), axis=0)
    # Column j of the sums stands for the scale _MOST / exp(_STEP j).
    even = _robust(sums, axis=1)
    found = []
    for mirrored, turn, ring, strength in _tops(even, count, (1, 3, 3)):
        scale = _MOST / np.exp(_STEP * ring)
        cosine, sine = np.cos(turn * _TURN), np.sin(turn * _TURN)
        # A wave k of the reference lies at A^T k: turned by the angle, after the mirror.
        matrix = np.array([[cosine, sine], [-sine, cosine]]) / scale
        if mirrored:
            matrix = np.diag([-1.0, 1.0]) @ matrix
        found.append(Hypothesis(matrix, strength))
    return found


def _squeezed(map_: Plane, layout: Layout, count: int) -> list[Hypothesis]:
    usable = layout.pilots[(np.abs(layout.pilots) >= 3).all(axis=1)]
    lowest = np.log(3 / TILE / _MOST)
    cells = int((np.log(0.5) - lowest) / _STEP) + 1
    place = SIDE * np.exp(lowest + _STEP * np.arange(cells))
    found = []
    right = _looked_up(map_, *np.broadcast_arrays(place[None, :], place[:, None]))
    wrong = _looked_up(map_, *np.broadcast_arrays(place[None, :], -place[:, None]))
    planes = [np.pad(each, _SCALES + 1)[_SCALES + 1 :, _SCALES + 1 :] for each in (right, wrong)]
    sums = np.zeros((4, _SCALES, _SCALES), np.float32)
    for form, (swapped, mirrored) in enumerate(_FORMS):
        for k1, k2 in usable:
            x, y = (k2, k1) if swapped else (k1, k2)
            plane = planes[int((x * y > 0) == mirrored)]
            first, second = (round((np.log(abs(k) / TILE / _MOST) - lowest) / _STEP) for k in (x, y))
            sums[form] += plane[second : second + _SCALES, first : first + _SCALES]
    down, across = np.ogrid[:_SCALES, :_SCALES]
    sums /= np.float32(np.sqrt(len(usable)))
    even = _robust(sums, axis=2)
    even[:, np.abs(down - across) > _SQUEEZE] = 0
    even[:, np.abs(down - across) < 2] = 0
    for form, y, x, strength in _tops(even, count, (1, 3, 3)):
        swapped, mirrored = _FORMS[form]
        scales = _MOST / np.exp(_STEP * np.array([x, y]))
        matrix = np.diag([-1.0 if mirrored else 1.0, 1.0]) / scales[None, :]
        if swapped:
            matrix = np.array([[0.0, 1.0], [-1.0 if mirrored else 1.0, 0.0]]) / scales[None, :]
        found.append(Hypothesis(matrix, strength, squeezed=True))
    return found


_FORMS = ((False, False), (False, True), (True, False), (True, True))


def _looked_up(map_: Plane, across: Floats, down: Floats) -> Plane:
    """Read the map at frequencies in cycles a 1024 pixels; 0 beyond half a cycle a pixel."""
    flip = across < 0
    u, v = np.abs(across), np.where(flip, -down, down)
    beyond = (u > SIDE / 2 - 2) | (np.abs(v) > SIDE / 2 - 2)
    cell = np.where(beyond, 0, np.rint(v)).astype(np.intp) % SIDE, np.where(beyond, 0, np.rint(u)).astype(np.intp)
    return np.asarray(np.where(beyond, 0, map_[cell]), np.float32)


def _robust(sums: Plane, axis: int) -> Plane:
    """Express sums as deviations from the median along an axis, in units of 1.48 median absolute deviations."""
    middle = np.median(sums[..., ::3, :] if axis == 1 else sums[..., ::3], axis=axis, keepdims=True)
    away = np.abs(sums - middle)
    spread = 1.4826 * np.median(away[..., ::3, :] if axis == 1 else away[..., ::3], axis=axis, keepdims=True)
    return np.asarray((sums - middle) / (spread + 0.3), np.float32)


def _tops(values: Plane, count: int, reach: tuple[int, int, int]) -> list[tuple[int, int, int, float]]:
    """Give the `count` largest cells not near a larger one, with their values; overwrites what is near them."""
    found = []
    for _ in range(count):
        cell = np.unravel_index(int(np.argmax(values)), values.shape)
        found.append((int(cell[0]), int(cell[1]), int(cell[2]), float(values[cell])))
        near = tuple(
            slice(max(0, at - by), at + by + 1) if axis else slice(at, at + 1)
            for axis, (at, by) in enumerate(zip(cell, reach, strict=True))
        )
        values[near] = -np.inf
    return found
