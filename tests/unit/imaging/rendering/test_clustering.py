import numpy as np
import pytest

from pictured.imaging.rendering.clustering import averaged, clustered, nearest


def clouds(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Clouds of points around the corners of a grid, far from each other."""
    rng = np.random.default_rng(0)
    middles = np.array([(x, y, 0) for x in range(0, 250, 50) for y in range(0, 250, 50)], dtype=np.float32)[:count]
    points = np.repeat(middles, 40, axis=0) + rng.normal(0, 1, (40 * count, 3)).astype(np.float32)
    return points, middles


@pytest.mark.parametrize("count", [2, 7, 16, 25])
def test_clouds_are_found(count: int) -> None:
    points, middles = clouds(count)
    means = clustered([(points, np.ones(len(points)))], count, 0)
    assert np.abs(means[nearest(middles, means)] - middles).max() < 1


def test_weights_count() -> None:
    points = np.array([[0, 0, 0], [10, 0, 0], [200, 0, 0]], dtype=np.float32)
    means = clustered([(points, np.array([9.0, 1.0, 5.0]))], 2, 0)
    assert sorted(means[:, 0].tolist()) == pytest.approx([1, 200])


def test_the_same_seed_gives_the_same_means() -> None:
    points, weights = np.random.default_rng(1).random((500, 3), dtype=np.float32) * 255, np.ones(500)
    assert np.array_equal(clustered([(points, weights)], 20, 5), clustered([(points, weights)], 20, 5))
    assert not np.array_equal(clustered([(points, weights)], 20, 5), clustered([(points, weights)], 20, 6))


def test_as_many_means_as_points_are_the_points() -> None:
    points = np.random.default_rng(1).random((30, 4), dtype=np.float32) * 255
    means = clustered([(points, np.ones(30))], 30, 0)
    assert np.abs(means[nearest(points, means)] - points).max() < 1e-3


def test_one_mean_is_the_mean() -> None:
    points = np.random.default_rng(1).random((30, 3), dtype=np.float32) * 255
    assert clustered([(points, np.ones(30))], 1, 0)[0] == pytest.approx(points.mean(axis=0), abs=1e-2)


def test_the_nearest_is_found_among_many() -> None:
    rng = np.random.default_rng(2)
    points, means = rng.random((3000, 3), dtype=np.float32) * 255, rng.random((50, 3), dtype=np.float32) * 255
    expected = ((points[:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(nearest(points, means), expected)


def test_a_group_without_points_has_no_weight() -> None:
    means, weights = averaged(np.ones((2, 3), dtype=np.float32), np.ones(2), np.array([0, 2]), 3)
    assert weights.tolist() == [1, 0, 1]
    assert means.tolist() == [[1, 1, 1], [0, 0, 0], [1, 1, 1]]
