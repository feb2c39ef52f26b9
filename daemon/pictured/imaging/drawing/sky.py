"""The sky: its colours, and clouds on a level ceiling, in perspective."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pictured.imaging.drawing.noise import fractal, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, graded, mixed
from pictured.imaging.drawing.view import View


@dataclass(frozen=True, slots=True)
class Clouds:
    """What the clouds are like.

    lit, shade  their colours towards the sun and away from it
    cover       share of the sky that they hide, 0 to 1
    size        of a cloud; 1 is a quarter of the sky
    fall        of the noise: smaller is more ragged
    sun         where the light comes from, -1 left to 1 right
    """

    lit: Colour
    shade: Colour
    cover: float
    size: float = 1.0
    fall: float = 1.7
    sun: float = -0.3


def sky(view: View, stops: Mapping[float, Colour]) -> Canvas:
    """Colours from the horizon (0) upwards, in widths of the picture."""
    _, up = view.places()
    rows = graded(up[:, :1], stops)
    return np.repeat(rows, view.width, axis=1)


def with_clouds(canvas: Canvas, view: View, rng: np.random.Generator, clouds: Clouds) -> Canvas:
    """Paint clouds over a sky."""
    across, up = view.places()
    away = np.float32(0.16 / clouds.size) / (np.maximum(up, 0) + np.float32(0.07))
    u, v = across * away, away * np.float32(0.55)
    plane = fractal(rng, 1024, clouds.fall)
    level = float(np.quantile(plane, 1 - clouds.cover))
    thick = sampled(plane, u, v)
    towards = sampled(plane, u + np.float32(0.018 * clouds.sun), v - np.float32(0.012))
    light = np.clip(0.62 + (thick - towards) * 1.5 - (thick - level) * 0.16, 0, 1)
    body = smoothstep(thick, level, level + 0.75) * smoothstep(up, 0.0, 0.07)
    return mixed(canvas, mixed(clouds.shade, clouds.lit, light), body)
