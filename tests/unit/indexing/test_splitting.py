from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.splitting import at_gaps, at_seams

Grey = NDArray[np.uint8]
NAMES = ("astronaut", "coffee", "chelsea", "china")


def collage(photo: Callable[[str], Image.Image], gap: int, ground: int = 255) -> Grey:
    cells = [np.asarray(photo(name).convert("L").resize((200, 140))) for name in NAMES]
    whole = np.full((280 + gap, 400 + gap), ground, np.uint8)
    for index, cell in enumerate(cells):
        top, left = (index // 2) * (140 + gap), (index % 2) * (200 + gap)
        whole[top : top + 140, left : left + 200] = cell
    return whole


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_collage_is_cut_at_its_gaps(photo: Callable[[str], Image.Image], ground: int) -> None:
    pieces = at_gaps(collage(photo, 6, ground), 30, 3.0)

    expected = {(left, top, left + 200, top + 140) for left in (0, 206) for top in (0, 146)}
    assert len(pieces) == 4
    for piece in pieces:
        assert min(np.abs(np.subtract(piece, cell)).max() for cell in expected) <= 2


def test_a_collage_without_gaps_is_cut_at_its_seams(photo: Callable[[str], Image.Image]) -> None:
    pieces = at_seams(collage(photo, 0), 30)

    assert len(pieces) == 4
    for left, top, right, bottom in pieces:
        assert abs(right - left - 200) <= 2
        assert abs(bottom - top - 140) <= 2


def test_rows_of_different_pictures_are_cut_each_by_itself(photo: Callable[[str], Image.Image]) -> None:
    sizes = {"camera": 150, "coffee": 250, "chelsea": 260, "astronaut": 140}
    cells = [np.asarray(photo(name).convert("L").resize((width, 140))) for name, width in sizes.items()]
    upper, lower = np.hstack(cells[:2]), np.hstack(cells[2:])

    pieces = at_seams(np.vstack([upper, lower]), 30)

    assert len(pieces) == 4
    assert {round(right / 10) for left, _, right, _ in pieces if left == 0} == {15, 26}


@pytest.mark.parametrize("name", [*NAMES, "rocket", "camera", "flower"])
def test_a_photograph_has_no_seams(photo: Callable[[str], Image.Image], name: str) -> None:
    assert len(at_seams(np.asarray(photo(name).convert("L")), 30)) == 1


def test_a_sheet_of_one_colour_has_no_pieces() -> None:
    assert at_gaps(np.full((200, 300), 90, np.uint8), 30, 3.0) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (31, 31)])
def test_the_smallest_sheets_are_one_piece_or_none(shape: tuple[int, int]) -> None:
    assert len(at_seams(np.zeros(shape, np.uint8), 30)) == 1
    assert at_gaps(np.zeros(shape, np.uint8), 30, 3.0) == ()
