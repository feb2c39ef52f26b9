"""The colours of a picture to a table of fewer."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pictured.imaging.rendering.clustering import Points, Weights, averaged, clustered, nearest
from pictured.imaging.rendering.histogram import Histogram, coarse
from pictured.imaging.rendering.spaces import colours, points

_ROUNDS = 32
_LUMA = np.array([0.2126, 0.7152, 0.0722])

Table = NDArray[np.uint8]


def reduced(histogram: Histogram, count: int, space: str, seed: int) -> tuple[Table, NDArray[np.uint8]]:
    """Give a table of `count` RGBA colours, or of all there are if those are fewer, and each colour's place in it.

    The table is (count, 4) uint8, see-through colours first (as PNG likes them), then from dark to light; the places
    are (n,) uint8 beside `histogram.keys`. Every entry is some colour's place. `count` is 2 to 256. Transparent black,
    where there is any, has an entry to itself.
    """
    known = histogram.colours
    if len(known) <= count:
        return _ordered(known, np.arange(len(known)))
    alpha = bool(known[:, 3].min() < 255)

    def located(some: Table) -> Points:
        return points(some, space, alpha=alpha)

    where, weights = located(known), histogram.counts.astype(np.float64)
    seen = known[:, 3] > 0
    clear = 0 if seen.all() else 1
    cells = [coarse(histogram, bits)[seen] for bits in (5, 6)]
    means = clustered(_levels(where[seen], weights[seen], cells, count), count - clear, seed)
    table = np.vstack([np.zeros((clear, 4), dtype=np.uint8), colours(means, space)])
    return _ordered(*_spent(table, known, weights, located))


def _levels(where: Points, weights: Weights, cells: list[NDArray[np.intp]], count: int) -> list[tuple[Points, Weights]]:
    levels = [(where, weights)]
    for cell in reversed(cells):
        means, heavy = averaged(where, weights, cell, int(cell.max()) + 1)
        occupied = heavy > 0
        # with few points for each mean, what falls into one cell by chance would decide
        if occupied.sum() >= 8 * count:
            levels.insert(0, (means[occupied].astype(np.float32), heavy[occupied]))
    return levels


def _spent(
    table: Table, known: Table, weights: Weights, located: Callable[[Table], Points]
) -> tuple[Table, NDArray[np.intp]]:
    """Give entries that are nearest to no colour, such as those that rounding made equal, to the colours worst off."""
    where = located(known)
    for _ in range(_ROUNDS):
        placed = located(table)
        places = nearest(where, placed)
        spare = np.flatnonzero(np.bincount(places, minlength=len(table)) == 0)
        if not spare.size:
            break
        away = where - placed[places]
        worst = np.argsort(-((away * away).sum(axis=1) * weights), kind="stable")
        table[spare] = known[worst[: spare.size]]
    used, places = np.unique(nearest(where, located(table)), return_inverse=True)
    return table[used], places


def _ordered(table: Table, places: NDArray[np.intp]) -> tuple[Table, NDArray[np.uint8]]:
    order = np.lexsort((*table[:, :3].T, table[:, :3] @ _LUMA, table[:, 3]))
    rank = np.empty(len(table), dtype=np.uint8)
    rank[order] = np.arange(len(table))
    return table[order], rank[places]
