import numpy as np
import pytest

from pictured.imaging.drawing.noise import Plane
from pictured.imaging.drawing.view import View, laid_before, looked_up, seen

VIEW = View(60, 40, horizon=0.5, eye=1.0, near=1.0, far=100.0)


def flat(x: Plane, z: Plane) -> Plane:  # noqa: ARG001
    return np.zeros_like(x)


def test_a_plain_reaches_from_the_lower_edge_to_the_horizon() -> None:
    x, z = VIEW.rays()
    sky = np.isnan(seen(VIEW, flat(x, z), z))
    assert sky[:20].all()
    assert not sky[21:].any()


def test_a_wall_hides_what_is_behind_it() -> None:
    _, z = VIEW.rays()
    wall = np.where((z > 9) & (z < 11), 2.0, 0.0).astype(np.float32)
    distances = looked_up(z, seen(VIEW, wall, z))
    below = distances[21:]
    assert below.max() < 11
    top = round(float(VIEW.rows(np.float32(2), np.float32(9))))
    assert np.isnan(seen(VIEW, wall, z)[: top - 1]).all()


def test_the_rays_cover_the_width_and_the_distance() -> None:
    x, z = VIEW.rays()
    assert z[[0, -1], 0].tolist() == pytest.approx([1, 100])
    assert (x / z)[:, [0, -1]].min(axis=0).tolist() == pytest.approx([-0.6, 0.6])


def test_what_is_looked_up_lies_between_two_steps() -> None:
    values = np.repeat(np.arange(4, dtype=np.float32)[:, None], 2, axis=1)
    assert looked_up(values, np.float32([[0.5, 3], [1.25, np.nan]]))[0].tolist() == [0.5, 3]
    colours = np.repeat(values[..., None], 3, axis=2)
    assert looked_up(colours, np.float32([[0.5, 3]]))[0].tolist() == [[0.5] * 3, [3.0] * 3]


def test_the_sky_shows_where_there_is_no_land() -> None:
    sky, land = np.ones((1, 2, 3), np.float32), np.zeros((4, 2, 3), np.float32)
    assert laid_before(sky, land, np.float32([[np.nan, 2]]))[0, :, 0].tolist() == [1, 0]


def test_spots_come_with_the_furthest_first_and_stand_on_the_ground() -> None:
    spots = VIEW.spots(flat, np.float32([0, 0.6, -0.6]), np.float32([2, 50, 10]))
    assert [spot.z for spot in spots] == [50, 10, 2]
    assert [spot.column for spot in spots] == pytest.approx([60, 0, 30], abs=1e-3)
    assert [spot.row for spot in spots] == pytest.approx([20 + spot.scale for spot in spots])


def test_places_are_measured_from_the_middle_of_the_horizon() -> None:
    across, up = VIEW.places()
    assert across.shape == up.shape == (40, 60)
    assert across[0, [0, -1]].tolist() == pytest.approx([-59 / 120, 59 / 120])
    assert up[[0, 20], 0].tolist() == pytest.approx([1 / 3, 0])
