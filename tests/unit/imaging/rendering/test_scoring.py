import io

import numpy as np
import pytest
from PIL import Image

from pictured.imaging.rendering.scoring import reference, score


def scene(height: int = 160, width: int = 200) -> np.ndarray:
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    return np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def jpeg(pixels: np.ndarray, quality: int, subsampling: int = 0) -> np.ndarray:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(out))


def test_the_same_picture_has_a_hundred_points() -> None:
    assert score(reference(scene()), scene()) == pytest.approx(100, abs=0.1)


def test_points_fall_with_the_quality() -> None:
    original = reference(scene())
    points = [score(original, jpeg(scene(), quality)) for quality in (95, 80, 60, 40, 20, 5)]
    assert points == sorted(points, reverse=True)
    assert points[0] > 80
    assert points[-1] < 50


def test_lost_colour_counts() -> None:
    grey = np.repeat(scene().mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert score(reference(scene()), grey) < 20


def test_what_is_fully_transparent_does_not_count() -> None:
    one = np.dstack([scene(), np.full((160, 200), 255, np.uint8)])
    one[:80, :, 3] = 0
    other = one.copy()
    other[:80, :, :3] = 77
    assert score(reference(one), other) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("ground", [0, 255])
def test_a_transparent_picture_counts_as_on_its_worse_background(ground: int) -> None:
    one = np.full((64, 64, 4), ground, dtype=np.uint8)
    one[..., 3] = 0
    one[16:48, 16:48, 3] = 255
    other = one.copy()
    other[..., 3] = 0
    assert score(reference(one), other) < 60


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 3), (16, 16)])
def test_the_smallest_pictures_have_points(size: tuple[int, int]) -> None:
    pixels = scene()[: size[0], : size[1]]
    assert score(reference(pixels), pixels) == pytest.approx(100, abs=0.1)
