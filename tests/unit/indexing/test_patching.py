import cv2
import numpy as np
import pytest

from pictured.indexing.patching import Region, between, cut, shifting

PIXELS = np.random.default_rng(3).integers(0, 255, (60, 80), np.uint8)


def region(left: int = 0, top: int = 0) -> Region:
    return Region(PIXELS[top:, left:], left, top, (40.0, 30.0), np.eye(3))


def test_a_patch_without_a_map_is_a_part_of_the_picture() -> None:
    found = cut(region(), shifting(np.eye(3), (20, 10)), 32, cv2.INTER_CUBIC)
    assert np.array_equal(found, PIXELS[10:42, 20:52])


@pytest.mark.parametrize("kind", [cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_a_patch_does_not_depend_on_how_much_was_kept(kind: int) -> None:
    matrix = shifting(between((160, 120), (80, 60)), (61, 43))
    assert np.array_equal(cut(region(), matrix, 24, kind), cut(region(15, 10), matrix, 24, kind))


def test_a_doubled_picture_repeats_its_pixels() -> None:
    found = cut(region(), between((160, 120), (80, 60)), 40, cv2.INTER_NEAREST)
    assert np.array_equal(found, np.kron(PIXELS[:20, :20], np.ones((2, 2))))


def test_sizes_map_corner_to_corner() -> None:
    corners = between((400, 300), (100, 60)) @ np.array([[-0.5, 399.5], [-0.5, 299.5], [1, 1]])
    assert corners[:2] == pytest.approx(np.array([[-0.5, 99.5], [-0.5, 59.5]]))


def test_beyond_the_picture_its_edge_is_repeated() -> None:
    found = cut(region(), shifting(np.eye(3), (0, -20)), 32, cv2.INTER_CUBIC)
    assert np.array_equal(found[:20], np.tile(PIXELS[0, :32], (20, 1)))
