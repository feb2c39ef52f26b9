"""Scenes at the water: a harbour in the evening, a mountain lake, islands at sunset."""

import math

import numpy as np

from pictured.imaging.drawing.lights import with_disc, with_glow
from pictured.imaging.drawing.noise import Plane, fractal, ridged, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, Shape, graded, mixed, with_shapes
from pictured.imaging.drawing.plants import conifer, leafy
from pictured.imaging.drawing.sky import Clouds, sky, with_clouds
from pictured.imaging.drawing.terrain import ground, hazed, lit
from pictured.imaging.drawing.towns import boat, house
from pictured.imaging.drawing.view import View, laid_before
from pictured.imaging.drawing.water import Water, with_water

_WHITE: Colour = (0.98, 0.95, 0.91)
_FLEET: tuple[tuple[float, float, float, Colour], ...] = (
    (0.42, 0.50, 0.05, _WHITE),
    (0.30, 0.53, 0.09, _WHITE),
    (0.53, 0.58, 0.14, (0.80, 0.30, 0.22)),
    (0.14, 0.62, 0.20, _WHITE),
    (0.70, 0.73, 0.30, _WHITE),
)


def harbour(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Sailing boats off a village, the sun low."""
    view = View(width, height, horizon=0.46, eye=0.16, near=0.22, far=14)
    rough, fine = fractal(rng, 1024, 2.2), fractal(rng, 512, 1.2)

    def heights(x: Plane, z: Plane) -> Plane:
        bay = smoothstep(x + 0.22 * np.sin(z * 1.3) - 0.15 * z, 0.05, 1.6) * smoothstep(z, 1.4, 2.6)
        cape = smoothstep(-x - 0.1 * z, 0.2, 2.2) * smoothstep(z, 5.0, 7.0)
        hills = 0.62 * bay * (1 + 0.35 * sampled(rough, x * 0.2, z * 0.2))
        return hills + 0.9 * cape * (1 + 0.4 * sampled(rough, x * 0.15, z * 0.15)) - 0.03 + 0.008 * sampled(fine, x, z)

    land = ground(view, heights, (-0.8, 0.35, 0.1))
    grain = sampled(fine, land.x * 1.5, land.z * 1.5)
    green = graded(grain, {-2: (0.16, 0.20, 0.09), 0: (0.34, 0.36, 0.16), 2: (0.55, 0.50, 0.28)})
    colours = mixed(green, (0.80, 0.70, 0.52), smoothstep(land.heights, 0.035, 0.005))
    colours = hazed(lit(colours, land.light, (0.42, 0.40, 0.46), (1.25, 0.92, 0.55)), land.z, (0.98, 0.80, 0.62), 11)
    sun = (-0.20, 0.10)
    evening: dict[float, Colour] = {0.0: (0.99, 0.78, 0.52), 0.08: (0.97, 0.72, 0.52)}
    canvas = sky(view, evening | {0.2: (0.62, 0.62, 0.72), 0.34: (0.32, 0.44, 0.66)})
    canvas = with_clouds(canvas, view, rng, Clouds((1.0, 0.86, 0.68), (0.60, 0.50, 0.58), 0.42, size=1.5, sun=-0.6))
    canvas = with_disc(with_glow(canvas, view, sun, (0.55, 0.38, 0.18), 0.07), view, sun, (1.0, 0.97, 0.85), 0.018)
    canvas = laid_before(canvas, colours, land.steps)
    village: list[Shape] = []
    z = rng.uniform(2.0, 4.4, 420).astype(np.float32)
    for spot in view.spots(heights, (rng.uniform(0.05, 0.62, 420)).astype(np.float32), z):
        size = spot.scale * 0.085 * rng.uniform(0.8, 1.2)
        above = view.eye - (spot.row - view.horizon * height) / spot.scale
        if 0.02 < above < 0.40 and rng.random() < 0.75 - above:
            village += (
                leafy(rng, spot.column, spot.row, size * 1.1, (0.20, 0.26, 0.12))
                if rng.random() < 0.35
                else house(rng, spot.column, spot.row + 2, size)
            )
    water = Water((0.10, 0.22, 0.30), ripple=0.9, glitter=(0.55, 0.42, 0.22), sun=sun)
    canvas = with_water(with_shapes(canvas, village), view, rng, land.wet, water)
    wakes = [shape for x, y, size, sail in _FLEET for shape in _boat(width, height, x, y, -0.8 * size, sail)]
    boats = [shape for x, y, size, sail in _FLEET for shape in _boat(width, height, x, y, size, sail)]
    return with_shapes(mixed(canvas, with_shapes(canvas, wakes), 0.28), boats)


def lake(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Snowy mountains and their mirror image, spruces on the near bank."""
    view = View(width, height, horizon=0.60, eye=0.10, near=0.25, far=9)
    rough, fine = fractal(rng, 1024, 2.4), fractal(rng, 512, 1.3)

    def heights(x: Plane, z: Plane) -> Plane:
        rise = smoothstep(z, 2.0, 6.0) * (0.30 + 0.70 * smoothstep(np.abs(x - 0.3), 0.0, 2.8))
        peaks = ridged(rough, x * 0.11 + 0.2, z * 0.11) + 0.35 * ridged(rough, x * 0.41, z * 0.41 + 0.5)
        return rise * (0.55 + peaks) - 0.05 + 0.013 * sampled(fine, x * 0.5, z * 0.5)

    land = ground(view, heights, (-0.75, 0.5, -0.25))
    grain = sampled(fine, land.x * 2, land.z * 2)
    rock = graded(grain, {-2: (0.40, 0.38, 0.38), 2: (0.60, 0.57, 0.53)})
    wood = graded(grain, {-2: (0.06, 0.13, 0.08), 2: (0.22, 0.30, 0.13)})
    colours = mixed(rock, wood, smoothstep(land.heights + 0.06 * grain, 0.66, 0.42))
    snow = smoothstep(land.heights + 0.07 * grain - 0.55 * land.steep, 0.70, 0.82)
    colours = lit(mixed(colours, (0.97, 0.98, 1.0), snow), land.light, (0.30, 0.37, 0.50), (1.15, 1.02, 0.85))
    canvas = sky(view, {0.0: (0.82, 0.89, 0.94), 0.12: (0.50, 0.70, 0.90), 0.4: (0.16, 0.38, 0.70)})
    canvas = with_clouds(canvas, view, rng, Clouds((1, 1, 1), (0.66, 0.71, 0.80), cover=0.45, size=1.1))
    canvas = laid_before(canvas, hazed(colours, land.z, (0.66, 0.78, 0.90), 24), land.steps)
    canvas = with_water(canvas, view, rng, land.wet, Water((0.04, 0.16, 0.22), ripple=0.35))
    bank = [shape for side in (-1, 1) for shape in _bank(rng, width, height, side)]
    return with_shapes(canvas, bank)


def islands(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Two rocks in a red sea, under ragged clouds."""
    view = View(width, height, horizon=0.55, eye=0.12, near=0.2, far=14)
    rough, fine = fractal(rng, 1024, 2.3), fractal(rng, 512, 1.2)

    def heights(x: Plane, z: Plane) -> Plane:
        great = smoothstep(np.hypot((x + 0.9) / 1.5, z - 5.0), 1.0, 0.0)
        small = 0.8 * smoothstep(np.hypot((x - 2.6) / 0.5, (z - 6.5) / 0.5), 1.0, 0.0)
        rock = 0.75 + 0.35 * ridged(rough, x * 0.25, z * 0.25)
        return np.asarray((great + small) * rock - 0.04 + 0.012 * sampled(fine, x, z), np.float32)

    land = ground(view, heights, (0.6, 0.3, 0.3))
    grain = sampled(fine, land.x * 1.5, land.z * 1.5)
    colours = graded(grain, {-2: (0.16, 0.12, 0.14), 2: (0.36, 0.26, 0.24)})
    colours = hazed(lit(colours, land.light, (0.55, 0.45, 0.60), (1.4, 0.75, 0.40)), land.z, (0.95, 0.50, 0.42), 20)
    sun = (0.12, 0.035)
    glow: dict[float, Colour] = {0.0: (0.99, 0.62, 0.34), 0.08: (0.93, 0.44, 0.38)}
    canvas = sky(view, glow | {0.2: (0.55, 0.28, 0.45), 0.36: (0.20, 0.16, 0.38)})
    clouds = Clouds((1.0, 0.60, 0.42), (0.38, 0.22, 0.38), cover=0.5, size=1.4, fall=1.6, sun=0.6)
    canvas = with_glow(with_clouds(canvas, view, rng, clouds), view, sun, (0.5, 0.34, 0.14), 0.08)
    canvas = laid_before(with_disc(canvas, view, sun, (1.0, 0.93, 0.70), 0.032), colours, land.steps)
    water = Water((0.16, 0.08, 0.20), ripple=1.0, glitter=(0.70, 0.42, 0.16), sun=sun)
    return with_water(canvas, view, rng, land.wet, water)


def _boat(width: int, height: int, x: float, y: float, size: float, sail: Colour) -> list[Shape]:
    return boat(x * width, y * height, size * height, sail, (0.28, 0.16, 0.13))


def _bank(rng: np.random.Generator, width: int, height: int, side: int) -> list[Shape]:
    """The dark bank in a lower corner, side -1 left or 1 right, with its spruces."""

    def edge(inward: float) -> float:
        return height * (0.90 + 0.30 * math.pow(inward, 1.4))

    def column(inward: float) -> float:
        return width * (0.5 + side * (0.5 - inward))

    inward = np.linspace(0, 0.42, 40).tolist()
    outline = [(column(each), edge(each) + height * 0.006 * rng.standard_normal()) for each in inward]
    shapes = [Shape([*outline, (column(0), height * 1.1)], (0.06, 0.10, 0.06))]
    for each in sorted(rng.uniform(0, 0.24, 9).tolist(), reverse=True):
        tall = height * rng.uniform(0.16, 0.34) * (1 - each * 1.8)
        foot = edge(each) + height * 0.01
        shapes += conifer(rng, column(each), foot, tall, (0.035, 0.08, 0.06), (0.08, 0.15, 0.09))
    return shapes
