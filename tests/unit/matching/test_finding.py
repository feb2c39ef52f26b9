from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.flow import Fingerprint, Kind, Transform
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.matching.finding import MOST, Found, candidate_for, find, prove
from pictured.matching.neighbours import Neighbours
from pictured.matching.orienting import ORIENTATIONS, SIDE, hashes_of, oriented

LIMITS = DecodingLimits(pixels=10**8, memory=10**9)
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
Photo = Callable[[str], Image.Image]
Read = Callable[[Image.Image], Fingerprint]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def fingerprinted(image: Image.Image, quality: int = 90) -> Fingerprint:
        path = tmp_path / "picture.jpg"
        image.save(path, quality=quality)
        return fingerprint(path, stamp_of(path), LIMITS)

    return fingerprinted


def searched(query: Fingerprint, contents: dict[int, Fingerprint]) -> list[Found]:
    hashes = np.frombuffer(b"".join(each.phash for each in contents.values()), np.uint8).reshape(-1, 32)
    neighbours = Neighbours(np.fromiter(contents, np.int64), hashes)
    return list(find(query, neighbours, contents.__getitem__, lambda _: True))


@pytest.mark.parametrize("name", NAMES)
def test_a_poor_copy_finds_its_original_and_nothing_else(photo: Photo, read: Read, name: str) -> None:
    contents = {number: read(photo(each)) for number, each in enumerate(NAMES)}
    worse = BytesIO()
    photo(name).resize((160, 120)).save(worse, "JPEG", quality=30)

    found = searched(read(Image.open(worse)), contents)

    assert [(each.content, each.kind) for each in found] == [(NAMES.index(name), Kind.SAME)]
    assert found[0].transform.orientation == 1
    assert found[0].confidence < 1


def test_equal_bytes_are_exact_and_certain(photo: Photo, read: Read) -> None:
    content = read(photo("coffee"))

    assert searched(content, {7: content}) == [Found(7, Kind.EXACT, 1.0, Transform())]


def test_a_plain_picture_is_a_copy_of_equal_bytes_only(read: Read) -> None:
    grey = read(Image.new("RGB", (300, 200), "grey"))
    other = read(Image.new("RGB", (320, 200), "grey"))

    assert [each.content for each in searched(grey, {1: grey, 2: other})] == [1]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_it_says_how_the_query_has_to_be_turned(photo: Photo, read: Read, orientation: int) -> None:
    upright = np.asarray(photo("chelsea").convert("L"))
    query, copy = read(Image.fromarray(upright)), read(Image.fromarray(oriented(upright, orientation)))

    found = searched(query, {1: copy})

    assert [each.transform.orientation for each in found] == [orientation]
    assert (found[0].kind is Kind.EDITED) == (orientation != 1)


@pytest.mark.parametrize(("cut", "wider"), [("copy", False), ("query", True)])
def test_the_box_tells_who_shows_more(photo: Photo, read: Read, cut: str, *, wider: bool) -> None:
    whole = photo("astronaut")
    part = whole.crop((40, 0, 512, 512))
    query, copy = (read(whole), read(part)) if cut == "copy" else (read(part), read(whole))

    found = searched(query, {1: copy})

    assert [each.kind for each in found] == [Kind.EDITED]
    left, top, right, bottom = found[0].transform.box
    assert (left > 0.05) == wider
    assert left == pytest.approx(40 / 512 if wider else -40 / 472, abs=0.02)
    assert (top, right, bottom) == pytest.approx((0, 1, 1), abs=0.02)


def test_content_that_is_not_wanted_is_never_looked_up(photo: Photo, read: Read) -> None:
    content = read(photo("rocket"))
    neighbours = Neighbours(np.array([1, 2]), np.frombuffer(content.phash * 2, np.uint8).reshape(2, 32))
    asked = []

    def content_of(number: int) -> Fingerprint:
        asked.append(number)
        return content

    assert [each.content for each in find(content, neighbours, content_of, lambda number: number == 2)] == [2]
    assert asked == [2]


def test_the_work_for_one_query_is_bounded_and_unwanted_ones_do_not_count(photo: Photo, read: Read) -> None:
    content = read(photo("rocket"))
    count = 3 * MOST
    hashes = np.frombuffer(content.phash * count, np.uint8).reshape(count, 32)
    neighbours = Neighbours(np.arange(count), hashes)

    found = list(find(content, neighbours, lambda _: content, lambda number: number >= MOST))

    assert [each.content for each in found] == list(range(MOST, 2 * MOST))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_given_content_is_compared_as_find_would(photo: Photo, read: Read, orientation: int) -> None:
    upright = np.asarray(photo("coffee").convert("L"))
    query, copy = read(Image.fromarray(upright)), read(Image.fromarray(oriented(upright, orientation)))

    candidate = candidate_for(query, 5, copy.phash)

    assert candidate.orientation == orientation
    assert [prove(query, candidate, copy)] == searched(query, {5: copy})


def test_noise_of_the_same_hash_is_no_copy() -> None:
    """A hash only proposes: whatever has the same hash still has to show the same."""
    random = np.random.default_rng(5)
    blank = Fingerprint(b"a" * 32, 1, 1, 1, "PNG", "L", 8, 1, None, None, None, (), bytes(32), bytes(SIDE * SIDE))
    one, other = (
        replace(blank, digest=bytes([n]) * 32, thumb=random.integers(0, 256, SIDE * SIDE, np.uint8).tobytes())
        for n in (1, 2)
    )
    other = replace(other, phash=hashes_of(one.thumb)[0].tobytes())

    assert searched(one, {1: other}) == []
