import numpy as np
import pytest

from pictured.marking.layout import TILE, layout_of
from pictured.marking.searching import Hypothesis, hypotheses
from pictured.marking.spectrum import peaks

LAYOUT = layout_of(b"s")


def pilots(matrix: np.ndarray, shape: tuple[int, int] = (380, 500)) -> np.ndarray:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    plane = np.random.default_rng(0).normal(0, 1, shape)
    for k, phase in zip(LAYOUT.pilots, LAYOUT.phases, strict=True):
        across, down = k @ matrix / TILE
        plane += 0.12 * np.cos(2 * np.pi * (across * x + down * y) + phase)
    return plane.astype(np.float32)


def nearest(found: list[Hypothesis], matrix: np.ndarray) -> float:
    return min(float(np.abs(sign * each.matrix - matrix).max()) for each in found[:2] for sign in (1, -1))


def turned(degrees: float, scale: float, *, mirrored: bool = False) -> np.ndarray:
    angle = np.deg2rad(degrees)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / scale
    return np.diag([-1.0, 1.0]) @ matrix if mirrored else matrix


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1), (33, 0.8), (90, 1.3), (171, 0.6)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_turning_scaling_and_mirroring_are_found(degrees: float, scale: float, *, mirrored: bool) -> None:
    matrix = turned(degrees, scale, mirrored=mirrored)
    assert nearest(hypotheses(peaks(pilots(matrix)), LAYOUT), matrix) < 0.015


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("mirrored", [False, True])
def test_squeezing_is_found(*, swapped: bool, mirrored: bool) -> None:
    matrix = np.diag([-1.25 if mirrored else 1.25, 1.05])
    if swapped:
        matrix = matrix @ np.array([[0.0, 1.0], [1.0, 0.0]])
    found = hypotheses(peaks(pilots(matrix)), LAYOUT)
    assert nearest(found, matrix) < 0.015
    assert found[0].squeezed


def test_the_strongest_guess_comes_first() -> None:
    strengths = [each.strength for each in hypotheses(peaks(pilots(turned(10, 1))), LAYOUT)]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] > 20
