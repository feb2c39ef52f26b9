from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.ranking import outranks, ranked, why
from pictured.collecting.settings import CollectSettings, Criterion
from pictured.flow import Fingerprint, Kind, Match, Picture, Stamp, Transform

DEFAULT: tuple[Criterion, ...] = CollectSettings.model_fields["prefer"].default
SOURCES = (Path("/first"), Path("/second"))
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "HEIF", "GIF", "MPO")


def match(
    path: str = "/first/a.jpg",
    *,
    width: int = 100,
    height: int = 80,
    quantiser: float | None = 5.0,
    depth: int = 8,
    metadata: tuple[str, ...] = (),
    format: str = "JPEG",  # noqa: A002
    size: int = 1000,
    mtime: int = 10,
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    digest: bytes = b"d" * 32,
) -> Match:
    content = Fingerprint(
        digest, size, width, height, format, "RGB", depth, 1, quantiser, None, None, metadata, bytes(32), bytes(4096)
    )
    picture = Picture(Path(path), Stamp(size, mtime * 10**9, 1), content)
    return Match(picture, Kind.SAME, 0.9, Transform(1, box))


PATHS = st.sampled_from(["/first/a.jpg", "/first/b.jpg", "/first/z/a.jpg", "/second/a.jpg", "/third/a.jpg", "/b.jpg"])
FRACTION = st.sampled_from([-0.2, -0.06, -0.05, 0.0, 0.1])
MATCHES = st.builds(
    match,
    PATHS,
    width=st.integers(1, 3),
    height=st.integers(1, 3),
    quantiser=st.none() | st.sampled_from([1.0, 4.98, 5.0, 5.02, 12.0]),
    depth=st.sampled_from([8, 16]),
    metadata=st.sampled_from([(), ("exif",), ("exif", "icc")]),
    format=st.sampled_from(FORMATS),
    size=st.integers(1, 2),
    mtime=st.integers(0, 2),
    box=st.tuples(FRACTION, FRACTION, FRACTION.map(lambda f: 1 - f), FRACTION.map(lambda f: 1 - f)),
)
PREFER = st.lists(st.sampled_from(Criterion), min_size=1, unique=True).map(tuple)


@given(st.lists(MATCHES, min_size=1, max_size=4, unique_by=lambda each: each.picture.path), PREFER)
def test_the_order_of_what_comes_in_does_not_matter(matches: list[Match], prefer: Sequence[Criterion]) -> None:
    orders = {ranked(order, prefer, SOURCES) for order in permutations(matches)}

    assert len(orders) == 1


@given(st.tuples(MATCHES, MATCHES, MATCHES), PREFER)
def test_outranking_is_a_strict_order_that_ranking_follows(
    three: tuple[Match, Match, Match], prefer: Sequence[Criterion]
) -> None:
    def better(one: Match, other: Match) -> bool:
        return outranks(one, other, prefer, SOURCES)

    one, two, three_ = three
    assert not better(one, one)
    assert not (better(one, two) and better(two, one))
    assert not (better(one, two) and better(two, three_)) or better(one, three_)
    equal = not better(one, two) and not better(two, one) and not better(two, three_) and not better(three_, two)
    assert not equal or not (better(one, three_) or better(three_, one))
    first, second, third = ranked(three, prefer, SOURCES)
    assert not better(second, first)
    assert not better(third, second)


@given(MATCHES, MATCHES, PREFER)
def test_the_reason_names_a_criterion_exactly_where_there_is_one(
    one: Match, other: Match, prefer: Sequence[Criterion]
) -> None:
    reason = why(one, other, prefer, SOURCES)

    named = reason.partition(":")[0] in {each.value for each in prefer}
    assert named == (outranks(one, other, prefer, SOURCES) or outranks(other, one, prefer, SOURCES))
    assert reason


@pytest.mark.parametrize(
    ("criterion", "best", "worse", "reason"),
    [
        ("uncut", {}, {"box": (-0.1, 0, 1, 1)}, "uncut: the whole picture over a part of it"),
        ("pixels", {"width": 101}, {}, "pixels: 101 x 80 over 100 x 80"),
        ("quality", {"quantiser": 2.0}, {}, "quality: JPEG with a mean quantiser of 2.0 over JPEG with a mean"),
        ("quality", {"quantiser": None, "format": "PNG"}, {}, "quality: PNG over JPEG with a mean quantiser of 5.0"),
        ("quality", {}, {"quantiser": None, "format": "GIF"}, "quality: JPEG with a mean quantiser of 5.0 over GIF"),
        ("bit_depth", {"depth": 16}, {}, "bit_depth: 16 bits over 8 bits"),
        ("metadata", {"metadata": ("exif", "icc")}, {}, "metadata: exif and icc over no metadata"),
        ("format", {"format": "TIFF"}, {}, "format: TIFF over JPEG"),
        ("bytes", {"size": 1001}, {}, "bytes: 1,001 bytes over 1,000 bytes"),
        ("oldest", {"mtime": 9}, {}, "oldest: file of 1970-01-01T00:00:09 over file of 1970-01-01T00:00:10"),
        ("newest", {"mtime": 11}, {}, "newest: file of 1970-01-01T00:00:11 over file of 1970-01-01T00:00:10"),
        ("folder", {}, {"path": "/second/a.jpg"}, "folder: /first over /second"),
        ("folder", {"path": "/second/a.jpg"}, {"path": "/third/a.jpg"}, "folder: /second over /third"),
    ],
)
def test_each_criterion(criterion: str, best: dict[str, object], worse: dict[str, object], reason: str) -> None:
    good, bad = match(**best), match(**worse)  # type: ignore[arg-type]
    prefer = (Criterion(criterion),)

    assert ranked([bad, good], prefer, SOURCES) == (good, bad)
    assert outranks(good, bad, prefer, SOURCES)
    assert why(good, bad, prefer, SOURCES).startswith(reason)


def test_the_first_criterion_that_differs_decides() -> None:
    large, fine = match(width=200, quantiser=9.0), match(quantiser=1.0)

    assert ranked([large, fine], (Criterion.PIXELS, Criterion.QUALITY), SOURCES)[0] is large
    assert ranked([large, fine], (Criterion.QUALITY, Criterion.PIXELS), SOURCES)[0] is fine


def test_by_default_a_whole_picture_goes_before_a_larger_part_of_it() -> None:
    part, whole = match(width=4000, box=(-0.2, 0, 1.2, 1)), match(width=200)

    assert ranked([part, whole], DEFAULT, SOURCES)[0] is whole


def test_a_copy_that_shows_more_than_the_query_is_whole() -> None:
    assert not outranks(match(), match(box=(0.1, 0.1, 0.9, 0.9)), (Criterion.UNCUT,), SOURCES)


@pytest.mark.parametrize("margin", [0.05, -0.05])
def test_the_inaccuracy_of_the_alignment_cuts_nothing(margin: float) -> None:
    assert not outranks(match(), match(box=(margin, margin, 1 - margin, 1 - margin)), (Criterion.UNCUT,), SOURCES)


def test_equal_copies_rank_by_their_paths_and_say_so() -> None:
    deep, last, first = match("/first/x/a.jpg"), match("/first/b.jpg"), match("/first/a.jpg")

    assert ranked([deep, last, first], DEFAULT, SOURCES) == (first, last, deep)
    assert why(first, last, DEFAULT, SOURCES) == "equal bytes, the first path"
    assert why(first, match("/first/b.jpg", digest=b"e" * 32), DEFAULT, SOURCES).startswith("equal in every criterion")
    assert not outranks(first, last, DEFAULT, SOURCES)


def test_paths_that_are_no_text_have_a_place_too() -> None:
    odd, plain = match("/first/\udcff.jpg"), match("/first/a.jpg")

    assert ranked([odd, plain], DEFAULT, SOURCES) == (plain, odd)
