"""What everyday damage leaves of a mark: tried before the picture is kept."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyvips
from numpy.typing import NDArray

from pictured.marking.reading import read

Pixels = NDArray[np.generic]

EVERYDAY = ("jpeg", "turned", "cut")


def rehearsed(
    image: pyvips.Image, key: bytes, secret: bytes, kinds: Sequence[str] = EVERYDAY
) -> Mapping[str, float | None]:
    """Give the margin in dB that is left after each kind of damage; None where the key is not read.

    The damage is a JPEG of quality 75 ("jpeg"); turning by 5 degrees and reducing to 0.8 ("turned"); and cutting off a
    quarter of the area ("cut").
    """
    seen = image.colourspace("srgb" if image.bands > 2 else "b-w").cast("uchar")
    seen = seen.flatten(background=255) if seen.hasalpha() else seen
    readings = {kind: read(_pixels(_DAMAGE[kind](seen)), secret) for kind in kinds}
    return {
        name: round(reading.margin_db, 1) if reading.key == key and reading.margin_db is not None else None
        for name, reading in readings.items()
    }


def _coded(image: pyvips.Image) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(image.jpegsave_buffer(Q=75), "")


def _turned(image: pyvips.Image) -> pyvips.Image:
    return image.rotate(5, background=[255] * image.bands).resize(0.8)


def _cut(image: pyvips.Image) -> pyvips.Image:
    across, down = round(image.width * 0.866), round(image.height * 0.866)
    return image.crop((image.width - across) // 3, (image.height - down) // 2, across, down)


_DAMAGE: Mapping[str, Callable[[pyvips.Image], pyvips.Image]] = {"jpeg": _coded, "turned": _turned, "cut": _cut}


def _pixels(image: pyvips.Image) -> Pixels:
    return np.asarray(image.numpy())
