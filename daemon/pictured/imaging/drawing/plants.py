"""Trees, one by one. `x` and `foot` are the pixel where the trunk meets the ground, `height` is in pixels."""

from typing import Final

import numpy as np

from pictured.imaging.drawing.painting import Colour, Shape, dimmed

_TURNS = np.arange(8) * (np.pi / 4)
_OCTAGON: Final = np.stack([np.cos(_TURNS), 0.85 * np.sin(_TURNS)], axis=1)


def conifer(
    rng: np.random.Generator, x: float, foot: float, height: float, colour: Colour, bright: Colour
) -> list[Shape]:
    """A spruce of drooping tiers; `bright` is its left side, which is towards the light."""
    tiers = max(3, min(12, int(height / 7)))
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for tier in range(tiers):
        top, end = foot - height * (1 - tier / tiers), foot - height * (1 - (tier + 1.25) / tiers) * 0.94
        reach = height * 0.23 * ((tier + 1) / tiers) ** 0.8
        one, other = (rng.uniform(0.75, 1.15, 2) * reach).tolist()
        left += [(x - one * 0.35, top), (x - one, end)]
        right += [(x + other * 0.35, top), (x + other, end)]
    tip, inner = (x, foot - height), (x - height * 0.03, foot - height * 0.06)
    return [Shape([tip, *left, *reversed(right)], colour), Shape([tip, *left, inner], bright)]


def leafy(
    rng: np.random.Generator, x: float, foot: float, height: float, colour: Colour, sun: float = -1.0
) -> list[Shape]:
    """A broad tree of many clumps of leaves, brighter towards the sun, -1 left to 1 right."""
    great = height > 60
    boughs = np.array([(0.0, 0.35, 0.42), *_boughs(rng)] if great else [(0.0, 0.0, 0.6)])
    clumps = int(0.95 * height**1.2) if great else max(6, int(height * 0.9))
    depth = np.arange(clumps) / clumps
    bough = boughs[np.arange(clumps) % len(boughs)]
    angle, away = rng.uniform(0, 2 * np.pi, clumps), rng.uniform(0, 1, clumps) ** 0.5 * bough[:, 2]
    across, up = bough[:, 0] + np.cos(angle) * away, bough[:, 1] + np.sin(angle) * away * 0.9
    tone = 0.42 + 0.40 * depth + 0.42 * up + 0.22 * across * sun + rng.uniform(-0.12, 0.12, clumps)
    size = height * (0.024 + 1.8 / height if great else 0.13) * rng.uniform(0.7, 1.2, clumps) * (1.2 - 0.4 * depth)
    middle = np.stack([x + across * height * 0.48, foot - height * (0.62 + 0.38 * up)], axis=1)
    outlines = middle[:, None] + _OCTAGON * (size[:, None] * rng.uniform(0.6, 1.25, (clumps, 8)))[..., None]
    tones = (np.maximum(0.25, tone) * 1.35).tolist()
    leaves = zip(outlines.tolist(), tones, strict=True)
    return [
        _trunk(x, foot, height, dimmed(colour, 0.35)),
        *(Shape(each, dimmed(colour, tone)) for each, tone in leaves),
    ]


def _boughs(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    places = [(-0.55, 0.0), (0.55, 0.02), (-0.30, 0.42), (0.34, 0.40), (0.0, -0.15), (0.0, 0.68)]
    return [(x + rng.uniform(-0.08, 0.08), y + rng.uniform(-0.08, 0.08), rng.uniform(0.27, 0.38)) for x, y in places]


def _trunk(x: float, foot: float, height: float, colour: Colour) -> Shape:
    base, neck, up = height * 0.035, height * 0.018, foot - height * 0.5
    return Shape([(x - base, foot), (x - neck, up), (x + neck, up), (x + base, foot)], colour)
