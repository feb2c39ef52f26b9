"""Scenes on land by day: dunes, lavender, an autumn wood."""

import numpy as np

from pictured.imaging.drawing.lights import with_glow
from pictured.imaging.drawing.noise import Plane, fractal, ridged, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, Shape, graded, mixed, with_shapes
from pictured.imaging.drawing.plants import leafy
from pictured.imaging.drawing.sky import Clouds, sky, with_clouds
from pictured.imaging.drawing.terrain import ground, hazed, lit
from pictured.imaging.drawing.view import View, laid_before

_LEAVES: tuple[Colour, ...] = (
    (0.80, 0.42, 0.10),
    (0.72, 0.26, 0.10),
    (0.84, 0.60, 0.16),
    (0.55, 0.50, 0.16),
    (0.62, 0.18, 0.12),
    (0.36, 0.42, 0.16),
)
_MIST: Colour = (0.93, 0.86, 0.78)


def dunes(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Crests of sand in low light, with ripples in front."""
    view = View(width, height, horizon=0.36, eye=1.0, near=0.9, far=18)
    rough, fine = fractal(rng, 1024, 2.8), fractal(rng, 512, 1.0)

    def heights(x: Plane, z: Plane) -> Plane:
        phase = 0.33 * z - 0.30 * x + 0.75 * sampled(rough, x * 0.045, z * 0.045)
        saw = phase - np.floor(phase)
        wave = np.where(saw < 0.74, smoothstep(saw, -0.25, 0.74), smoothstep(saw, 1.06, 0.74))
        size = 0.50 + 0.22 * sampled(rough, x * 0.06 + 0.5, z * 0.06)
        return np.asarray(wave * np.clip(size, 0.15, 0.9) + 0.10 * sampled(rough, x * 0.03, z * 0.03), np.float32)

    land = ground(view, heights, (0.9, 0.34, 0.15))
    bend = 6 * sampled(rough, land.x * 0.3, land.z * 0.3)
    ripples = np.sin(land.z * 52 - land.x * 24 + bend) * np.exp(-land.z * 0.45)
    grain = 0.45 * sampled(fine, land.x * 3.1, land.z * 2.3) + 0.9 * ripples
    sand = graded(grain, {-2: (0.68, 0.42, 0.20), 2: (0.93, 0.66, 0.38)})
    colours = lit(sand, smoothstep(land.light, 0.10, 0.62), (0.40, 0.30, 0.36), (0.82, 0.74, 0.58))
    canvas = sky(view, {0.0: (0.99, 0.86, 0.70), 0.08: (0.84, 0.82, 0.82), 0.24: (0.30, 0.54, 0.80)})
    clouds = Clouds((1.0, 0.97, 0.92), (0.80, 0.76, 0.78), cover=0.26, size=0.7, fall=1.5)
    canvas = with_clouds(canvas, view, rng, clouds)
    return laid_before(canvas, hazed(colours, land.z, (0.96, 0.80, 0.66), 20), land.steps)


def lavender(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Rows of lavender up to far hills, and one great tree."""
    view = View(width, height, horizon=0.56, eye=0.24, near=0.22, far=20)
    rough, fine = fractal(rng, 1024, 2.6), fractal(rng, 512, 1.0)

    def heights(x: Plane, z: Plane) -> Plane:
        plain = 0.10 * sampled(rough, x * 0.06, z * 0.06 + 0.4) * smoothstep(z, 1, 5)
        return plain + smoothstep(z, 8, 17) * (0.5 + 0.55 * ridged(rough, x * 0.03, z * 0.03))

    land = ground(view, heights, (-0.5, 0.8, -0.2))
    grain = sampled(fine, land.x * 2.5, land.z * 2.5)
    rows = np.cos(land.x * np.float32(2 * np.pi / 0.16)) + 0.35 * grain
    bloom = smoothstep(rows, -0.25, 0.5)
    flowers = graded(grain, {-2: (0.24, 0.12, 0.40), 0: (0.44, 0.28, 0.66), 2: (0.72, 0.54, 0.86)})
    soil = graded(grain, {-2: (0.20, 0.26, 0.10), 2: (0.42, 0.46, 0.20)})
    woods = graded(grain, {-2: (0.16, 0.30, 0.14), 2: (0.34, 0.46, 0.22)})
    colours = mixed(mixed(soil, flowers, bloom), woods, smoothstep(land.z, 6.5, 8))
    colours = hazed(lit(colours, land.light, (0.46, 0.48, 0.56), (0.75, 0.70, 0.58)), land.z, (0.72, 0.82, 0.92), 26)
    canvas = sky(view, {0.0: (0.84, 0.91, 0.95), 0.12: (0.46, 0.69, 0.90), 0.4: (0.13, 0.38, 0.72)})
    canvas = with_clouds(canvas, view, rng, Clouds((1, 1, 1), (0.64, 0.70, 0.80), cover=0.44, size=1.1, fall=1.8))
    canvas = laid_before(canvas, colours, land.steps)
    trees: list[Shape] = []
    for x in rng.uniform(0, 1, 60).tolist():
        trees += leafy(rng, x * width, height * 0.575, height * rng.uniform(0.02, 0.045), (0.20, 0.32, 0.14))
    trees += leafy(rng, width * 0.71, height * 0.70, height * 0.50, (0.27, 0.42, 0.14))
    return with_shapes(canvas, trees)


def autumn(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """A wood in its colours on hills that fade into mist."""
    view = View(width, height, horizon=0.34, eye=0.62, near=0.7, far=16)
    rough, fine = fractal(rng, 1024, 2.6), fractal(rng, 512, 1.2)

    def heights(x: Plane, z: Plane) -> Plane:
        hills = 0.30 * sampled(rough, x * 0.09, z * 0.09 + 0.15) * smoothstep(z, 0.5, 3.5)
        return np.asarray(hills + 0.06 * smoothstep(np.abs(x), 0, 4) * z - 0.15, np.float32)

    land = ground(view, heights, (0.7, 0.5, 0.1))
    field = sampled(rough, land.x * 0.3 + 0.5, land.z * 0.3) + 0.25 * sampled(fine, land.x * 1.2, land.z * 1.2)
    colours = graded(field, {-1.2: (0.42, 0.44, 0.16), 0: (0.62, 0.56, 0.24), 1.2: (0.74, 0.58, 0.30)})
    colours = hazed(lit(colours, land.light, (0.42, 0.42, 0.46), (0.95, 0.78, 0.55)), land.z, _MIST, 10)
    canvas = sky(view, {0.0: (0.97, 0.88, 0.76), 0.1: (0.84, 0.86, 0.86), 0.25: (0.52, 0.68, 0.82)})
    clouds = Clouds((1.0, 0.97, 0.92), (0.76, 0.76, 0.80), cover=0.5, size=2.0, fall=1.6)
    canvas = with_glow(with_clouds(canvas, view, rng, clouds), view, (0.33, 0.12), (0.40, 0.30, 0.14), 0.09)
    canvas = laid_before(canvas, colours, land.steps)
    z = np.exp(rng.uniform(np.log(1.3), np.log(12), 1500)).astype(np.float32)
    aside = rng.uniform(-0.62, 0.62, 1500).astype(np.float32)
    wooded = sampled(rough, aside * z * 0.3 + 0.5, z * 0.3) < 0.05
    trees: list[Shape] = []
    for spot in view.spots(heights, aside[wooded], z[wooded]):
        air = 1 - np.exp(-spot.z / 10)
        leaves = np.array(_LEAVES[rng.integers(len(_LEAVES))]) * rng.uniform(0.85, 1.1)
        red, green, blue = (leaves * (1 - air) + np.array(_MIST) * air * 0.72).tolist()
        trees += leafy(rng, spot.column, spot.row, spot.scale * rng.uniform(0.11, 0.19), (red, green, blue), sun=1.0)
    return with_shapes(canvas, trees)
