"""sRGB to OKLab and back, a space in which equal distances look about equally large.

B. Ottosson, "A perceptual color space for image processing", 2020; the transfer function is that of IEC 61966-2-1.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def to_oklab(colours: NDArray[np.uint8]) -> Floats:
    """Give L (0 to 1), a and b (about -0.4 to 0.4) of sRGB colours: (n, 3) uint8 to (n, 3) float32."""
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear[colours] @ _TO_CONES.T) @ _TO_LAB.T, dtype=np.float32)


def to_srgb(lab: NDArray[np.floating]) -> Floats:
    """Give sRGB levels, 0 to 255 and not rounded; what lies outside of sRGB is clipped: (n, 3) to (n, 3) float32."""
    cones = lab @ np.linalg.inv(_TO_LAB).T
    linear = np.clip(cones**3 @ np.linalg.inv(_TO_CONES).T, 0, 1)
    levels = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(levels * 255, dtype=np.float32)
