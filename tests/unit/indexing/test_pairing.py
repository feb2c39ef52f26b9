from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.laying import grid_of, laid
from pictured.indexing.pairing import paired
from pictured.indexing.predicting import MARGIN

Grey = NDArray[np.uint8]
NAMES = ("astronaut", "coffee", "chelsea", "china")


def grey(image: Image.Image) -> Grey:
    return np.asarray(image.convert("L"))


def misfit(copy: Grey, whole: Grey) -> float:
    """Mean difference of the patches, of their own contrast."""
    grid = grid_of(whole)
    one, other = laid(whole, grid), laid(copy, grid)
    assert one is not None
    assert other is not None
    core, pair = slice(MARGIN, -MARGIN), paired(one, other)
    both = [(a[core, core], b[core, core]) for a, b in zip(pair.larger, pair.smaller, strict=True)]
    return float(np.mean([np.abs(a - b).mean() / max(1.0, a.std()) for a, b in both]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.6, 0.8, 0.99])
def test_a_smaller_copy_lies_on_the_picture(photo: Callable[[str], Image.Image], name: str, scale: float) -> None:
    image = photo(name)
    small = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    assert misfit(grey(small), grey(image)) < 0.4


@pytest.mark.parametrize("scales", [(0.5, 0.25), (0.5, 0.5), (0.25, 0.5)])
def test_two_smaller_copies_lie_on_each_other(photo: Callable[[str], Image.Image], scales: tuple[float, float]) -> None:
    image = photo("astronaut")
    grid = grid_of(grey(image))
    smaller = [
        laid(grey(image.resize((round(512 * scale), round(512 * scale)), Image.Resampling.LANCZOS)), grid)
        for scale in sorted(scales, reverse=True)
    ]
    one, other = smaller
    assert one is not None
    assert other is not None
    pair = paired(one, other)
    assert {patch.shape for patch in (*pair.larger, *pair.smaller)} == {(96, 96)}
    assert np.mean([np.abs(a - b).mean() / a.std() for a, b in zip(pair.larger, pair.smaller, strict=True)]) < 0.4


@pytest.mark.parametrize("name", NAMES)
def test_a_slight_crop_is_evened_out(photo: Callable[[str], Image.Image], name: str) -> None:
    image = photo(name)
    cut = image.crop((image.width // 50, image.height // 80, image.width, image.height))
    assert misfit(grey(cut), grey(image)) < 0.25


@pytest.mark.parametrize("name", NAMES)
def test_a_tone_curve_is_undone(photo: Callable[[str], Image.Image], name: str) -> None:
    image = photo(name)
    lighter = image.point(lambda value: 255 * (value / 255) ** 0.6)
    assert misfit(grey(lighter), grey(image)) < 0.1
