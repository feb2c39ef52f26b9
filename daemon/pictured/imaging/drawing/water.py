"""Water: what stands on the far shore, mirrored in ripples."""

from dataclasses import dataclass

import numpy as np

from pictured.imaging.drawing.lights import Place
from pictured.imaging.drawing.noise import Plane, fractal, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, mixed
from pictured.imaging.drawing.view import View


@dataclass(frozen=True, slots=True)
class Water:
    """What the water is like.

    deep     its own colour, seen where one looks down into it
    ripple   how restless it is: 0 is a mirror, 1 a fresh wind
    glitter  the colour of the light that dances under the sun or the moon
    sun      where that stands; None for none
    """

    deep: Colour
    ripple: float
    glitter: Colour = (0.0, 0.0, 0.0)
    sun: Place | None = None


def with_water(canvas: Canvas, view: View, rng: np.random.Generator, where: Plane, water: Water) -> Canvas:
    """Lay water into a picture where `where`, (height, width), is 1; it mirrors what is above the horizon."""
    shore = view.horizon * view.height
    rows, columns = (part.astype(np.float32) for part in np.mgrid[0 : view.height, 0 : view.width])
    below = np.maximum((rows - np.float32(shore)) / np.float32(view.height), np.float32(1e-3))
    away = np.float32(0.03) / (below + np.float32(0.012))
    plane = fractal(rng, 1024, 1.15)
    u = (columns / np.float32(view.width) - np.float32(0.5)) * away * np.float32(1.6)
    wave = sampled(plane, u, away * 9) + np.float32(0.6) * sampled(plane, u * np.float32(2.7), away * 31)
    reach = np.float32(view.height * water.ripple) * (np.float32(0.012) + np.float32(0.10) * below)
    up = np.clip(2 * shore - rows + wave * reach, 0, max(shore - 1, 0)).astype(np.int32)
    aside = np.clip(columns + wave * reach * np.float32(0.18), 0, view.width - 1).astype(np.int32)
    into = np.clip(np.float32(0.12) + np.float32(0.75) * below + np.float32(0.05 * water.ripple) * wave, 0, 0.8)
    surface = mixed(canvas[up, aside], water.deep, into)
    if water.sun is not None:
        middle = np.float32((0.5 + water.sun[0]) * view.width)
        path = np.exp(-(((columns - middle) / (view.width * (np.float32(0.025) + np.float32(0.22) * below))) ** 2))
        sparkle = smoothstep(wave, 0.2, 1.6) * path
        surface = surface + sparkle[..., None] * np.asarray(water.glitter, np.float32)
    return mixed(canvas, surface, where)
