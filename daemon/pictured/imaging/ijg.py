"""The quality scale of the Independent JPEG Group."""

from collections.abc import Mapping, Sequence

import numpy as np

# fmt: off
_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)
_CHROMINANCE = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, *[99] * 32,
)
# fmt: on


def nearest_quality(tables: Mapping[int, Sequence[int]]) -> int | None:
    """Give the quality, 1 to 100, whose tables by libjpeg are nearest to those of a picture.

    `tables` are in natural order: 0 the luminance, 1 the chrominance where there is one. Nearest is meant by the mean
    distance of the logarithms. The tables at quality 50 are those of ISO 10918-1, annex K; the scale is that of
    libjpeg's jpeg_quality_scaling. None without tables.
    """
    pairs = [
        (np.asarray(tables[number], float), np.asarray(standard, float))
        for number, standard in ((0, _LUMINANCE), (1, _CHROMINANCE))
        if len(tables.get(number, ())) == 64
    ]
    if not pairs:
        return None
    qualities = np.arange(1, 101)
    scales = np.where(qualities < 50, 5000 // qualities, 200 - 2 * qualities)[:, None]
    distances = np.zeros(100)
    for table, standard in pairs:
        scaled = np.clip((standard * scales + 50) // 100, 1, 255)
        distances += np.abs(np.log(scaled) - np.log(np.maximum(table, 1))).mean(axis=1)
    return int(qualities[distances.argmin()])
