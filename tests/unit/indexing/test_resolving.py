from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from pictured.indexing.patching import Region
from pictured.indexing.resolving import resolves

Photo = Callable[[str], Image.Image]


def regions(image: Image.Image) -> list[Region]:
    pixels = np.asarray(image.convert("L"))
    corners = [(left, top) for left in (0, 120, 240) for top in (0, 120)]
    return [
        Region(np.ascontiguousarray(pixels[top : top + 128, left : left + 128]), left, top, (0.0, 0.0), np.eye(3))
        for left, top in corners
    ]


@pytest.mark.parametrize("name", ["coffee", "chelsea", "china"])
@pytest.mark.parametrize("factor", [4, 6])
def test_a_photograph_shows_more_than_its_thumbnail(photo: Photo, name: str, factor: int) -> None:
    assert resolves(regions(photo(name)), factor)


@pytest.mark.parametrize("name", ["coffee", "chelsea", "china"])
@pytest.mark.parametrize("factor", [4, 6])
@pytest.mark.parametrize("kind", [Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.NEAREST])
def test_an_enlarged_thumbnail_does_not(photo: Photo, name: str, factor: int, kind: Image.Resampling) -> None:
    image = photo(name)
    small = image.resize((image.width // factor, image.height // factor), Image.Resampling.LANCZOS)
    assert not resolves(regions(small.resize(image.size, kind)), factor)


def test_nothing_shows_nothing() -> None:
    assert not resolves([], 4)
