import numpy as np
import pytest

from pictured.marking.luminance import bands, luminance, reduced, span
from pictured.marking.resampling import resized


def test_bands_cover_every_row_once() -> None:
    rows = [row for part in bands(1300) for row in range(1300)[part]]
    assert rows == list(range(1300))


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_white_is_255_in_every_depth(kind: str) -> None:
    white = {"uint8": 255, "uint16": 65535, "float32": 255.0}[kind]
    picture = np.full((3, 4, 3), white, kind)
    assert np.allclose(luminance(picture), 255, atol=1e-3)
    assert np.allclose(luminance(picture[..., 0]), 255, atol=1e-3)


def test_alpha_is_passed_over() -> None:
    grey = np.dstack([np.full((2, 2), 90, np.uint8), np.zeros((2, 2), np.uint8)])
    assert np.allclose(luminance(grey), 90)
    colour = np.dstack([np.full((2, 2, 3), 90, np.uint8), np.zeros((2, 2), np.uint8)])
    assert np.allclose(luminance(colour), 90, atol=1e-3)


def test_steps_of_16_bits_are_finer() -> None:
    assert span(np.zeros(1, np.uint16)) == 257
    assert span(np.zeros(1, np.uint8)) == 1


def test_reducing_by_bands_is_reducing_the_whole() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (700, 90, 3)).astype(np.uint8)
    found = reduced(picture, 140)
    assert found.shape == (140, 18)
    assert np.allclose(found, resized(luminance(picture), 140, 18), atol=1e-2)
    assert reduced(picture, 800).shape == (700, 90)
