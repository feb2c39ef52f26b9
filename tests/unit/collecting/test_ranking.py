from collections.abc import Sequence
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.ranking import DEAD_BAND, outranks, ranked, why
from pictured.collecting.settings import CollectSettings, Criterion
from pictured.flow import Detail, Fingerprint, Kind, Match, Picture, Stamp, Transform

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
    shown: float = 1.0,
    alike: float = 1.0,
    framed: float = 0.0,
    detail: Detail | None = None,
    digest: bytes = b"d" * 32,
) -> Match:
    content = Fingerprint(
        digest, size, width, height, format, "RGB", depth, 1, quantiser, None, None, metadata, bytes(32), b"", b"", b""
    )
    picture = Picture(Path(path), Stamp(size, mtime * 10**9, 1), content)
    return Match(picture, Kind.SAME, 0.9, Transform(), shown, alike, framed, detail=detail)


def held(richness: float | None = 0.0, quantiser: float = 1.0, colour: float = 20.0) -> Detail:
    return Detail(richness, quantiser, colour)


PATHS = st.sampled_from(["/first/a.jpg", "/first/b.jpg", "/first/z/a.jpg", "/second/a.jpg", "/third/a.jpg", "/b.jpg"])
RICHNESS = st.none() | st.floats(-2, 0)
DETAIL = st.none() | st.builds(
    Detail, RICHNESS, st.sampled_from([1.0, 5.0, 20.0]), st.sampled_from([0.0, 4.0, 9.0, 20.0])
)
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
    shown=st.sampled_from([0.3, 0.9, 0.95, 1.0, 1.4]),
    alike=st.sampled_from([0.8, 0.9, 0.95, 1.0]),
    framed=st.sampled_from([0.0, 0.01, 0.2]),
    detail=DETAIL,
)
CLEAR = st.builds(
    match,
    PATHS,
    width=st.integers(1, 3),
    quantiser=st.sampled_from([1.0, 5.0]),
    mtime=st.integers(0, 2),
    shown=st.sampled_from([0.5, 1.0]),
    alike=st.sampled_from([0.5, 1.0]),
    framed=st.sampled_from([0.0, 0.2]),
    detail=st.builds(Detail, st.sampled_from([0.0, -1.0, -2.0]), st.just(1.0), st.sampled_from([2.0, 20.0])),
)
PREFER = st.lists(st.sampled_from(Criterion), min_size=1, unique=True).map(tuple)


@given(st.lists(MATCHES, min_size=1, max_size=4, unique_by=lambda each: each.picture.path), PREFER)
def test_the_order_of_what_comes_in_does_not_matter(matches: list[Match], prefer: Sequence[Criterion]) -> None:
    orders = {tuple(map(id, ranked(order, prefer, SOURCES))) for order in permutations(matches)}

    assert len(orders) == 1


@given(MATCHES, MATCHES, PREFER)
def test_of_two_copies_at_most_one_outranks_the_other_and_it_is_ranked_first(
    one: Match, other: Match, prefer: Sequence[Criterion]
) -> None:
    first, second = ranked((one, other), prefer, SOURCES)

    assert not outranks(one, one, prefer, SOURCES)
    assert not (outranks(one, other, prefer, SOURCES) and outranks(other, one, prefer, SOURCES))
    assert not outranks(second, first, prefer, SOURCES)


@given(st.tuples(CLEAR, CLEAR, CLEAR), PREFER)
def test_outranking_is_a_strict_order_that_ranking_follows_where_differences_are_clear(
    three: tuple[Match, Match, Match], prefer: Sequence[Criterion]
) -> None:
    """What small differences add up to depends on what else there is, so that order is one of the whole set only."""

    def better(one: Match, other: Match) -> bool:
        return outranks(one, other, prefer, SOURCES)

    one, two, three_ = three
    assert not (better(one, two) and better(two, three_)) or better(one, three_)
    equal = not better(one, two) and not better(two, one) and not better(two, three_) and not better(three_, two)
    assert not equal or not (better(one, three_) or better(three_, one))
    assert all(not better(worse, good) for good, worse in pairwise(ranked(three, prefer, SOURCES)))


@given(st.lists(MATCHES, min_size=2, max_size=5, unique_by=lambda each: each.picture.path), PREFER)
def test_a_place_in_the_ranking_is_reasoned_for_in_the_ranking(
    matches: list[Match], prefer: Sequence[Criterion]
) -> None:
    """The reason names the first criterion of the order of preference that ranks the two this way round."""
    first, *others = ranked(matches, prefer, SOURCES)

    for other in others:
        reason = why(first, other, prefer, SOURCES, matches)
        named = [each for each in prefer if reason.startswith(f"{each.value}: ")]
        if named:
            (criterion,) = named
            before = prefer[: prefer.index(criterion)]
            in_order = ranked(matches, [*before, criterion], SOURCES)
            assert in_order.index(first) < in_order.index(other)
        else:
            assert "the first path" in reason


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
        ("uncut", {}, {"shown": 0.9}, "uncut: 100% of what the query shows over 90% of what the query shows"),
        ("clean", {}, {"alike": 0.9}, "clean: 100% as in the query over 90% as in the query"),
        ("clean", {}, {"framed": 0.1}, "clean: 100% as in the query over 100% as in the query, 10% border"),
        (
            "colour",
            {"detail": held(colour=20.0)},
            {"detail": held(colour=9.0)},
            "colour: colours of strength 20.0 over colours of strength 9.0",
        ),
        (
            "detail",
            {"detail": held()},
            {"width": 200, "detail": held(-0.5)},
            "detail: 100 x 80 with true detail of +0.00 over 200 x 80 with true detail of -0.50",
        ),
        ("detail", {"detail": held()}, {"width": 200}, "detail: 100 x 80 with true detail of +0.00 over 200 x 80"),
        ("detail", {"detail": held()}, {"width": 200, "detail": held(None)}, "detail: 100 x 80 with true detail of"),
        ("detail", {"width": 101}, {}, "detail: 101 x 80 over 100 x 80"),
        ("pixels", {"width": 101}, {}, "pixels: 101 x 80 over 100 x 80"),
        ("quality", {"quantiser": 2.0}, {}, "quality: JPEG with a mean quantiser of 2.0 over JPEG with a mean"),
        ("quality", {"quantiser": None, "format": "PNG"}, {}, "quality: PNG over JPEG with a mean quantiser of 5.0"),
        ("quality", {}, {"quantiser": None, "format": "GIF"}, "quality: JPEG with a mean quantiser of 5.0 over GIF"),
        (
            "quality",
            {"quantiser": 9.0},
            {"detail": held(quantiser=20.0)},
            "quality: JPEG with a mean quantiser of 9.0 over JPEG with a mean quantiser of 20.0 from an earlier coding",
        ),
        (
            "quality",
            {},
            {"quantiser": None, "format": "PNG", "detail": held(quantiser=20.0)},
            "quality: JPEG with a mean quantiser of 5.0 over PNG with a mean quantiser of 20.0 from an earlier coding",
        ),
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


@pytest.mark.parametrize(
    ("criterion", "one", "other"),
    [
        ("uncut", {}, {"shown": 0.95}),
        ("uncut", {"shown": 1.5}, {"shown": 1.45}),
        ("uncut", {"shown": 0.5}, {"shown": 0.48}),
        ("clean", {}, {"alike": 0.95}),
        ("clean", {"alike": 0.6}, {"alike": 0.55}),
        ("clean", {}, {"framed": 0.01}),
        ("colour", {"detail": held(colour=20.0)}, {"detail": held(colour=11.0)}),
        ("colour", {"detail": held(colour=0.0)}, {"detail": held(colour=0.0)}),
        ("colour", {"detail": held()}, {}),
        ("detail", {"detail": held()}, {"width": 200, "detail": held(-DEAD_BAND)}),
        ("detail", {"detail": held(None)}, {"width": 200, "detail": held(None), "height": 40}),
        ("quality", {}, {"detail": held(quantiser=6.5)}),
        ("quality", {}, {"quantiser": 6.5}),
        ("quality", {"quantiser": 30.0}, {"quantiser": 34.0}),
        ("colour", {"detail": held(colour=2.0)}, {"detail": held(colour=0.5)}),
    ],
)
def test_what_proves_nothing_decides_nothing(criterion: str, one: dict[str, object], other: dict[str, object]) -> None:
    here, there = match(**one), match(**other)  # type: ignore[arg-type]
    prefer = (Criterion(criterion),)

    assert not outranks(here, there, prefer, SOURCES)
    assert not outranks(there, here, prefer, SOURCES)


def test_a_copy_that_shows_more_than_the_query_is_the_whole_of_which_others_are_parts() -> None:
    assert outranks(match(shown=1.5), match(), (Criterion.UNCUT,), SOURCES)


def test_the_first_criterion_that_differs_decides() -> None:
    large, fine = match(width=200, quantiser=9.0), match(quantiser=1.0)

    assert ranked([large, fine], (Criterion.PIXELS, Criterion.QUALITY), SOURCES)[0] is large
    assert ranked([large, fine], (Criterion.QUALITY, Criterion.PIXELS), SOURCES)[0] is fine


def test_by_default_a_whole_picture_goes_before_a_larger_part_of_it() -> None:
    part, whole = match(width=4000, shown=0.6), match(width=200)

    assert ranked([part, whole], DEFAULT, SOURCES)[0] is whole


def test_by_default_a_bare_picture_goes_before_a_larger_one_in_a_border_or_with_something_drawn_over_it() -> None:
    bordered, captioned, bare = match(width=4000, framed=0.1), match(width=4000, alike=0.85), match(width=200)

    assert ranked([bordered, captioned, bare], DEFAULT, SOURCES)[0] is bare


def test_by_default_a_copy_in_colour_goes_before_a_larger_grey_one() -> None:
    grey, colour = match(width=4000, detail=held(0.0, 1.0, 0.1)), match(width=200, detail=held(-1.5))

    assert ranked([grey, colour], DEFAULT, SOURCES)[0] is colour


def test_by_default_an_enlarged_copy_loses_to_its_source() -> None:
    enlarged = match(width=4000, quantiser=1.0, size=10**7, detail=held(-1.0))
    source = match(width=1000, quantiser=5.0, detail=held(0.0))

    assert ranked([enlarged, source], DEFAULT, SOURCES)[0] is source
    assert why(source, enlarged, DEFAULT, SOURCES).startswith("detail: ")


def test_by_default_quality_decides_among_what_holds_as_much() -> None:
    coarse, fine = match(quantiser=30.0, detail=held(0.0)), match(quantiser=5.0, detail=held(-DEAD_BAND))

    assert ranked([coarse, fine], DEFAULT, SOURCES)[0] is fine
    assert why(fine, coarse, DEFAULT, SOURCES).startswith("quality: ")


def test_by_default_a_coarse_coding_counts_though_the_copy_was_saved_finely_afterwards() -> None:
    again = match(width=120, quantiser=2.0, size=9000, detail=held(0.0, 30.0))
    first = match(quantiser=5.0, detail=held(-0.1, 5.0))

    assert ranked([again, first], DEFAULT, SOURCES)[0] is first


def test_copies_that_nobody_compared_go_by_their_pixels_before_their_quality() -> None:
    large, fine = match(width=200, quantiser=9.0), match(quantiser=1.0)

    assert ranked([fine, large], DEFAULT, SOURCES)[0] is large


def test_small_steps_of_detail_do_not_add_up() -> None:
    """Each of these is as good as the next, but the last is not as good as the first."""
    steps = [match(f"/first/{n}.jpg", quantiser=40.0 - 10 * n, detail=held(-0.3 * n)) for n in range(4)]

    order = ranked(steps, (Criterion.DETAIL, Criterion.QUALITY), SOURCES)

    assert [match.picture.path.stem for match in order] == ["1", "0", "3", "2"]
    assert all(
        outranks(worse, better, (Criterion.DETAIL, Criterion.QUALITY), SOURCES) for better, worse in pairwise(steps)
    )
    assert outranks(steps[0], steps[2], (Criterion.DETAIL, Criterion.QUALITY), SOURCES)


@given(st.lists(st.floats(-3, 0), min_size=1, max_size=8))
def test_the_best_is_never_told_apart_from_the_richest(richness: list[float]) -> None:
    copies = [match(f"/first/{n}.jpg", quantiser=float(n), detail=held(each)) for n, each in enumerate(richness)]

    best = ranked(copies, DEFAULT, SOURCES)[0]

    assert best.detail is not None
    assert best.detail.richness is not None
    assert max(richness) - best.detail.richness <= DEAD_BAND


def test_equal_copies_rank_by_their_paths_and_say_so() -> None:
    deep, last, first = match("/first/x/a.jpg"), match("/first/b.jpg"), match("/first/a.jpg")

    assert ranked([deep, last, first], DEFAULT, SOURCES) == (first, last, deep)
    assert why(first, last, DEFAULT, SOURCES) == "equal bytes, the first path"
    assert why(first, match("/first/b.jpg", digest=b"e" * 32), DEFAULT, SOURCES).startswith("equal in every criterion")
    assert not outranks(first, last, DEFAULT, SOURCES)


def test_paths_that_are_no_text_have_a_place_too() -> None:
    odd, plain = match("/first/\udcff.jpg"), match("/first/a.jpg")

    assert ranked([odd, plain], DEFAULT, SOURCES) == (plain, odd)
