from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import Image, ImageOps

from pictured.flow import Fingerprint
from pictured.looks import Probe
from pictured.matching.guessing import guesses, hashes, promise, unprompted
from pictured.matching.index import Index
from pictured.matching.orienting import ORIENTATIONS, oriented

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
Photo = Callable[[str], Image.Image]
Read = Callable[..., Fingerprint]
Ask = Callable[..., Probe]
Indexed = Callable[[Mapping[int, Fingerprint]], Index]
Library = Mapping[int, Fingerprint]


@pytest.mark.parametrize("name", ["astronaut", "coffee", "china"])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_part_is_proposed_by_its_features_before_anything_else(
    photo: Photo,
    ask: Ask,
    library: Library,
    indexed: Indexed,
    name: str,
    flipped: bool,  # noqa: FBT001
) -> None:
    part = photo(name).crop((80, 60, 400, 300))
    found = guesses(ask(ImageOps.mirror(part) if flipped else part), indexed(library))

    assert found[0].content == NAMES.index(name)
    assert found[0].distance is None
    assert found[0].inliers > 5
    assert [promise(guess) for guess in found] == sorted(map(promise, found), reverse=True)
    mirrored = np.linalg.det(found[0].affine[:, :2]) < 0
    assert mirrored == flipped


def test_a_poor_copy_is_proposed_by_its_hash_too(photo: Photo, ask: Ask, library: Library, indexed: Indexed) -> None:
    found = guesses(ask(photo("chelsea").resize((60, 40)), quality=40), indexed(library))

    assert 2 in {guess.content for guess in found if guess.distance is not None}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_look_has_the_hashes_of_all_its_orientations(photo: Photo, ask: Ask, orientation: int) -> None:
    upright = np.asarray(photo("coffee").convert("L"))
    [look, *_] = ask(Image.fromarray(upright), quality=95).looks
    [turned, *_] = ask(Image.fromarray(oriented(upright, orientation)), quality=95).looks

    assert hashes(look).shape == (8, 32)
    assert np.array_equal(hashes(look)[0], look.phash)
    assert np.bitwise_count(hashes(look)[orientation - 1] ^ turned.phash).sum() <= 20


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_content_that_nothing_proposed_is_guessed_at_by_its_hash(
    photo: Photo, ask: Ask, read: Read, orientation: int
) -> None:
    upright = np.asarray(photo("coffee").convert("L"))
    probe, copy = ask(Image.fromarray(upright)), read(Image.fromarray(oriented(upright, orientation)))

    found = unprompted(probe, 5, copy)

    assert {guess.content for guess in found} == {5}
    assert sorted(guess.look for guess in found) == list(range(len(probe.looks)))
    assert found[0].look == 0
    assert (found[0].distance or 0) <= 30
    corners = found[0].affine @ np.array([[0, 1, 0.5], [0, 1, 0.5], [1, 1, 1]])
    high, wide = probe.looks[0].pixels.shape
    assert corners[:, 2] == pytest.approx([wide / 2 - 0.5, high / 2 - 0.5])


def test_nothing_is_proposed_by_an_empty_index(photo: Photo, ask: Ask, indexed: Indexed) -> None:
    assert guesses(ask(photo("coffee")), indexed({})) == []
