import numpy as np
import pytest

from pictured.marking.aligning import aligned
from pictured.marking.layout import TILE, layout_of

LAYOUT = layout_of(b"s")


def pilots(matrix: np.ndarray, shift: tuple[float, float], strength: float = 0.15) -> np.ndarray:
    y, x = np.mgrid[0:300, 0:400]
    plane = np.random.default_rng(0).normal(0, 1, x.shape)
    for k, phase in zip(LAYOUT.pilots, LAYOUT.phases, strict=True):
        across, down = k @ matrix / TILE
        turn = (across * x + down * y) + (k @ np.array(shift)) / TILE
        plane += strength * np.cos(2 * np.pi * turn + phase)
    return plane.astype(np.float32)


def error(found: np.ndarray, wanted: np.ndarray, shift: np.ndarray, told: tuple[float, float]) -> float:
    corners = np.array([[0, 0], [399, 0], [0, 299], [399, 299]])
    off = corners @ (found - wanted).T + shift - np.array(told)
    return float(np.abs((off + TILE / 2) % TILE - TILE / 2).max())


@pytest.mark.parametrize("half_turn", [False, True])
@pytest.mark.parametrize("guess", [(0.0, 0.0), (0.12, 0.2), (-0.15, -0.25)])
def test_the_exact_map_is_found_from_a_guess_nearby(guess: tuple[float, float], *, half_turn: bool) -> None:
    matrix, told = np.array([[0.97, 0.25], [-0.25, 0.97]]) * (-1 if half_turn else 1), (37.3, -20.9)
    angle = np.deg2rad(guess[0])
    near = matrix @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * (1 + guess[1] / 100)
    found = aligned(pilots(matrix, told), LAYOUT, -near if half_turn else near)
    assert found.score > 20
    assert error(found.matrix, matrix, found.shift, told) < 0.5


def test_a_squeeze_is_refined() -> None:
    matrix = np.diag([1.11, 0.98])
    found = aligned(pilots(matrix, (3, 4)), LAYOUT, matrix @ np.diag([1.0015, 0.9985]), squeezed=True)
    assert error(found.matrix, matrix, found.shift, (3, 4)) < 0.5


def test_where_nothing_is_hidden_the_score_is_low() -> None:
    assert aligned(pilots(np.eye(2), (0, 0), strength=0.0), LAYOUT, np.eye(2)).score < 7.5
