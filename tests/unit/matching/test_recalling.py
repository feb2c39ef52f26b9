from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import Image

from pictured.flow import Fingerprint, Kind
from pictured.looks import POINT, Depth
from pictured.matching.finding import find
from pictured.matching.index import Index
from pictured.matching.proving import picture_of
from pictured.matching.recalling import recalled

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
Photo = Callable[[str], Image.Image]
Read = Callable[..., Fingerprint]
Indexed = Callable[[Mapping[int, Fingerprint]], Index]


def found(content: Fingerprint, contents: Mapping[int, Fingerprint], index: Index) -> list[tuple[int, Kind]]:
    return [
        (each.content, each.kind) for each in find(recalled(content), index, lambda _: contents, lambda those: those)
    ]


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_what_is_kept_finds_the_picture_itself(
    library: Mapping[int, Fingerprint], indexed: Indexed, number: int
) -> None:
    assert found(library[number], library, indexed(library)) == [(number, Kind.EXACT)]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_a_copy_finds_the_original(
    photo: Photo, read: Read, library: Mapping[int, Fingerprint], indexed: Indexed, name: str
) -> None:
    small = read(photo(name).resize((240, round(240 * photo(name).height / photo(name).width))), quality=60)

    assert found(small, library, indexed(library)) == [(NAMES.index(name), Kind.SAME)]


@pytest.mark.parametrize("name", ["astronaut", "coffee", "china"])
def test_what_is_kept_of_a_part_finds_the_whole(
    photo: Photo, read: Read, library: Mapping[int, Fingerprint], indexed: Indexed, name: str
) -> None:
    width, height = photo(name).size
    part = read(photo(name).crop((width // 8, height // 10, width, height)))

    assert found(part, library, indexed(library)) == [(NAMES.index(name), Kind.EDITED)]


@pytest.mark.parametrize("depth", Depth)
def test_the_features_lie_where_they_lay_in_the_thumb(photo: Photo, read: Read, depth: Depth) -> None:
    content = read(photo("coffee"), depth)
    [look] = (probe := recalled(content)).looks

    assert (probe.digest, probe.size) == (content.digest, (content.width, content.height))
    assert np.array_equal(look.pixels, picture_of(content.thumb))
    assert look.phash.tobytes() == content.phash
    assert (look.box, look.mirrored) == ((0, 0, 1, 1), None)
    kept = np.frombuffer(content.points, np.dtype(POINT))
    assert look.points.places.shape == (len(kept), 4)
    assert look.points.places[:, 0] == pytest.approx(kept["x"] / 2, abs=0.5)
    assert look.points.words.shape == look.points.signatures.shape == (len(kept), 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (300, 200)])
def test_a_picture_that_shows_nothing_can_be_recalled(read: Read, indexed: Indexed, size: tuple[int, int]) -> None:
    content = read(Image.new("L", size, 77), kind="PNG")

    assert found(content, {4: content}, indexed({4: content})) == [(4, Kind.EXACT)]
