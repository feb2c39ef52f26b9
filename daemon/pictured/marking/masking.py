"""How much may be hidden where: a simple model of the just noticeable difference."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Plane = NDArray[np.float32]


def mask(luminance: Plane, gamma: float = 0.8) -> Plane:
    """Give how strong the mark may be at each place of the reference picture (h, w), 0 to 14.

    It is 1 in quiet grey with a little grain, and 0.6 where there is nothing at all, as in a clear sky.
    Busy places hide more (activity to the power `gamma`); places near black and white can take next to nothing.
    """
    detail = np.abs(luminance - gaussian_filter(luminance, 1.5))
    detail = np.minimum(detail, 12)
    # Not beside what is busy: a plain sky shows the mark next to a tree as well as elsewhere.
    activity = np.minimum(gaussian_filter(detail, 3.0), 0.4 + 1.5 * gaussian_filter(detail, 1.0))
    busy = np.minimum((1 + 1.5 * activity) ** gamma, 14)
    smooth = gaussian_filter(luminance, 2.0)
    room = np.clip(np.minimum((255 - smooth) / 14, (smooth + 6) / 20), 0.12, 1)
    plain = 0.6 + 0.4 * np.minimum(activity / 1.2, 1)
    return np.asarray(busy * room * plain, np.float32)
