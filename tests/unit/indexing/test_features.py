from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pictured.imaging.sizing import sized
from pictured.indexing.features import KEPT_SIDE, asked, described, kept, kept_side
from pictured.looks import POINT, Box, Points

Grey = NDArray[np.uint8]
Photo = Callable[[str], Image.Image]
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")


def grey(image: Image.Image, long_side: int = KEPT_SIDE) -> Grey:
    return sized(np.asarray(image.convert("L")), long_side)


def records(points: bytes) -> NDArray[np.void]:
    return np.frombuffer(points, np.dtype(POINT))


def found_again(points: Points, others: Points) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which points lie less than a pixel from one of the others that points the same way, and from which."""
    apart = np.hypot(*(points.places[:, None, axis] - others.places[None, :, axis] for axis in (0, 1)))
    turn = np.abs((points.places[:, None, 3] - others.places[None, :, 3] + 180) % 360 - 180)
    apart[turn > 10] = np.inf
    return apart.min(axis=1) < 1, apart.argmin(axis=1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("most", [1, 72, 200])
def test_few_points_are_kept_one_for_each_place(photo: Photo, name: str, most: int) -> None:
    points = records(kept(grey(photo(name)), most))

    assert 0.5 * min(most, 100) < len(points) <= most
    cells = {(point["x"] // 8, point["y"] // 8) for point in points}
    assert len(cells) >= 0.8 * len(points)


@pytest.mark.parametrize("name", NAMES)
def test_points_are_not_all_in_one_corner(photo: Photo, name: str) -> None:
    picture = grey(photo(name))
    points = records(kept(picture, 72))

    rows, columns = (points[axis].astype(int) * 3 // side for axis, side in zip("yx", picture.shape, strict=True))
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) >= 5


def test_the_strongest_are_kept_first(photo: Photo) -> None:
    picture = grey(photo("coffee"))

    assert kept(picture, 72).startswith(kept(picture, 20))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_near_what_was_found(photo: Photo, name: str) -> None:
    picture = grey(photo(name))
    places, _ = described(picture, 300)

    for point in records(kept(picture, 72)):
        x, y = float(point["x"]), float(point["y"])
        size, angle = 2.0 ** (float(point["size"]) / 16), float(point["angle"]) * 360 / 256
        near = np.abs(places[:, :2] - (x, y)).max(axis=1) <= 0.5
        like = np.abs(np.log2(places[:, 2] / size)) <= 1 / 32 + 1e-3
        turned = np.abs((places[:, 3] - angle + 180) % 360 - 180) <= 360 / 512 + 1e-3
        assert (near & like & turned).any()
        assert point["word"] < 2048


@pytest.mark.parametrize("name", NAMES)
def test_the_points_of_the_mirror_image_are_those_of_the_mirrored_picture(photo: Photo, name: str) -> None:
    picture = grey(photo(name), 384)
    upright, mirrored = asked(picture)
    theirs, back = asked(np.ascontiguousarray(picture[:, ::-1]))

    for ours, truth in ((mirrored, theirs), (back, upright)):
        again, which = found_again(ours, truth)
        words = (ours.words[again, 0] == truth.words[which[again], 0]).mean()
        bits = np.bitwise_count(ours.signatures[again, 0] ^ truth.signatures[which[again], 0])
        assert again.mean() > 0.8
        assert words > 0.7
        assert np.median(bits) <= 4


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_looked_at_more_closely_than_a_library_picture(photo: Photo, name: str) -> None:
    points, mirrored = asked(grey(photo(name), 384))

    assert 150 < len(points.places) <= 400
    assert (points.places.dtype, points.words.dtype, points.signatures.dtype) == (np.float32, np.uint16, np.uint64)
    assert points.words.shape == points.signatures.shape == (len(points.places), 3)
    assert mirrored.places.shape == points.places.shape


@pytest.mark.parametrize(
    ("box", "side"),
    [((0, 0, 4000, 3000), 256), ((10.5, 0, 110.5, 150), 160), ((0, 0, 200.2, 90), 200), ((3, 3, 4, 4), 160)],
)
def test_a_small_picture_is_not_enlarged_much(box: Box, side: int) -> None:
    assert kept_side(box) == side


@pytest.mark.parametrize("name", NAMES)
def test_places_in_a_small_picture_are_told_as_in_a_large_one(photo: Photo, name: str) -> None:
    picture = grey(photo(name))
    small, large = records(kept(sized(picture, 160), 72)), described(picture, 300)[0]

    apart = np.hypot(*(small[axis].astype(float)[:, None] - large[:, at] for at, axis in enumerate("xy")))
    sizes = np.abs(small["size"][:, None] / 16 - np.log2(large[:, 2]))
    assert ((apart < 2) & (sizes < 0.5)).any(axis=1).mean() > 0.6
    assert np.median((small["x"].astype(float)[:, None] - large[:, 0])[(apart < 2) & (sizes < 0.5)]) == pytest.approx(
        0, abs=0.3
    )


def test_a_copy_shares_words_and_nearly_signatures_and_another_picture_does_not(photo: Photo) -> None:
    def shared(points: NDArray[np.void], query: Points) -> int:
        alike = points["word"][:, None, None] == query.words
        bits = np.bitwise_count(points["signature"][:, None, None] ^ query.signatures)
        return int((alike & (bits <= 14)).any(axis=(1, 2)).sum())

    points = records(kept(grey(photo("astronaut")), 72))
    copy, _ = asked(grey(photo("astronaut").rotate(20, Image.Resampling.BICUBIC), 384))
    another, _ = asked(grey(photo("coffee"), 384))

    assert shared(points, copy) > 20
    assert shared(points, another) < 8


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(256, 171), (1, 1), (1, 256), (256, 15), (16, 16)])
def test_a_plain_picture_has_no_points(value: int, shape: tuple[int, int]) -> None:
    plain = np.full(shape, value, np.uint8)

    assert kept(plain, 72) == b""
    assert [len(points.places) for points in asked(plain)] == [0, 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 256), st.integers(1, 256), st.integers(0, 200), st.integers(0, 2**32 - 1))
def test_any_picture_gives_whole_records_within_it(height: int, width: int, most: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    points = records(kept(noise, most))

    assert len(points) <= most
    assert (points["x"] < width * KEPT_SIDE / max(width, height)).all()
    assert (points["y"] < height * KEPT_SIDE / max(width, height)).all()
    assert kept(noise, most) == points.tobytes()
