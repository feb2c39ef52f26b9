import numpy as np
import pytest

from pictured.imaging.rendering.spaces import colours, points


@pytest.mark.parametrize("space", ["rgb", "oklab"])
@pytest.mark.parametrize("alpha", [False, True])
def test_opaque_colours_come_back(space: str, *, alpha: bool) -> None:
    some = np.random.default_rng(0).integers(0, 256, (2000, 4)).astype(np.uint8)
    some[:, 3] = 255
    assert np.array_equal(colours(points(some, space, alpha=alpha), space), some)


@pytest.mark.parametrize("space", ["rgb", "oklab"])
def test_half_transparent_colours_come_back(space: str) -> None:
    some = np.random.default_rng(0).integers(1, 256, (2000, 4)).astype(np.uint8)
    assert np.abs(colours(points(some, space, alpha=True), space).astype(int) - some).max() <= 1


def test_the_less_opaque_the_less_colour_counts() -> None:
    red, blue = [255, 0, 0], [0, 0, 255]
    strong = points(np.array([[*red, 255], [*blue, 255]], dtype=np.uint8), "rgb", alpha=True)
    weak = points(np.array([[*red, 10], [*blue, 10]], dtype=np.uint8), "rgb", alpha=True)
    clear = points(np.array([[*red, 0], [*blue, 0]], dtype=np.uint8), "rgb", alpha=True)
    apart = [float(np.linalg.norm(pair[0] - pair[1])) for pair in (strong, weak, clear)]
    assert apart[0] > 20 * apart[1] > apart[2] == 0


def test_what_is_transparent_has_no_colour() -> None:
    assert colours(np.array([[10, 10, 10, 0.3]], dtype=np.float32), "rgb").tolist() == [[0, 0, 0, 0]]
