"""Scenes at night: northern lights over snow, a city at a river."""

import numpy as np

from pictured.imaging.drawing.lights import with_aurora, with_disc, with_glow, with_stars
from pictured.imaging.drawing.noise import Plane, fractal, ridged, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, Shape, graded, with_shapes
from pictured.imaging.drawing.plants import conifer
from pictured.imaging.drawing.sky import Clouds, sky, with_clouds
from pictured.imaging.drawing.terrain import ground, hazed, lit
from pictured.imaging.drawing.towns import skyline
from pictured.imaging.drawing.view import View, laid_before
from pictured.imaging.drawing.water import Water, with_water


def aurora(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Northern lights over a snowfield and its spruces."""
    view = View(width, height, horizon=0.68, eye=0.16, near=0.2, far=9)
    rough, fine = fractal(rng, 1024, 2.4), fractal(rng, 512, 1.3)

    def heights(x: Plane, z: Plane) -> Plane:
        peaks = 0.25 + 0.75 * ridged(rough, x * 0.13 + 0.1, z * 0.13) + 0.2 * ridged(rough, x * 0.5, z * 0.5)
        return 0.75 * smoothstep(z, 2.5, 6.5) * peaks + 0.03 * sampled(rough, x * 0.4, z * 0.4)

    land = ground(view, heights, (0.6, 0.6, -0.3))
    grain = sampled(fine, land.x * 2, land.z * 2) - 3 * land.steep
    colours = graded(grain, {-3: (0.10, 0.13, 0.17), -1: (0.52, 0.62, 0.70), 2: (0.66, 0.76, 0.80)})
    colours = hazed(lit(colours, land.light, (0.12, 0.20, 0.28), (0.30, 0.62, 0.55)), land.z, (0.08, 0.22, 0.26), 16)
    canvas = sky(view, {0.0: (0.07, 0.20, 0.24), 0.15: (0.03, 0.08, 0.16), 0.4: (0.01, 0.02, 0.07)})
    canvas = with_aurora(with_stars(canvas, view, rng, 1500), view, rng)
    canvas = laid_before(canvas, colours, land.steps)
    aside = rng.uniform(-0.62, 0.62, 110).astype(np.float32)
    z = rng.uniform(0.9, 3.2, 110).astype(np.float32)
    wooded = (np.abs(aside + 0.12) > 0.16) | (z > 2.2)
    trees: list[Shape] = []
    for spot in view.spots(heights, aside[wooded], z[wooded]):
        tall = spot.scale * rng.uniform(0.16, 0.34)
        trees += conifer(rng, spot.column, spot.row, tall, (0.02, 0.05, 0.06), (0.10, 0.20, 0.20))
    return with_shapes(canvas, trees)


def city(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Towers and their lights in a river, under the moon."""
    view = View(width, height, horizon=0.62, eye=0.2, near=0.2, far=9)
    dusk: dict[float, Colour] = {0.0: (0.52, 0.30, 0.36), 0.10: (0.26, 0.20, 0.38)}
    canvas = sky(view, dusk | {0.25: (0.08, 0.10, 0.26), 0.42: (0.02, 0.03, 0.12)})
    clouds = Clouds((0.50, 0.34, 0.46), (0.14, 0.13, 0.27), cover=0.34, size=1.3)
    canvas = with_clouds(with_stars(canvas, view, rng, 500), view, rng, clouds)
    moon = (0.27, 0.24)
    canvas = with_glow(canvas, view, moon, (0.20, 0.20, 0.24), 0.05)
    canvas = with_disc(canvas, view, moon, (0.97, 0.95, 0.86), 0.028)
    shore = height * 0.625
    far = skyline(rng, width, shore, height * 0.36, (0.20, 0.18, 0.32), lights=0.10)
    near = skyline(rng, width, shore, height * 0.46, (0.10, 0.10, 0.18), lights=0.38)
    front = skyline(rng, width, shore, height * 0.17, (0.06, 0.06, 0.10), lights=0.45)
    canvas = with_shapes(canvas, [*far, *near, *front])
    wet = np.zeros((height, width), np.float32)
    wet[int(shore) :] = 1
    water = Water((0.02, 0.03, 0.09), ripple=0.8, glitter=(0.22, 0.22, 0.22), sun=moon)
    return with_water(canvas, view, rng, wet, water)
