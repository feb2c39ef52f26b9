from itertools import combinations

import numpy as np
import pytest

from pictured.imaging.drawing.scenes import Scene, drawn


@pytest.mark.parametrize("scene", Scene)
def test_a_scene_is_the_same_each_time(scene: Scene) -> None:
    first, second = drawn(scene, 90), drawn(scene, 90)
    assert (first.shape, first.dtype) == ((60, 90, 3), np.uint8)
    assert np.array_equal(first, second)


def test_all_scenes_differ() -> None:
    pictures = [drawn(scene, 90).astype(float) for scene in Scene]
    assert min(np.abs(one - other).mean() for one, other in combinations(pictures, 2)) > 15
