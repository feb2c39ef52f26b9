import numpy as np
import pytest

from pictured.imaging.rendering.oklab import to_oklab, to_srgb


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (0.6280, 0.2249, 0.1258)),
        ((0, 255, 0), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 255), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_known_colours_lie_where_they_should(colour: tuple[int, ...], lab: tuple[float, ...]) -> None:
    assert to_oklab(np.array([colour], dtype=np.uint8))[0] == pytest.approx(lab, abs=2e-4)


def test_every_tenth_colour_comes_back() -> None:
    levels = np.arange(0, 256, 10, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    assert np.array_equal(np.rint(to_srgb(to_oklab(colours))), colours)


def test_what_lies_outside_is_clipped() -> None:
    assert to_srgb(np.array([[2.0, 0.0, 0.0], [0.5, 0.4, 0.4]])).max() <= 255
    assert to_srgb(np.array([[0.5, -0.4, 0.4]])).min() >= 0
