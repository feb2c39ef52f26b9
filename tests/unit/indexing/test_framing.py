from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.framing import framed

Grey = NDArray[np.uint8]
BOX = (120, 90, 420, 300)


def sheet(picture: Image.Image, ground: int = 245) -> Grey:
    left, top, right, bottom = BOX
    whole = np.full((420, 560), ground, np.uint8)
    whole[top:bottom, left:right] = np.asarray(picture.convert("L").resize((right - left, bottom - top)))
    return whole


@pytest.mark.parametrize("moved", [(6, 6, -6, -6), (-6, -6, 6, 6), (5, -5, 5, -5)])
@pytest.mark.parametrize("name", ["astronaut", "coffee", "china"])
def test_every_side_goes_to_where_the_picture_ends(
    photo: Callable[[str], Image.Image], name: str, moved: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = (side + by for side, by in zip(BOX, moved, strict=True))

    frame = framed(sheet(photo(name)), (left, top, right, bottom), 3.0)

    assert np.abs(np.subtract(frame.box, BOX)).max() <= 1
    assert min(frame.support) > 0.5


def test_a_side_at_the_edge_of_the_whole_has_no_support_to_give(photo: Callable[[str], Image.Image]) -> None:
    whole = sheet(photo("coffee"))[90:, 120:]

    frame = framed(whole, (0, 0, 300, 210), 3.0)

    assert len(frame.support) == 2
    assert frame.box[:2] == (0, 0)


def test_a_picture_that_lies_askew_gets_the_upright_box_of_its_size(photo: Callable[[str], Image.Image]) -> None:
    whole = sheet(photo("coffee"))
    turn = cv2.getRotationMatrix2D((270.0, 195.0), 1.5, 1.0)
    askew = np.asarray(cv2.warpAffine(whole, turn, (560, 420), borderValue=245.0), np.uint8)

    frame = framed(askew, (116, 86, 424, 304), 3.0)

    assert np.abs(np.subtract(frame.box, BOX)).max() <= 3


def test_a_caption_close_by_is_not_taken_for_the_side(photo: Callable[[str], Image.Image]) -> None:
    whole = sheet(photo("coffee"))
    whole[305:310, 130:400:2] = 0

    assert abs(framed(whole, BOX, 3.0).box[3] - BOX[3]) <= 1


def test_a_side_without_a_plain_ground_stays_and_has_no_support(photo: Callable[[str], Image.Image]) -> None:
    whole = np.asarray(photo("astronaut").convert("L"))

    frame = framed(whole, (150, 150, 350, 350), 3.0)

    assert sum(frame.support) / 4 < 0.4
