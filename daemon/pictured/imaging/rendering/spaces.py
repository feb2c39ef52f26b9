"""Colours as points in which k-means is to find its means, and back."""

import numpy as np
from numpy.typing import NDArray

from pictured.imaging.rendering.oklab import to_oklab, to_srgb

Colours = NDArray[np.uint8]
Points = NDArray[np.float32]


def points(colours: Colours, space: str, *, alpha: bool) -> Points:
    """Give the points of RGBA colours in "rgb" or "oklab", on a scale of 0 to 255: (n, 4) uint8 to (n, 3) float32.

    With `alpha` there is a fourth coordinate for it, and colour counts as much as it is opaque.
    """
    place = colours[:, :3].astype(np.float32) if space == "rgb" else to_oklab(colours[:, :3]) * np.float32(255)
    opacity = colours[:, 3:].astype(np.float32)
    return np.hstack([place * (opacity / 255), opacity]) if alpha else place


def colours(points: Points, space: str) -> Colours:
    """Give the RGBA colours nearest to points: (n, 3 or 4) float32 to (n, 4) uint8. Without alpha, all colour is 0."""
    alpha = points[:, 3:] if points.shape[1] == 4 else np.full((len(points), 1), 255, dtype=np.float32)
    whole = np.clip(np.rint(alpha), 0, 255)
    place = points[:, :3] * (255 / np.maximum(alpha, 0.5))
    levels = place if space == "rgb" else to_srgb(place / np.float32(255))
    found = np.hstack([np.clip(np.rint(levels), 0, 255), whole]).astype(np.uint8)
    found[found[:, 3] == 0] = 0
    return found
