from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from pictured.indexing.marr import marr_hash

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
Damage = Callable[[Image.Image], Image.Image]


def grey(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L"))


def bits(found: bytes) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(found, np.uint8))


def slowly(luminance: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Zauner 2010 step by step: how far each block of each window lies above the window's mean."""
    square = cv2.resize(luminance, (512, 512), interpolation=cv2.INTER_CUBIC)
    equalised = cv2.equalizeHist(cv2.GaussianBlur(square, (7, 7), 1.4))
    y, x = np.mgrid[-8:9, -8:9] / 2
    a = x**2 + y**2
    response = cv2.filter2D(equalised, cv2.CV_64F, (2 - a) * np.exp(-a / 2))
    blocks = np.array([[response[r : r + 16, c : c + 16].sum() for c in range(0, 496, 16)] for r in range(0, 496, 16)])
    above = []
    for row in range(0, 29, 4):
        for column in range(0, 29, 4):
            window = blocks[row : row + 3, column : column + 3]
            above += list((window - window.mean()).ravel())
    return np.array(above)


@pytest.mark.parametrize("name", NAMES)
def test_the_bits_are_those_of_the_published_steps(photo: Callable[[str], Image.Image], name: str) -> None:
    luminance = grey(photo(name).resize((300, 210)))
    above = slowly(luminance)
    clear = np.abs(above) > 1e-3
    assert np.count_nonzero(clear) > 500
    assert np.array_equal(bits(marr_hash(luminance))[clear], (above > 0)[clear])


# The first product of matrices starts threads, which takes long where processors are busy.
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_any_size_gives_72_bytes(width: int, height: int, seed: int) -> None:
    luminance = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    assert len(marr_hash(luminance)) == 72
    assert marr_hash(luminance) == marr_hash(luminance.copy())


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (90, 200)])
@pytest.mark.parametrize("value", [0, 77, 255])
def test_where_nothing_varies_no_bit_is_set(size: tuple[int, int], value: int) -> None:
    assert marr_hash(np.full(size, value, np.uint8)) == bytes(72)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS),
        lambda image: image.resize((200, 300), Image.Resampling.LANCZOS),
        lambda image: ImageEnhance.Brightness(image).enhance(0.8),
        lambda image: ImageEnhance.Contrast(image).enhance(0.8),
        lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    ],
    ids=["half", "squeezed", "dark", "flat", "blurred"],
)
def test_a_damaged_copy_is_nearer_than_any_other_picture(
    photo: Callable[[str], Image.Image], name: str, damage: Damage
) -> None:
    def seen(image: Image.Image) -> NDArray[np.uint8]:
        return bits(marr_hash(grey(image.resize((320, 240), Image.Resampling.LANCZOS))))

    copy = seen(damage(photo(name)))
    distances = {other: np.count_nonzero(copy != seen(photo(other))) for other in NAMES}
    assert distances.pop(name) < 150
    assert min(distances.values()) > 200


def test_where_a_picture_is_large_all_of_its_pixels_count(photo: Callable[[str], Image.Image]) -> None:
    wide = photo("china").resize((3200, 200), Image.Resampling.BICUBIC)
    noisy = np.random.default_rng(5).normal(grey(wide), 25).clip(0, 255).astype(np.uint8)
    narrow = wide.resize((512, 200), Image.Resampling.BOX)
    assert np.count_nonzero(bits(marr_hash(grey(wide))) != bits(marr_hash(grey(narrow)))) < 15
    assert np.count_nonzero(bits(marr_hash(noisy)) != bits(marr_hash(grey(narrow)))) < 150
