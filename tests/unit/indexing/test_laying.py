from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.laying import SMALLEST, grid_of, laid

Grey = NDArray[np.uint8]
NAMES = ("astronaut", "coffee", "chelsea", "china")


def grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"))


def test_another_picture_is_not_laid_on(photo: Callable[[str], Image.Image]) -> None:
    assert laid(grey(photo("coffee")), grid_of(grey(photo("astronaut")))) is None


def test_patches_keep_away_from_what_is_flat(photo: Callable[[str], Image.Image]) -> None:
    sky = np.full((1200, 1500), 180, np.uint8)
    sky[700:, 600:1112] = grey(photo("astronaut"))[:500]
    assert all(left > 450 and top > 550 for left, top in grid_of(sky).places)


@pytest.mark.parametrize("size", [(SMALLEST, SMALLEST), (SMALLEST, 5000), (97, 40), (192, 300)])
def test_patches_fit_into_every_picture(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, size, np.uint8)
    grid = grid_of(noise)
    assert 1 <= len(grid.places) <= 16
    assert all(patch.shape == (grid.side, grid.side) for patch in grid.patches)
