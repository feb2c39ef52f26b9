import os
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.flow import Collect, Form, Kind, Picture
from pictured.matching.scales import SCALES, Better, Measure
from pictured.service.closest import closest
from pictured.service.library import Library, Scope
from pictured.service.reports import Copies, Progress
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
Asked = Callable[..., list[Copies]]
NAMES = ("coffee", "rocket", "chelsea", "astronaut", "camera")


@pytest.fixture
def originals(tmp_path: Path, draw: Draw, index: Index) -> Path:
    for name in NAMES:
        index(draw(tmp_path / f"l/{name}.jpg", name, width=300))
    return tmp_path / "l"


@pytest.fixture
def asked(originals: Path, library: Library, gathered: Gathered) -> Asked:
    """The answers to some queries."""

    def ask(*queries: Path, scope: Scope | None = None, measure: Measure = Measure.SSIM, top: int = 9) -> list[Copies]:
        where = scope or Scope((originals,))
        reports = gathered(lambda workers: closest(library, workers, queries, where, measure, top))
        return [report for report in reports if isinstance(report, Copies)]

    return ask


def names(answer: Copies) -> list[str]:
    return [match.picture.path.stem for match in answer.matches]


@pytest.mark.parametrize("measure", Measure)
def test_everything_is_ranked_the_nearest_first(tmp_path: Path, draw: Draw, asked: Asked, measure: Measure) -> None:
    query = draw(tmp_path / "poor.jpg", "chelsea", width=150, quality=50)

    (answer,) = asked(query, measure=measure)

    assert answer.ranked_by == measure
    assert sorted(names(answer)) == sorted(NAMES)
    values = [match.measures[measure] for match in answer.matches]
    assert values == sorted(values, reverse=SCALES[measure].better is Better.HIGHER)
    assert all(SCALES[measure].least <= value <= SCALES[measure].most for value in values)
    # Nobody keeps the Marr-Hildreth hash here, and what hashes alone propose has no features that agree.
    assert measure in (Measure.MARR_DISTANCE, Measure.INLIERS) or names(answer)[0] == "chelsea"


def test_what_is_proven_is_said_and_of_the_rest_nothing_is_claimed(tmp_path: Path, draw: Draw, asked: Asked) -> None:
    (answer,) = asked(draw(tmp_path / "poor.jpg", "chelsea", width=150, quality=50))

    first, *others = answer.matches
    assert (first.kind, first.measures["confidence"]) == (Kind.SAME, first.confidence)
    assert {match.kind for match in others} == {Kind.UNPROVEN}
    assert {match.confidence for match in others} == {0.0}
    assert all(match.measures.keys() == {"ssim"} for match in others)


@pytest.mark.parametrize("top", [1, 3, 5, 6])
def test_as_many_are_given_as_are_asked_for(tmp_path: Path, draw: Draw, asked: Asked, top: int) -> None:
    query = draw(tmp_path / "poor.jpg", "chelsea", width=150)

    (few,), (all_of_them,) = asked(query, top=top), asked(query)

    assert names(few) == names(all_of_them)[:top]


def test_the_query_itself_is_left_out_and_its_twin_is_not(originals: Path, index: Index, asked: Asked) -> None:
    twin = originals / "twin.jpg"
    twin.write_bytes((originals / "chelsea.jpg").read_bytes())
    index(twin)

    (answer,) = asked(originals / "chelsea.jpg")

    assert names(answer)[0] == "twin"
    assert answer.matches[0].kind is Kind.EXACT
    assert "chelsea" not in names(answer)


def test_what_is_equally_near_is_in_the_order_of_its_paths(tmp_path: Path, draw: Draw, asked: Asked) -> None:
    (answer,) = asked(draw(tmp_path / "poor.jpg", "flower", width=150), measure=Measure.CONFIDENCE)

    assert names(answer) == sorted(NAMES)


def test_only_the_scope_is_ranked_and_never_what_was_placed(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, index: Index, asked: Asked
) -> None:
    index(draw(originals / "private/flower.jpg", "flower", width=200))
    source, target = index(originals / "coffee.jpg"), originals / "placed.jpg"
    os.link(source.path, target)
    step = Collect("best", None, source.path, source.stamp, source.content.digest, target, Form.HARDLINK, "why")
    placed = index(target)
    library.journal.finish(library.journal.begin(step, 1.0), placed.stamp, 2.0)

    (answer,) = asked(
        draw(tmp_path / "poor.jpg", "coffee", width=150), scope=Scope((originals,), (originals / "private",))
    )

    assert sorted(names(answer)) == sorted(NAMES)


def test_a_query_that_cannot_be_read_is_told_and_the_others_are_answered(
    tmp_path: Path, draw: Draw, asked: Asked
) -> None:
    (tmp_path / "no.jpg").write_text("no")

    broken, absent, fine = asked(tmp_path / "no.jpg", tmp_path / "absent.jpg", draw(tmp_path / "poor.jpg", "rocket"))

    assert [bool(each.error) for each in (broken, absent, fine)] == [True, True, False]
    assert broken.matches == absent.matches == ()
    assert names(fine)[0] == "rocket"


def test_an_empty_library_has_nothing_near(tmp_path: Path, library: Library, draw: Draw, gathered: Gathered) -> None:
    query = draw(tmp_path / "poor.jpg", "coffee", width=100)

    reports = gathered(lambda workers: closest(library, workers, [query], Scope(), Measure.SSIM, 3))

    assert reports == [Copies(query, (), ranked_by="ssim"), Progress(0, 0, "measuring")]
