import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from pictured.collecting import ranking
from pictured.flow import Kind, Match, Picture, Transform
from pictured.imaging.limits import DecodingLimits
from pictured.indexing import predicting
from pictured.looks import Box
from pictured.service.appraising import appraised
from pictured.service.workers import WorkerLimits, Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Appraise = Callable[[Sequence[Match]], list[Match]]
WHOLE = (0.0, 0.0, 1.0, 1.0)
DECODING = DecodingLimits(pixels=10**8, memory=10**9)


def match(picture: Picture, box: Box = WHOLE, orientation: int = 1) -> Match:
    return Match(picture, Kind.SAME, 0.9, Transform(orientation, box))


def with_limits(limits: WorkerLimits, matches: Sequence[Match], *, closed: bool = False) -> list[Match]:
    async def scenario() -> list[Match]:
        workers = Workers(1, limits, "fork")
        if closed:
            await workers.close()
        try:
            return await appraised(workers, matches)
        finally:
            await workers.close()

    return asyncio.run(scenario())


def unasked(matches: Sequence[Match]) -> list[Match]:
    """What comes out where no worker may be asked: one that was would cancel the test."""
    return with_limits(WorkerLimits(30, 2**30, DECODING), matches, closed=True)


@pytest.fixture
def appraise(with_workers: Callable[[Callable[[Workers], Awaitable[Any]]], Any]) -> Appraise:
    def done(matches: Sequence[Match]) -> list[Match]:
        found: list[Match] = with_workers(lambda workers: appraised(workers, matches))
        return found

    return done


@pytest.fixture
def sizes(tmp_path: Path, draw: Draw, index: Index) -> list[Picture]:
    return [index(draw(tmp_path / f"{width}.jpg", "coffee", width=width)) for width in (300, 600, 450)]


def test_ranking_and_measuring_mean_the_same_by_what_proves_nothing() -> None:
    assert ranking.DEAD_BAND == predicting.DEAD_BAND


def test_nothing_is_compared_with_nothing(sizes: list[Picture]) -> None:
    assert unasked([]) == []
    assert unasked([match(sizes[0])]) == [match(sizes[0])]


def test_equal_bytes_are_not_compared_with_each_other(sizes: list[Picture]) -> None:
    twins = [match(sizes[0]), match(replace(sizes[0], path=sizes[0].path.with_name("twin.jpg")))]

    assert unasked(twins) == twins


@pytest.mark.parametrize("other", [match, lambda picture: match(picture, orientation=6)])
def test_pictures_of_different_frames_are_not_compared(sizes: list[Picture], other: Callable[[Picture], Match]) -> None:
    part = match(sizes[0], box=(0.0, 0.0, 1.2, 1.0))
    matches = [part, other(sizes[1])]

    assert unasked(matches) == matches


def test_what_breaks_its_reader_is_judged_by_what_is_known(sizes: list[Picture]) -> None:
    matches = [match(each) for each in sizes]

    assert with_limits(WorkerLimits(0.001, 2**30, DECODING), matches) == matches


def test_copies_of_one_frame_are_told_what_their_pixels_hold(sizes: list[Picture], appraise: Appraise) -> None:
    matches = [match(each) for each in sizes]

    seen = appraise(matches)

    assert [replace(each, detail=None) for each in seen] == matches
    assert all(each.detail is not None for each in seen)
    small, large, middle = (each.detail.richness for each in seen if each.detail)
    assert large == 0
    assert small is not None
    assert small < -ranking.DEAD_BAND
    assert middle is None or middle < 0


def test_the_largest_set_of_one_frame_is_compared_and_the_rest_is_left(
    tmp_path: Path, sizes: list[Picture], draw: Draw, index: Index, appraise: Appraise
) -> None:
    others = [index(draw(tmp_path / f"r{width}.jpg", "rocket", width=width)) for width in (300, 400)]
    parts = [match(each, box=(0.1, 0.0, 1.3, 1.0)) for each in others]

    seen = appraise([parts[0], *(match(each) for each in sizes), parts[1]])

    assert [each.detail is not None for each in seen] == [False, True, True, True, False]


def test_twins_are_told_the_same(sizes: list[Picture], appraise: Appraise) -> None:
    twin = sizes[1].path.with_name("twin.jpg")
    twin.write_bytes(sizes[1].path.read_bytes())

    seen = appraise([match(sizes[0]), match(sizes[1]), match(replace(sizes[1], path=twin))])

    assert seen[1].detail is not None
    assert seen[1].detail == seen[2].detail


def test_one_that_cannot_be_read_any_more_is_left_out(sizes: list[Picture], appraise: Appraise) -> None:
    sizes[2].path.unlink()

    seen = appraise([match(each) for each in sizes])

    assert [each.detail is not None for each in seen] == [True, True, False]


def test_only_the_largest_of_very_many_are_compared(
    tmp_path: Path, draw: Draw, index: Index, appraise: Appraise
) -> None:
    many = [index(draw(tmp_path / f"{width}.jpg", "coffee", width=width)) for width in range(200, 380, 10)]

    seen = appraise([match(each) for each in many])

    assert [each.detail is not None for each in seen] == [False] * 2 + [True] * 16


def test_an_enlarged_and_sharpened_copy_holds_less_than_its_source(
    tmp_path: Path, photo: Callable[[str], Image.Image], index: Index, appraise: Appraise
) -> None:
    source = photo("chelsea")
    source.save(tmp_path / "source.jpg", quality=92)
    enlarged = source.resize((source.width * 2, source.height * 2), Image.Resampling.BICUBIC)
    enlarged.filter(ImageFilter.UnsharpMask(2, 120, 0)).save(tmp_path / "enlarged.jpg", quality=97)

    seen = appraise([match(index(tmp_path / f"{name}.jpg")) for name in ("enlarged", "source")])

    larger, smaller = (each.detail for each in seen)
    assert larger is not None
    assert smaller is not None
    assert larger.richness is not None
    assert larger.richness < -ranking.DEAD_BAND
    assert smaller.richness == 0
