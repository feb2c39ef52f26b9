import numpy as np

from pictured.imaging.drawing.painting import Shape
from pictured.imaging.drawing.towns import boat, house, skyline


def corners(shapes: list[Shape]) -> np.ndarray:
    return np.array([corner for shape in shapes for corner in shape.outline])


def test_a_house_stands_on_its_foot() -> None:
    found = corners(house(np.random.default_rng(1), 100, 200, 50))
    assert found.min(axis=0)[0] == 100
    assert found.max(axis=0).tolist() == [150, 200]
    assert 200 - 50 * 1.1 < found.min(axis=0)[1] < 200 - 50 * 0.7


def test_a_boat_and_its_mirror_image_meet_at_the_water_line() -> None:
    up, down = (corners(boat(100, 200, size, (1, 1, 1), (0, 0, 0))) for size in (80, -80))
    assert (up[:, 1].min(), up[:, 1].max()) == (120, 200)
    assert (down[:, 1].min(), down[:, 1].max()) == (200, 280)
    assert up[:, 0].tolist() == down[:, 0].tolist()


def test_a_skyline_goes_from_edge_to_edge() -> None:
    found = corners(skyline(np.random.default_rng(1), 600, 300, 200, (0.1, 0.1, 0.2), lights=0.4))
    assert found[:, 0].min() <= 0
    assert found[:, 0].max() >= 600
    assert found[:, 1].max() == 300


def test_more_lights_are_more_windows() -> None:
    dark, bright = (
        len(skyline(np.random.default_rng(1), 600, 300, 200, (0.1, 0.1, 0.2), lights=lights)) for lights in (0.0, 0.5)
    )
    assert bright > 3 * dark
