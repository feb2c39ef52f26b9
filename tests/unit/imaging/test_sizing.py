import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from pictured.imaging.sizing import packed, packed_soon, sized, sized_soon


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 400))
def test_the_long_side_is_as_asked_and_the_shape_is_kept(height: int, width: int, long_side: int) -> None:
    found = sized(np.zeros((height, width), np.uint8), long_side)
    assert found.dtype == np.uint8
    assert max(found.shape) == long_side
    assert min(found.shape) == max(1, round(min(height, width) * long_side / max(height, width)))


def test_a_picture_is_made_smaller_without_aliasing() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (400, 200))
    assert np.ptp(sized(stripes, 100)[:, 5:-5].astype(int)) <= 4


def test_a_picture_is_made_larger_too() -> None:
    picture = data.camera()[::4, ::4]
    again = sized(sized(picture, 300), 128)
    assert np.abs(again.astype(int) - picture).mean() < 3


def test_what_is_sized_soon_differs_by_next_to_nothing() -> None:
    found = sized_soon(data.camera(), 128).astype(int)
    assert 0 < np.abs(found - sized(data.camera(), 128)).mean() < 1


def test_what_is_packed_soon_is_as_true_and_somewhat_larger() -> None:
    picture = sized(data.camera(), 128)
    files = packed(picture, 75), packed_soon(picture, 83)
    errors = [
        np.square(np.asarray(Image.open(io.BytesIO(file)).convert("L")).astype(float) - picture).mean()
        for file in files
    ]
    assert errors[1] < 1.2 * errors[0]
    assert len(files[1]) < 2 * len(files[0])


@pytest.mark.parametrize("box", [(20.0, 10.0, 148.0, 74.0), (20.25, 10.5, 148.25, 74.5)])
def test_only_what_lies_in_the_box_is_seen(box: tuple[float, float, float, float]) -> None:
    around = np.full((100, 200), 255, np.uint8)
    around[int(box[1]) : int(box[3]) + 1, int(box[0]) : int(box[2]) + 1] = 9
    found = sized(around, 64, box)
    assert found.shape == (32, 64)
    # The filter reaches over the edges of the box by three pixels of the result.
    assert found[4:-4, 4:-4].min() == found[4:-4, 4:-4].max() == 9


def test_a_box_ends_within_a_pixel() -> None:
    """The whole of a reduced JPEG ends within its last row and column."""
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (60, 1))
    whole, half = sized(ramp, 240), sized(ramp, 240, (0, 0, 59.5, 60))
    assert whole.shape != half.shape
    assert half[0, -1] <= whole[0, -1]


@pytest.mark.parametrize("shape", [(96, 128), (1, 1), (1, 128), (128, 1)])
@pytest.mark.parametrize("quality", [50, 75, 90])
def test_a_packed_picture_is_a_small_webp_of_the_same_picture(shape: tuple[int, int], quality: int) -> None:
    picture = np.asarray(Image.fromarray(data.camera()).resize(shape[::-1], Image.Resampling.LANCZOS))
    file = packed(picture, quality)
    with Image.open(io.BytesIO(file)) as opened:
        assert opened.format == "WEBP"
        back = np.asarray(opened.convert("L"))
    assert back.shape == shape
    assert np.abs(back.astype(int) - picture).mean() < 8
    assert len(file) < 5000


def test_a_higher_quality_is_nearer_to_the_picture_and_larger() -> None:
    picture = sized(data.camera(), 128)
    coarse, fine = packed(picture, 30), packed(picture, 90)
    assert len(coarse) < len(fine)
    errors = [
        np.abs(np.asarray(Image.open(io.BytesIO(file)).convert("L")).astype(int) - picture).mean()
        for file in (coarse, fine)
    ]
    assert errors[0] > errors[1]
