from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.flow import Transform
from pictured.indexing.overlaying import Overlay, View, inverse, overlaid, product, realigned, snapped

Photo = Callable[[str], Image.Image]
ORIENTED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a picture was turned that an orientation turns back."""


def view(image: Image.Image) -> View:
    return View(np.asarray(image.convert("L")), (0, 0, *image.size), image.size)


def laid(copy: Image.Image, query: Image.Image, transform: Transform) -> Overlay:
    found = overlaid(view(copy), view(query), transform, 512, 64)
    assert found is not None
    return found


def apart(overlay: Overlay) -> float:
    difference: NDArray[np.int16] = overlay.copy.astype(np.int16) - overlay.query
    return float(np.abs(difference)[overlay.there].mean())


@pytest.mark.parametrize("orientation", ORIENTED)
def test_a_query_is_brought_to_the_way_the_copy_stands(photo: Photo, orientation: int) -> None:
    copy, turn = photo("coffee"), ORIENTED[orientation]
    query = copy if turn is None else copy.transpose(turn)

    assert apart(laid(copy, query, Transform(orientation))) < 1


def test_a_turned_query_is_turned_back(photo: Photo) -> None:
    copy = photo("coffee")
    query = copy.rotate(-12, Image.Resampling.BICUBIC, expand=True)
    across, down = (query.width / copy.width - 1) / 2, (query.height / copy.height - 1) / 2
    angle = np.radians(12)
    taken = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ query.size
    across, down = ((taken / copy.size) - 1) / 2

    assert apart(laid(copy, query, Transform(1, (-across, -down, 1 + across, 1 + down), 12.0))) < 4


def test_only_the_part_is_compared_that_both_show(photo: Photo) -> None:
    copy = photo("coffee")
    query = copy.crop((150, 100, 450, 300))
    box = 150 / copy.width, 100 / copy.height, 450 / copy.width, 300 / copy.height

    seen = laid(copy, query, Transform(1, box))

    assert seen.copy.shape == (200, 300)
    assert apart(seen) < 2


def test_the_poorer_picture_sets_the_size(photo: Photo) -> None:
    copy = photo("coffee")

    assert max(laid(copy, copy.resize((150, 100)), Transform(scale=0.25)).copy.shape) == 150
    assert laid(copy, copy.resize((32, 21)), Transform()).enlarged == pytest.approx(2, rel=0.02)


def test_tones_are_those_of_the_copy(photo: Photo) -> None:
    copy = photo("coffee")

    assert apart(laid(copy, copy.point([v // 2 + 60 for v in range(256)] * 3), Transform())) < 2


def test_what_lies_beside_is_not_compared(photo: Photo) -> None:
    assert overlaid(view(photo("coffee")), view(photo("coffee")), Transform(1, (1.5, 0, 2.5, 1)), 512, 64) is None


def test_a_step_that_is_known_is_taken_back(photo: Photo) -> None:
    copy = photo("coffee")
    shifted = copy.transform(copy.size, Image.Transform.AFFINE, (1, 0, 4, 0, 1, 3))
    seen = laid(copy, shifted, Transform())
    moved = np.array([[1, 0, -4 * seen.copy.shape[1] / copy.width], [0, 1, -3 * seen.copy.shape[1] / copy.width]])

    assert apart(realigned(seen, view(copy), view(shifted), moved)) < apart(seen) / 4


def test_a_map_and_its_inverse_do_nothing() -> None:
    affine = np.array([[1.2, 0.1, 4.0], [-0.2, 0.9, -7.0]])

    assert np.allclose(product(affine, inverse(affine)), np.eye(2, 3))


def test_what_nearly_fills_the_frame_fills_it() -> None:
    assert snapped(Transform(6, (-0.004, 0.001, 1.003, 0.998), 0.1)) == Transform(6)
    assert snapped(Transform(1, (0.05, 0.0, 1.0, 1.0))) is None
    assert snapped(Transform(1, (0.0, 0.0, 1.0, 1.0), 2.0)) is None


def test_pages_of_one_size_are_not_resampled(photo: Photo) -> None:
    page = photo("coffee")

    seen = overlaid(view(page), view(page), Transform(), 1152, 0)

    assert seen is not None
    assert np.array_equal(seen.copy, np.asarray(page.convert("L")))
    assert apart(seen) < 0.05
