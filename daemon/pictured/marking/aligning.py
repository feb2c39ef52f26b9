"""From a guess to the exact map: the phases of the pilots tell the shift, and what is left of turn, scale and shear."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2

from pictured.marking.folding import heard_in_blocks
from pictured.marking.layout import TILE, Layout

Plane = NDArray[np.float32]
Floats = NDArray[np.float64]

_GRID = 64
_REACH = 3
_STARTS = 4
_CLIMBS = 12
_HOPELESS = 4.5
_TURN, _SCALE = np.deg2rad(0.06), 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The map p -> `matrix` p + `shift` from pixels (x, y) of a plane to the reference picture's, modulo the tile.

    `score` is the coherent sum of the pilots in deviations of noise: about 5 for the best of chance, more for a mark.
    """

    matrix: Floats
    shift: Floats
    score: float


def aligned(
    plane: Plane, layout: Layout, matrix: Floats, *, squeezed: bool = False, settled: bool = False
) -> Alignment:
    """Find the best map near a matrix for a whitened plane (h, w), a half turn included.

    Where `settled`, the matrix is taken as right to within a hundredth of a degree.
    """
    blocks, centres = heard_in_blocks(plane, layout.pilots, matrix)
    blocks = blocks * np.exp(-1j * layout.phases).astype(np.complex64)
    noise = float(np.sqrt(np.sum(np.abs(blocks) ** 2) / 2)) + 1e-9
    middle = np.asarray(plane.shape[::-1]) / 2.0
    arms = centres - middle
    steps = np.arange(-_REACH, _REACH + 1)
    if settled:
        tries = [np.zeros((2, 2))]
    else:
        kinds = (np.diag([1.0, 0.0]), np.diag([0.0, 1.0])) if squeezed else (_SPIN, np.eye(2))
        sizes = (_SCALE, _SCALE) if squeezed else (_TURN, _SCALE)
        tries = [a * sizes[0] * kinds[0] + b * sizes[1] * kinds[1] for a in steps for b in steps]
    moves = np.stack([arms @ (matrix @ each).T for each in tries])
    phase = np.exp((-2j * np.pi / TILE) * (moves @ layout.pilots.T)).astype(np.complex64)
    summed = np.einsum("tbk,bk->tk", phase, blocks)
    starts = sorted(
        [*_best_shifts(summed, layout, 1), *_best_shifts(summed.conj() * _twice(layout), layout, -1)],
        key=lambda each: -each.sum,
    )
    if starts[0].sum < _HOPELESS * noise:
        return Alignment(starts[0].turn * matrix, starts[0].shift, starts[0].sum / noise)
    free = np.eye(4) if squeezed else np.stack([_SPIN.ravel(), np.eye(2).ravel()])
    best = Alignment(matrix, np.zeros(2), 0.0)
    for start in _apart(starts, 1 if settled else _STARTS):
        heard = blocks if start.turn > 0 else blocks.conj() * _twice(layout)
        guess = np.concatenate([start.shift, tries[start.place].ravel()])
        climb = _Climb(heard, arms, layout, start.turn * matrix)
        if not (squeezed or settled):
            guess, _ = climb.top(guess, free)
        found, peak = climb.top(guess, np.eye(4))
        if peak / noise > best.score:
            change = found[2:].reshape(2, 2)
            turned = start.turn * matrix
            # The phases were taken about the plane's middle.
            best = Alignment(turned @ (np.eye(2) + change), found[:2] - turned @ change @ middle, peak / noise)
    return best


_SPIN = np.array([[0.0, 1.0], [-1.0, 0.0]])


def _twice(layout: Layout) -> NDArray[np.complex64]:
    """Undo the pilots' phases in conjugated sums, once for the conjugation and once again."""
    return np.asarray(np.exp(-2j * layout.phases), np.complex64)


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """The best shift for one change of the matrix: its coherent sum, and whether the plane is turned by half (-1)."""

    sum: float
    shift: Floats
    turn: int
    place: int


def _best_shifts(summed: NDArray[np.complex64], layout: Layout, turn: int) -> list[_Start]:
    """Give the best shift for each change of the matrix, from the pilots' sums (changes, 16)."""
    cells = np.zeros((len(summed), _GRID, _GRID), np.complex64)
    cells[:, layout.pilots[:, 1] % _GRID, layout.pilots[:, 0] % _GRID] = summed.conj()
    surfaces = fft2(cells, overwrite_x=True).real.reshape(len(summed), -1)
    tops = surfaces.argmax(axis=1)
    return [
        _Start(float(surface[top]), np.array([top % _GRID, top // _GRID]) * (-TILE / _GRID), turn, place)
        for place, (surface, top) in enumerate(zip(surfaces, tops, strict=True))
    ]


def _apart(starts: list[_Start], count: int) -> list[_Start]:
    """Keep the first `count` that do not lie on the slope of one before: another half turn, or 6 pixels away."""
    kept: list[_Start] = []
    for start in starts:
        if len(kept) == count:
            break
        offsets = (
            (start.shift - other.shift + TILE / 2) % TILE - TILE / 2 for other in kept if other.turn == start.turn
        )
        if all(np.hypot(*offset) > 6 for offset in offsets):
            kept.append(start)
    return kept


class _Climb:
    """The coherent sum of the pilots as a function of the shift (2) and of the matrix's relative change (4)."""

    def __init__(self, blocks: NDArray[np.complex64], arms: Floats, layout: Layout, matrix: Floats) -> None:
        waves = layout.pilots * (2 * np.pi / TILE)
        turned = waves @ matrix
        slopes = np.empty((len(arms), len(waves), 6), np.float32)
        slopes[..., :2] = waves[None]
        slopes[..., 2:4] = turned[None, :, :1] * arms[:, None, :] * 1e-3
        slopes[..., 4:] = turned[None, :, 1:] * arms[:, None, :] * 1e-3
        self._slopes = slopes.reshape(-1, 6)
        self._size = np.abs(blocks).ravel()
        self._angle = np.angle(blocks).ravel()

    def top(self, start: Floats, free: Floats) -> tuple[Floats, float]:
        """Climb from a start (6,) over the shift and the rows of `free` (n, 4); where that ends, and how high it is."""
        ways = np.zeros((2 + len(free), 6))
        ways[:2, :2] = np.eye(2)
        ways[2:, 2:] = free
        unit = np.array([1.0, 1.0, 1e3, 1e3, 1e3, 1e3])
        # Sums of einsum and not of the linear algebra library: for so little work its threads only wait for each other.
        slopes = np.einsum("ij,kj->ki", self._slopes, ways.astype(np.float32))
        angle = self._angle - np.einsum("ij,j->i", self._slopes, (start * unit).astype(np.float32))
        at, rest, caution = np.zeros(len(ways), np.float32), angle, np.float32(1e-3)
        height = float(np.einsum("i,i", self._size, np.cos(rest)))
        for _ in range(_CLIMBS):
            # Newton's step, with the curvature kept positive; more cautious after a step that led down.
            bent = slopes * (self._size * np.maximum(np.cos(rest), 0.1))
            curve = np.einsum("ki,li->kl", bent, slopes)
            curve[np.diag_indices_from(curve)] = curve.diagonal() * (1 + caution) + np.float32(1e-6)
            step = np.linalg.solve(curve, np.einsum("ki,i->k", slopes, self._size * np.sin(rest)))
            left = angle - np.einsum("ki,k->i", slopes, at + step)
            reached = float(np.einsum("i,i", self._size, np.cos(left)))
            if reached <= height:
                caution *= 10
                continue
            gained, at, rest, height = reached - height, at + step, left, reached
            caution /= 3
            if gained < 1e-4 * height:
                break
        return start + (at @ ways) / unit, height
