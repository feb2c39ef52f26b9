"""What shines in the sky. Places are (right of the middle, above the horizon), in widths of the picture."""

import numpy as np

from pictured.imaging.drawing.noise import Plane, fractal, sampled, smoothstep
from pictured.imaging.drawing.painting import Canvas, Colour, graded, mixed
from pictured.imaging.drawing.view import View

Place = tuple[float, float]


def with_glow(canvas: Canvas, view: View, at: Place, colour: Colour, width: float) -> Canvas:
    """Add light around a place, half as much with every `width` further away."""
    found: Canvas = canvas + np.exp2(-_away(view, at) / np.float32(width))[..., None] * np.asarray(colour, np.float32)
    return found


def with_disc(canvas: Canvas, view: View, at: Place, colour: Colour, radius: float) -> Canvas:
    """Paint the sun, or a full moon."""
    return mixed(canvas, colour, smoothstep(_away(view, at), radius * 1.06, radius * 0.94))


def with_stars(canvas: Canvas, view: View, rng: np.random.Generator, count: int) -> Canvas:
    """Scatter stars over the sky, few bright ones among many faint ones."""
    found = canvas.copy()
    rows = rng.integers(0, int(view.horizon * view.height), count).tolist()
    columns = rng.integers(0, view.width, count).tolist()
    brightness = np.minimum(0.12 / rng.uniform(0.03, 1, count), 1).tolist()
    tints = (1 + rng.uniform(-0.12, 0.12, (count, 3))).astype(np.float32)
    for row, column, light, tint in zip(rows, columns, brightness, tints, strict=True):
        reach = 2 if light > 0.45 else 1
        found[row : row + reach, column : column + reach] += np.float32(light) * tint
    return found


def with_aurora(canvas: Canvas, view: View, rng: np.random.Generator) -> Canvas:
    """Hang four curtains of northern light into the sky, one behind the other."""
    across, up = view.places()
    rays = fractal(rng, 512, 1.0)
    level = np.full_like(up, 0.37)
    found = canvas
    for number in range(4):
        phase = rng.uniform(0, 2 * np.pi)
        bend = 0.045 * np.sin(across * rng.uniform(5, 9) + phase) + 0.022 * np.sin(across * 19 + 2 * phase)
        foot = up - (0.075 + 0.062 * number) - bend - across * rng.uniform(-0.12, 0.12)
        ray = 0.75 + 0.25 * sampled(rays, across * 1.5 + bend * 4 + np.float32(number * 0.31), level)
        fade = 0.45 + 0.55 * np.sin(across * rng.uniform(4, 8) + phase) ** 2
        light = smoothstep(foot, -0.006, 0.012) * np.exp(-np.maximum(foot, 0) / (0.06 + 0.035 * ray)) * ray * fade
        tint = graded(foot, {0.0: (0.25, 0.95, 0.50), 0.10: (0.15, 0.65, 0.60), 0.22: (0.45, 0.20, 0.70)})
        found = found + tint * (light * np.float32(0.62))[..., None].astype(np.float32)
    return found


def _away(view: View, at: Place) -> Plane:
    across, up = view.places()
    found: Plane = np.hypot(across - np.float32(at[0]), up - np.float32(at[1]))
    return found
