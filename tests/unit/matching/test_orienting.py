import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from skimage import data

from pictured.matching.orienting import ORIENTATIONS, SIDE, hashes_of, oriented, picture_of


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_hash_from_the_transform_is_the_hash_of_the_turned_picture(orientation: int) -> None:
    picture = np.asarray(Image.fromarray(data.camera()).resize((SIDE, SIDE)))
    turned = Image.fromarray(oriented(picture, orientation))

    expected = np.packbits(imagehash.phash(turned, hash_size=16).hash.ravel())

    differing = np.unpackbits(expected ^ hashes_of(picture.tobytes())[orientation - 1]).sum()
    assert differing <= 2  # a coefficient that equals the median may fall on either side


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientations_are_those_of_pillow(orientation: int) -> None:
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    image = Image.fromarray(picture)
    expected = image.transpose(methods[orientation]) if orientation in methods else image

    assert np.array_equal(oriented(picture, orientation), np.asarray(expected))


@given(arrays(np.uint8, (SIDE, SIDE), elements=st.integers(0, 255)))
def test_a_thumb_goes_round(picture: np.ndarray) -> None:
    assert np.array_equal(picture_of(picture.tobytes()), picture)
    assert hashes_of(picture.tobytes()).shape == (8, 32)
