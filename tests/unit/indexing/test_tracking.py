from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pictured.indexing.overlaying import Overlay
from pictured.indexing.tracking import bend, fitted, tracked

Photo = Callable[[str], Image.Image]
Grey = NDArray[np.uint8]


def pair(copy: Grey, query: Grey) -> Overlay:
    return Overlay(copy, query, np.ones(copy.shape, np.bool_), np.eye(2, 3), np.eye(2, 3), 1.0)


@pytest.fixture
def coffee(photo: Photo) -> Grey:
    return np.asarray(photo("coffee").convert("L").resize((480, 320)))


def bent(picture: Grey, amplitude: float) -> Grey:
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    moved = x + np.float32(amplitude) * np.sin(x / 50), y + np.float32(amplitude) * np.sin(y / 50)
    return np.asarray(cv2.remap(picture, *moved, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.uint8)


@pytest.mark.parametrize("affine", [[[1, 0, 6], [0, 1, -4]], [[1.01, 0.01, -3], [-0.01, 0.99, 2]]])
def test_the_affine_map_between_two_pictures_is_found(coffee: Grey, affine: list[list[float]]) -> None:
    matrix = np.array(affine, np.float64)
    moved = np.asarray(cv2.warpAffine(coffee, matrix, (480, 320), borderMode=cv2.BORDER_REFLECT), np.uint8)

    tracks = tracked(pair(coffee, moved), far=True)

    assert tracks is not None
    assert np.allclose(fitted(tracks)[0] @ (240, 160, 1), matrix @ (240, 160, 1), atol=0.3)


def test_what_is_plain_cannot_be_followed() -> None:
    plain = np.full((320, 480), 90, np.uint8)

    assert tracked(pair(plain, plain), far=True) is None


def test_noise_bends_nothing_and_another_point_of_view_does(coffee: Grey) -> None:
    noisy = np.clip(coffee + np.random.default_rng(1).normal(0, 12, coffee.shape), 0, 255).astype(np.uint8)
    seen = []
    for query in (noisy, bent(coffee, 2.5)):
        tracks = tracked(pair(coffee, query), far=True)
        assert tracks is not None
        found = bend(tracks, fitted(tracks)[1])
        assert found is not None
        seen.append(found)

    assert seen[0].size < 0.3
    assert seen[1].size > 0.8
    assert seen[1].steadiness > 1.2


def test_too_few_tracks_tell_nothing(coffee: Grey) -> None:
    tracks = tracked(pair(coffee[:80, :120].copy(), coffee[:80, :120].copy()), far=True)

    assert tracks is None or bend(tracks, fitted(tracks)[1]) is None or len(tracks.places) > 40
