"""k-means of weighted points: greedy k-means++ for a start, then Lloyd's iterations, first on few points, then on all.

D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", 2007; S. Lloyd, "Least squares
quantization in PCM", 1982. Every step but the last goes beyond the mean, as in successive over-relaxation: it comes
sooner to the end.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
Weights = NDArray[np.float64]

_PIECE = 1024
_TRIALS = 6
_OVERSHOOT = np.float32(1.9)
_STILL = 0.05
"""Squared distance below which a mean counts as resting; coordinates go to 255."""


def clustered(levels: Sequence[tuple[Points, Weights]], count: int, seed: int) -> Points:
    """Give `count` means, (count, d), of points with weights above 0, (n, d) and (n,), with n >= count.

    The levels are the same points, coarsest first: each cell by its mean and its weight. Equal for equal arguments.
    """
    points, weights = levels[0]
    restarts = max(1, min(4, 128 // count))
    found = []
    for restart in range(restarts):
        start = _seeded(points, weights, count, np.random.default_rng([seed, restart]))
        means = _settled(points, weights, start, 25)
        found.append((_spread(points, weights, means) if restarts > 1 else 0.0, means))
    means = min(found, key=lambda each: each[0])[1]
    for level, (points, weights) in enumerate(levels[1:]):
        means = _settled(points, weights, means, 8 if level < len(levels) - 2 else 2)
    return means


def nearest(points: Points, means: Points) -> NDArray[np.intp]:
    """Give for each point which mean is nearest, the first of several: (n, d) and (k, d) to (n,)."""
    found = np.empty(len(points), dtype=np.intp)
    turned, half = np.ascontiguousarray(means.T), (means * means).sum(axis=1) / 2
    # one array for all pieces, small enough for the cache: a new one each time costs more than the product
    scores = np.empty((min(_PIECE, len(points)), len(means)), dtype=np.float32)
    for start in range(0, len(points), _PIECE):
        piece = points[start : start + _PIECE]
        score = np.matmul(piece, turned, out=scores[: len(piece)])
        score -= half
        score.argmax(axis=1, out=found[start : start + _PIECE])
    return found


def averaged(
    points: Points, weights: Weights, groups: NDArray[np.intp], count: int
) -> tuple[NDArray[np.float64], Weights]:
    """Give the mean of each group's points and its weight, (count, d) and (count,); 0 and 0 for groups without any."""
    weight = np.asarray(np.bincount(groups, weights, count), dtype=np.float64)
    sums = np.stack([np.bincount(groups, weights * axis, count) for axis in points.T], axis=1)
    return sums / np.where(weight > 0, weight, 1)[:, None], weight


def _seeded(points: Points, weights: Weights, count: int, rng: np.random.Generator) -> Points:
    shares, squares = weights.astype(np.float32), (points * points).sum(axis=1)
    first = rng.choice(len(points), p=weights / weights.sum())
    means = np.empty((count, points.shape[1]), dtype=np.float32)
    means[0] = points[first]
    left = ((points - means[0]) ** 2).sum(axis=1)
    for number in range(1, count):
        odds = np.cumsum(left * weights)
        tried = np.minimum(np.searchsorted(odds, rng.random(_TRIALS) * odds[-1], side="right"), len(points) - 1)
        distances = squares - 2 * (points[tried] @ points.T) + squares[tried][:, None]
        np.clip(distances, 0, left, out=distances)
        best = int((distances @ shares).argmin())
        means[number], left = points[tried[best]], distances[best]
    return means


def _settled(points: Points, weights: Weights, means: Points, steps: int) -> Points:
    for step in range(steps):
        found, weight = averaged(points, weights, nearest(points, means), len(means))
        target = np.where(weight[:, None] > 0, found, means).astype(np.float32)
        moved = target - means
        if step == steps - 1 or float((moved * moved).sum(axis=1).max()) < _STILL:
            return target
        means = means + _OVERSHOOT * moved
    return means


def _spread(points: Points, weights: Weights, means: Points) -> float:
    away = points - means[nearest(points, means)]
    return float((away * away).sum(axis=1) @ weights)
