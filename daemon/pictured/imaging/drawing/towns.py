"""What people build: houses, sailing boats, a city at night. Places and sizes are in pixels."""

import numpy as np

from pictured.imaging.drawing.painting import Colour, Outline, Shape, dimmed

_ROOFS: tuple[Colour, ...] = ((0.62, 0.26, 0.17), (0.70, 0.35, 0.22), (0.50, 0.24, 0.20))
_WALLS: tuple[Colour, ...] = ((0.96, 0.90, 0.80), (0.93, 0.78, 0.60), (0.88, 0.86, 0.84), (0.85, 0.62, 0.48))
_LAMPS: tuple[Colour, ...] = ((1.0, 0.82, 0.48), (1.0, 0.92, 0.70), (0.80, 0.90, 1.0), (0.98, 0.70, 0.36))
_PANE: Colour = (0.22, 0.24, 0.30)


def house(rng: np.random.Generator, x: float, foot: float, size: float) -> list[Shape]:
    """A house with its gable to the left; `x` and `foot` are its lower left corner, `size` its width."""
    wall, roof = _WALLS[rng.integers(len(_WALLS))], _ROOFS[rng.integers(len(_ROOFS))]
    gable, tall, peak = size * 0.38, size * rng.uniform(0.5, 0.8), size * 0.28
    eaves, end, ridge = foot - tall, x + size, x + gable / 2
    slope = [(ridge, eaves - peak), (end - gable * 0.35, eaves - peak), (end, eaves), (x + gable, eaves)]
    shapes = [
        Shape(_box(x, eaves, gable, tall), wall),
        Shape([(x, eaves), (ridge, eaves - peak), (x + gable, eaves)], wall),
        Shape(_box(x + gable, eaves, size - gable, tall), dimmed(wall, 0.72)),
        Shape(slope, roof),
    ]
    windows = [x + gable * 0.3, *(x + gable + (size - gable) * part for part in (0.15, 0.45, 0.75))]
    for floor in range(2 if tall > size * 0.62 else 1):
        top = eaves + tall * (0.16 + 0.42 * floor)
        shapes += [Shape(_box(left, top, size * 0.09, size * 0.135), _PANE) for left in windows]
    return shapes


def boat(x: float, foot: float, size: float, sail: Colour, hull: Colour) -> list[Shape]:
    """A sailing boat; `foot` is its water line, `size` the height of its mast, negative for its mirror image."""
    deck, top, boom = foot - size * 0.08, foot - size, foot - size * 0.13
    wide = abs(size)
    side = [(x - wide * 0.34, deck), (x + wide * 0.36, deck), (x + wide * 0.24, foot), (x - wide * 0.24, foot)]
    main = [(x + wide * 0.02, boom), (x + wide * 0.02, top), (x + wide * 0.34, boom - size * 0.05)]
    jib = [(x - wide * 0.02, boom), (x - wide * 0.02, top + size * 0.06), (x - wide * 0.3, boom)]
    return [Shape(side, hull), Shape(main, sail), Shape(jib, dimmed(sail, 0.8))]


def skyline(
    rng: np.random.Generator, width: float, foot: float, tall: float, colour: Colour, lights: float
) -> list[Shape]:
    """A row of towers from edge to edge, the highest near the middle; `lights` is the share of lit windows."""
    shapes: list[Shape] = []
    x = -rng.uniform(0, 0.03) * width
    while x < width:
        wide = width * rng.uniform(0.022, 0.055)
        middle = 1 - 1.1 * abs((x + wide / 2) / width - 0.45)
        shapes += _tower(rng, (x, foot), (wide, tall * middle * rng.uniform(0.4, 1.0)), colour, lights)
        x += wide * rng.uniform(0.85, 1.2)
    return shapes


def _tower(
    rng: np.random.Generator, at: tuple[float, float], size: tuple[float, float], colour: Colour, lights: float
) -> list[Shape]:
    (x, foot), (wide, height) = at, size
    shade, top = dimmed(colour, rng.uniform(0.75, 1.25)), foot - height
    shapes = [Shape(_box(x, top, wide, height), shade)]
    shapes.append(Shape(_box(x + wide * 0.72, top, wide * 0.28, height), dimmed(shade, 0.7)))
    if rng.random() < 0.4:
        shapes.append(Shape(_box(x + wide * 0.3, top - height * 0.09, wide * 0.4, height * 0.1), shade))
    if rng.random() < 0.25:
        shapes.append(Shape(_box(x + wide * 0.49, top - height * 0.25, max(1.5, wide * 0.02), height * 0.26), shade))
    columns = int(rng.integers(5, 9))
    pitch = wide / (columns + 0.6)
    lamp = _LAMPS[rng.integers(len(_LAMPS))]
    for floor in range(int(height / (pitch * 1.25)) - 1):
        busy = lights * 1.6 * rng.random()
        level = top + pitch * (0.5 + 1.25 * floor)
        for column in range(columns):
            if rng.random() < busy:
                window = _box(x + pitch * (column + 0.45), level, pitch * 0.55, pitch * 0.6)
                shapes.append(Shape(window, dimmed(lamp, rng.uniform(0.55, 1.0))))
    return shapes


def _box(left: float, top: float, wide: float, high: float) -> Outline:
    return [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
