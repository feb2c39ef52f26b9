import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from pictured.matching.orienting import (
    ORIENTATIONS,
    SIDE,
    Affine,
    hashes_of,
    inverse,
    orientation_of,
    oriented,
    product,
    turning,
)

NUMBERS = st.floats(-3, 3)
AFFINES = st.lists(NUMBERS, min_size=6, max_size=6).map(lambda numbers: np.array(numbers).reshape(2, 3))


def turned(degrees: float) -> Affine:
    """What turns a picture clockwise, where y goes down."""
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def area(affine: Affine) -> float:
    """The determinant, of which numpy's own warns where it is zero."""
    return float(affine[0, 0] * affine[1, 1] - affine[0, 1] * affine[1, 0])


def place(affine: Affine, x: float, y: float) -> list[float]:
    return (affine[:, :2] @ (x, y) + affine[:, 2]).tolist()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_hash_from_the_transform_is_the_hash_of_the_turned_picture(orientation: int) -> None:
    picture = np.asarray(Image.fromarray(data.camera()).resize((SIDE, SIDE)))
    turned = Image.fromarray(oriented(picture, orientation))

    expected = np.packbits(imagehash.phash(turned, hash_size=16).hash.ravel())

    differing = np.unpackbits(expected ^ hashes_of(picture)[orientation - 1]).sum()
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


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turning_says_where_each_pixel_came_from(orientation: int) -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    found = oriented(picture, orientation)

    for y, x in np.ndindex(found.shape):
        across, down = place(turning(orientation), (x + 0.5) / found.shape[1], (y + 0.5) / found.shape[0])
        assert found[y, x] == picture[int(down * 3), int(across * 4)]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("angle", [-44, -10, -0.5, 0, 3, 44])
@pytest.mark.parametrize("scale", [0.1, 1, 7])
def test_the_orientation_and_the_rest_come_back(orientation: int, angle: float, scale: float) -> None:
    found, left = orientation_of(scale * turned(angle) @ turning(orientation)[:, :2])

    assert found == orientation
    assert left == pytest.approx(angle)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("squeeze", [0.5, 0.8, 1.9])
def test_a_squeezed_picture_has_no_turn(orientation: int, squeeze: float) -> None:
    found, left = orientation_of(np.diag([squeeze, 1]) @ turning(orientation)[:, :2])

    assert (found, left) == (orientation, pytest.approx(0))


@given(st.floats(-180, 180), st.booleans())
def test_every_turn_is_an_orientation_and_at_most_45_degrees(angle: float, mirrored: bool) -> None:  # noqa: FBT001
    linear = turned(angle) @ turning(2 if mirrored else 1)[:, :2]

    orientation, left = orientation_of(linear)

    assert -45 - 1e-9 <= left <= 45 + 1e-9
    assert turned(left) @ turning(orientation)[:, :2] == pytest.approx(linear, abs=1e-9)


@given(AFFINES, AFFINES, NUMBERS, NUMBERS)
def test_a_product_does_the_second_and_then_the_first(first: Affine, second: Affine, x: float, y: float) -> None:
    assert place(product(first, second), x, y) == pytest.approx(place(first, *place(second, x, y)), abs=1e-9)


@given(AFFINES.filter(lambda affine: abs(area(affine)) > 0.1), NUMBERS, NUMBERS)
def test_an_inverse_leads_back(affine: Affine, x: float, y: float) -> None:
    assert place(inverse(affine), *place(affine, x, y)) == pytest.approx([x, y], abs=1e-6)
    assert product(affine, inverse(affine)) == pytest.approx(np.eye(2, 3), abs=1e-6)


def test_what_flattens_everything_has_no_inverse() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        inverse(np.zeros((2, 3)))
