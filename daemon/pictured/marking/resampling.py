"""Resizing of planes with one defined filter, so that marks made and read by different versions agree."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Plane = NDArray[np.float32]


def resized(plane: Plane, height: int, width: int) -> Plane:
    """Resize a plane (h, w) with the Catmull-Rom cubic, widened where it reduces; edges are repeated."""
    down = weights(plane.shape[0], height) @ plane
    return np.ascontiguousarray((weights(plane.shape[1], width) @ down.T).T)


def weights(before: int, after: int) -> sparse.csr_array:
    """Give the sparse matrix (after, before) that resizes a line of samples; each row sums to 1."""
    step = before / after
    wide = max(step, 1.0)
    centres = (np.arange(after) + 0.5) * step - 0.5
    reach = int(np.ceil(2 * wide))
    places = np.floor(centres)[:, None].astype(np.int32) + np.arange(-reach, reach + 1, dtype=np.int32)
    share = _catmull_rom(np.abs(places - centres[:, None]) / wide)
    share /= share.sum(axis=1, keepdims=True)
    rows = np.broadcast_to(np.arange(after, dtype=np.int32)[:, None], places.shape)
    kept = share != 0
    columns = np.clip(places, 0, before - 1)
    entries = (share[kept].astype(np.float32), (rows[kept], columns[kept]))
    return sparse.csr_array(entries, shape=(after, before), dtype=np.float32)


def _catmull_rom(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    near = (1.5 * distance - 2.5) * distance * distance + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0.0))
