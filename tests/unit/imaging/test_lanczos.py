import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from pictured.imaging.lanczos import resized, shrunk
from pictured.looks import Box


def by_pillow(picture: NDArray[np.uint8], size: tuple[int, int], box: Box) -> NDArray[np.int_]:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, box)).astype(int)


SIDES = st.integers(1, 90)
# Pillow keeps the numbers of a box in 32 bits.
EIGHTHS = st.integers(0, 7).map(lambda number: number / 8)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 2**32 - 1), st.floats(0, 0.9), st.floats(0, 0.9))
def test_what_needs_no_averaging_is_as_pillow_makes_it(
    height: int, width: int, rows: int, columns: int, seed: int, left: float, bottom: float
) -> None:
    picture = np.random.default_rng(seed).integers(64, 192, (height, width), np.uint8)
    size = max(columns, width // 2), max(rows, height // 2)
    box = (left if width > 1 else 0.0, 0.0, float(width), height - bottom if height > 1 else 1.0)
    # Pillow rounds in between, too.
    assert np.abs(shrunk(picture, size, box) - by_pillow(picture, size, box)).max() <= 2


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 2**32 - 1), EIGHTHS, EIGHTHS)
def test_every_level_is_as_pillow_makes_it_rows_first(
    height: int, width: int, rows: int, columns: int, seed: int, left: float, bottom: float
) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    box = (left if width > 1 else 0.0, 0.0, float(width), height - bottom if height > 1 else 1.0)
    narrow = by_pillow(picture, (columns, height), (box[0], 0.0, box[2], height)).astype(np.uint8)
    truth = by_pillow(narrow, (columns, rows), (0.0, box[1], columns, box[3]))
    assert np.array_equal(resized(picture, (columns, rows), box), truth)


@pytest.mark.parametrize("shape", [(3000, 2000), (700, 5000)])
def test_a_large_picture_is_made_of_pieces_without_a_seam(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    narrow = Image.fromarray(picture).resize((64, shape[0]), Image.Resampling.LANCZOS)
    assert np.array_equal(resized(picture, (64, shape[0]), (0, 0, shape[1], shape[0])), np.asarray(narrow))


@pytest.mark.parametrize("shape", [(375, 500), (500, 333), (384, 4000), (300, 400), (512, 512), (191, 1001)])
def test_photographs_are_as_true_as_by_pillow(shape: tuple[int, int]) -> None:
    picture = np.asarray(Image.fromarray(data.camera()).resize(shape[::-1]))
    scale = 128 / max(shape)
    size, box = (round(shape[1] * scale), round(shape[0] * scale)), (0.0, 0.0, float(shape[1]), float(shape[0]))
    truth = by_pillow(picture, size, box)
    found = shrunk(picture, size, box)
    theirs = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, box, 1.5)).astype(int)
    assert found.shape == truth.shape
    assert np.square(found - truth).mean() <= 1.1 * np.square(theirs - truth).mean() + 0.3


def test_only_what_lies_in_the_box_is_seen() -> None:
    around = np.full((200, 300), 255, np.uint8)
    around[20:181, 40:281] = 9
    found = shrunk(around, (60, 40), (40.0, 20.0, 280.5, 180.5))
    # The window reaches over the edges of the box by three pixels of the result.
    assert found[4:-4, 4:-4].min() == found[4:-4, 4:-4].max() == 9


def test_fine_stripes_become_grey() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (400, 200))
    assert np.ptp(shrunk(stripes, (100, 100), (0, 0, 400, 400))[:, 5:-5].astype(int)) <= 4


def test_a_long_strip_takes_no_more_weights_than_a_photograph() -> None:
    strip = np.linspace(0, 255, 300_000).astype(np.uint8)[None]
    found = shrunk(strip, (128, 1), (0, 0, 300_000, 1))[0].astype(int)
    assert np.abs(found - by_pillow(strip, (128, 1), (0, 0, 300_000, 1))[0]).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 3)])
def test_the_smallest_pictures_are_made_larger(shape: tuple[int, int]) -> None:
    found = shrunk(np.full(shape, 77, np.uint8), (128, 96), (0, 0, shape[1], shape[0]))
    assert found.shape == (96, 128)
    assert (found == 77).all()
