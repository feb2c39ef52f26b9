from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pictured.flow import Fingerprint, Kind
from pictured.looks import Probe
from pictured.matching.guessing import unprompted
from pictured.matching.orienting import ORIENTATIONS, oriented
from pictured.matching.proving import exactly, picture_of, prove
from pictured.matching.scales import Measure

Photo = Callable[[str], Image.Image]
Read = Callable[..., Fingerprint]
Ask = Callable[..., Probe]
Library = Mapping[int, Fingerprint]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_given_content_is_compared_without_being_proposed(
    photo: Photo, ask: Ask, read: Read, orientation: int
) -> None:
    upright = np.asarray(photo("coffee").convert("L"))
    probe, copy = ask(Image.fromarray(upright)), read(Image.fromarray(oriented(upright, orientation)))

    found = prove(probe, unprompted(probe, 5, copy), copy)

    assert found is not None
    assert (found.content, found.transform.orientation) == (5, orientation)
    assert found.kind is (Kind.SAME if orientation == 1 else Kind.EDITED)


def test_guesses_about_another_picture_prove_nothing(photo: Photo, ask: Ask, library: Library) -> None:
    probe = ask(photo("coffee"))

    assert prove(probe, unprompted(probe, 0, library[0]), library[0]) is None
    assert prove(probe, [], library[0]) is None


def test_equal_bytes_need_no_proof(photo: Photo, ask: Ask, library: Library) -> None:
    probe = ask(photo("coffee"))
    content = replace(library[0], digest=probe.digest)

    assert prove(probe, unprompted(probe, 7, content), content) == exactly(7)


def test_equal_bytes_have_the_best_of_all_measures() -> None:
    found = exactly(7)

    assert (found.content, found.kind, found.confidence) == (7, Kind.EXACT, 1)
    assert found.measures["ssim"] == found.measures["correlation"] == 1
    assert found.measures["mse"] == found.measures["norm1"] == found.measures["phash_distance"] == 0
    assert {*found.measures} <= {*Measure}


def test_a_thumb_is_unpacked(photo: Photo, library: Library) -> None:
    thumb = picture_of(library[1].thumb)

    assert (thumb.dtype, max(thumb.shape)) == (np.uint8, 128)
    truth = np.asarray(photo("coffee").convert("L").resize(thumb.shape[::-1], Image.Resampling.LANCZOS))
    assert np.abs(thumb.astype(int) - truth).mean() < 4
