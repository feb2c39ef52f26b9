from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import Image

from pictured.flow import Fingerprint
from pictured.looks import Probe
from pictured.matching.scales import SCALES, Measure
from pictured.matching.unaligned import nearness, unaligned

Photo = Callable[[str], Image.Image]


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_of_any_two_pictures_is_a_value_of_its_scale(
    photo: Photo, ask: Callable[..., Probe], library: Mapping[int, Fingerprint], measure: Measure
) -> None:
    probe = ask(photo("coffee"))

    for content in library.values():
        value = unaligned(probe, content, measure)
        assert SCALES[measure].least <= value <= SCALES[measure].most


@pytest.mark.parametrize("measure", [each for each in Measure if each not in {Measure.INLIERS, Measure.CONFIDENCE}])
def test_a_copy_is_nearer_than_anything_else(
    photo: Photo, ask: Callable[..., Probe], library: Mapping[int, Fingerprint], measure: Measure
) -> None:
    probe = ask(photo("coffee").resize((300, 200)))

    near = {number: nearness(measure, unaligned(probe, content, measure)) for number, content in library.items()}

    assert max(near, key=near.__getitem__) == 1


@pytest.mark.parametrize("measure", [Measure.INLIERS, Measure.CONFIDENCE])
def test_nothing_is_claimed_without_a_proof(
    photo: Photo, ask: Callable[..., Probe], library: Mapping[int, Fingerprint], measure: Measure
) -> None:
    assert unaligned(ask(photo("coffee")), library[1], measure) == 0


def test_plain_and_tiny_pictures_can_be_measured(ask: Callable[..., Probe], read: Callable[..., Fingerprint]) -> None:
    for size in ((1, 1), (1, 900), (64, 64)):
        plain = Image.fromarray(np.full(size[::-1], 90, np.uint8))
        assert unaligned(ask(plain), read(plain), Measure.NORM1) < 3
        assert unaligned(ask(plain), read(plain), Measure.CORRELATION) == 0
