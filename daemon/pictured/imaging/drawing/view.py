"""An eye, and what it sees of a landscape of heights: for each column of pixels a ray, and on it what is in the way.

The heights are taken on the rays themselves, at distances that grow by equal ratios, so that near ground gets as much
detail as it fills of the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictured.imaging.drawing.noise import Plane
from pictured.imaging.drawing.painting import Canvas

Heights = Callable[[Plane, Plane], Plane]
"""From x (to the right of the eye) and z (away from it) to heights, all in one unit."""

_STEPS = 560


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the ground: the pixel where it is seen, its distance, and how many pixels a length of 1 is there."""

    column: float
    row: float
    z: float
    scale: float


@dataclass(frozen=True, slots=True)
class View:
    """Where the eye is and what it sees.

    width, height  of the picture, in pixels
    horizon        share of the picture's height that is above the horizon
    eye            height of the eye
    near, far      least and greatest distance
    """

    width: int
    height: int
    horizon: float
    eye: float
    near: float
    far: float

    @property
    def scale(self) -> float:
        """Pixels that a length of 1 takes at a distance of 1; the picture shows 62 degrees."""
        return self.width / 1.2

    def rays(self) -> tuple[Plane, Plane]:
        """Give x and z along each ray, both (steps, width), the nearest first."""
        z = np.geomspace(self.near, self.far, _STEPS, dtype=np.float32)[:, None]
        x = np.linspace(-0.6, 0.6, self.width, dtype=np.float32)[None, :]
        return x * z, np.repeat(z, self.width, axis=1)

    def rows(self, heights: Plane, z: Plane) -> Plane:
        """The rows of pixels, with fractions, in which heights at some distances appear."""
        return (self.horizon * self.height + (self.eye - heights) * self.scale / z).astype(np.float32)

    def places(self) -> tuple[Plane, Plane]:
        """How far right of the middle, and how far above the horizon, each pixel is, in widths of the picture."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5) / self.width - 0.5
        y = (self.horizon * self.height - np.arange(self.height, dtype=np.float32)) / self.width
        across, up = np.meshgrid(x, y)
        return across.astype(np.float32), up.astype(np.float32)

    def spots(self, heights: Heights, aside: Plane, z: Plane) -> list[Spot]:
        """Places on the ground, the furthest first; `aside` is x / z, -0.6 to 0.6 from edge to edge."""
        order = np.argsort(-z)
        aside, z = aside[order].astype(np.float32), z[order].astype(np.float32)
        columns, rows = self.width / 2 + aside * self.scale, self.rows(heights(aside * z, z), z)
        return [
            Spot(column, row, away, self.scale / away)
            for column, row, away in zip(columns.tolist(), rows.tolist(), z.tolist(), strict=True)
        ]


def seen(view: View, heights: Plane, z: Plane) -> Plane:
    """The step of its ray that each pixel shows, (height, width), with fractions; NaN where it is sky."""
    steps = heights.shape[0]
    tops = -np.minimum.accumulate(view.rows(heights, z), axis=0)
    rows = -np.arange(view.height, dtype=np.float32)
    found = np.empty((view.height, view.width), np.float32)
    for column in range(view.width):
        edge = np.ascontiguousarray(tops[:, column])
        after = np.searchsorted(edge, rows)
        before, capped = np.maximum(after - 1, 0), np.minimum(after, steps - 1)
        gap = edge[capped] - edge[before]
        part = np.where(gap > 0, (rows - edge[before]) / np.where(gap > 0, gap, 1), 1)
        found[:, column] = np.where(after == steps, np.nan, before + np.clip(part, 0, 1))
    return found


def looked_up(values: NDArray[np.float32], steps: Plane) -> NDArray[np.float32]:
    """The values, (steps, width) or (steps, width, 3), that the pixels show; those of the sky mean nothing."""
    known = np.nan_to_num(steps)
    first = known.astype(np.int32)
    part = known - first
    column = np.arange(steps.shape[1])[None, :]
    near, away = values[first, column], values[np.minimum(first + 1, values.shape[0] - 1), column]
    found: NDArray[np.float32] = near + (away - near) * (part[..., None] if values.ndim == 3 else part)
    return found


def laid_before(sky: Canvas, colours: Canvas, steps: Plane) -> Canvas:
    """Lay the landscape before the sky; `colours` are those along the rays."""
    found: Canvas = np.where(np.isnan(steps)[..., None], sky, looked_up(colours, steps))
    return found
