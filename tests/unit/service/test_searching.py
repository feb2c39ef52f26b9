import os
from collections.abc import AsyncIterable, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictured.collecting.settings import CollectSettings, Criterion
from pictured.flow import Kind, Picture
from pictured.service.library import Library, Scope
from pictured.service.reports import Copied, Copies, Progress
from pictured.service.searching import copies_of, dupes, find, probed, query_files, related
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Photo = Callable[[str], Image.Image]
Index = Callable[[Path], Picture]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
WithWorkers = Callable[[Callable[[Workers], Awaitable[None]]], None]
PREFER: tuple[Criterion, ...] = CollectSettings.model_fields["prefer"].default


@pytest.fixture
def originals(tmp_path: Path, draw: Draw, index: Index) -> Path:
    for name in ("coffee", "rocket", "chelsea"):
        index(draw(tmp_path / f"l/{name}.jpg", name))
    index(draw(tmp_path / "l/small/coffee.jpg", "coffee", width=300))
    return tmp_path / "l"


def answers(reports: list[Any]) -> list[Copies]:
    return [report for report in reports if isinstance(report, Copies)]


def groups(reports: list[Any]) -> list[list[str]]:
    return [[match.picture.path.name for match in report.members] for report in reports if isinstance(report, Copied)]


def test_each_query_is_answered_in_its_order(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, gathered: Gathered
) -> None:
    queries = [
        draw(tmp_path / f"q/{n}.jpg", name, width=150, quality=40)
        for n, name in enumerate(["chelsea", "coffee", "china", "rocket"] * 3)
    ]

    found = answers(gathered(lambda workers: find(library, workers, queries, Scope((originals,)), PREFER)))

    assert [each.query for each in found] == queries
    assert [[match.picture.path.name for match in each.matches] for each in found[:4]] == [
        ["chelsea.jpg"],
        ["coffee.jpg", "coffee.jpg"],
        [],
        ["rocket.jpg"],
    ]
    assert found[1].matches[0].picture.path == originals / "coffee.jpg"


def test_a_query_is_never_its_own_copy(originals: Path, library: Library, gathered: Gathered) -> None:
    query = originals / "small/coffee.jpg"

    (found,) = answers(gathered(lambda workers: find(library, workers, [query], Scope((originals,)), PREFER)))

    assert [match.picture.path for match in found.matches] == [originals / "coffee.jpg"]


def test_a_query_is_read_as_it_is_now(originals: Path, library: Library, draw: Draw, gathered: Gathered) -> None:
    query = draw(originals / "coffee.jpg", "rocket")

    (found,) = answers(gathered(lambda workers: find(library, workers, [query], Scope((originals,)), PREFER)))

    assert [match.picture.path.name for match in found.matches] == ["rocket.jpg"]


def test_a_query_that_is_no_picture_is_told(tmp_path: Path, library: Library, gathered: Gathered) -> None:
    (tmp_path / "no.jpg").write_text("no")
    queries = [tmp_path / "no.jpg", tmp_path / "absent.jpg"]

    reports = gathered(lambda workers: find(library, workers, queries, Scope(), PREFER))

    assert [bool(each.error) for each in answers(reports)] == [True, True]
    assert reports[-1] == Progress(2, 2, "searching")


def test_a_folder_of_queries_stands_for_its_pictures(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "q/b/2.jpg", "coffee", width=50)
    draw(tmp_path / "q/1.jpg", "coffee", width=50)
    (tmp_path / "q/notes.txt").write_text("")
    os.mkfifo(tmp_path / "q/pipe.png")

    assert list(query_files([tmp_path / "q", tmp_path / "x.jpg"])) == [
        tmp_path / "q/1.jpg",
        tmp_path / "q/pipe.png",
        tmp_path / "q/b/2.jpg",
        tmp_path / "x.jpg",
    ]


def test_groups_have_their_best_first(originals: Path, library: Library, gathered: Gathered) -> None:
    reports = gathered(lambda workers: dupes(library, workers, Scope((originals,)), PREFER))

    members = [report.members for report in reports if isinstance(report, Copied)]
    assert [[match.picture.path for match in group] for group in members] == [
        [originals / "coffee.jpg", originals / "small/coffee.jpg"]
    ]
    assert [match.kind for match in members[0]] == [Kind.EXACT, Kind.SAME]


@pytest.mark.usefixtures("originals")
def test_without_folders_groups_are_searched_everywhere(library: Library, gathered: Gathered) -> None:
    assert groups(gathered(lambda workers: dupes(library, workers, Scope(), PREFER))) == [["coffee.jpg", "coffee.jpg"]]


def test_of_equal_bytes_the_best_is_the_one_that_is_preferred(
    tmp_path: Path, library: Library, draw: Draw, index: Index, gathered: Gathered
) -> None:
    young = draw(tmp_path / "a.jpg", "coffee")
    old = tmp_path / "b.jpg"
    old.write_bytes(young.read_bytes())
    os.utime(old, (1, 1))
    for path in (young, old):
        index(path)

    assert groups(gathered(lambda workers: dupes(library, workers, Scope((tmp_path,)), PREFER))) == [["b.jpg", "a.jpg"]]
    assert groups(gathered(lambda workers: dupes(library, workers, Scope((tmp_path,)), (Criterion.NEWEST,)))) == [
        ["a.jpg", "b.jpg"]
    ]


def test_no_file_is_in_two_groups(
    tmp_path: Path, library: Library, draw: Draw, index: Index, gathered: Gathered
) -> None:
    for width in (100, 200, 300):
        for name in ("coffee", "rocket"):
            index(draw(tmp_path / f"{name}-{width}.jpg", name, width=width))

    assert sorted(groups(gathered(lambda workers: dupes(library, workers, Scope((tmp_path,)), PREFER)))) == [
        ["coffee-300.jpg", "coffee-200.jpg", "coffee-100.jpg"],
        ["rocket-300.jpg", "rocket-200.jpg", "rocket-100.jpg"],
    ]


def test_what_is_excluded_is_in_no_group(originals: Path, library: Library, gathered: Gathered) -> None:
    scope = Scope((originals,), (originals / "small",))

    assert groups(gathered(lambda workers: dupes(library, workers, scope, PREFER))) == []


def test_an_excluded_twin_does_not_stand_for_its_content(
    tmp_path: Path, library: Library, draw: Draw, index: Index, gathered: Gathered
) -> None:
    """The first file by name is excluded; the group holds those that are not."""
    first = draw(tmp_path / "a/x.jpg", "coffee")
    for path in (tmp_path / "b/x.jpg", tmp_path / "c/x.jpg"):
        path.parent.mkdir()
        path.write_bytes(first.read_bytes())
    for path in tmp_path.glob("?/x.jpg"):
        index(path)

    reports = gathered(lambda workers: dupes(library, workers, Scope((tmp_path,), (tmp_path / "a",)), PREFER))

    assert [[m.picture.path.parent.name for m in r.members] for r in reports if isinstance(r, Copied)] == [["b", "c"]]


def test_a_copy_is_not_claimed_of_a_file_that_is_not_there(
    originals: Path, library: Library, with_workers: WithWorkers
) -> None:
    library.catalogue.miss(originals / "small/coffee.jpg", 1.0)

    async def scenario(workers: Workers) -> None:
        query = await probed(workers, originals / "coffee.jpg")
        assert query.probe is not None
        assert await copies_of(library, workers, query.path, query.probe, Scope(), PREFER) == ()

    with_workers(scenario)


@pytest.fixture
def parts(tmp_path: Path, photo: Photo, index: Index) -> Path:
    """A small whole picture, and two larger parts of it that have half of their area in common."""
    whole = photo("coffee")
    boxes = {"left": (0, 0, 400, 400), "right": (200, 0, 600, 400)}
    for name, box in boxes.items():
        part = whole.crop(box)
        part.resize((800, 800) if name == "left" else (700, 700), Image.Resampling.LANCZOS).save(
            tmp_path / f"{name}.jpg", quality=92
        )
    whole.resize((300, 200), Image.Resampling.LANCZOS).save(tmp_path / "whole.jpg", quality=92)
    for name in (*boxes, "whole"):
        index(tmp_path / f"{name}.jpg")
    return tmp_path


def test_who_matches_a_member_is_no_member(parts: Path, library: Library, gathered: Gathered) -> None:
    """The left part matches the whole picture, and that matches the right part, but the two parts do not match."""
    found = groups(gathered(lambda workers: dupes(library, workers, Scope((parts,)), (Criterion.PIXELS,))))

    assert found == [["left.jpg", "whole.jpg"]]


def test_the_best_of_a_group_matches_all_of_it(parts: Path, library: Library, gathered: Gathered) -> None:
    found = groups(gathered(lambda workers: dupes(library, workers, Scope((parts,)), PREFER)))

    assert [group[0] for group in found] == ["whole.jpg"]
    assert [set(group[1:]) for group in found] == [{"left.jpg", "right.jpg"}]


def test_what_is_similar_is_told_apart_from_copies(parts: Path, library: Library, with_workers: WithWorkers) -> None:
    async def scenario(workers: Workers) -> None:
        query = await probed(workers, parts / "left.jpg")
        assert query.probe is not None
        copies, similar = await related(library, workers, query.path, query.probe, Scope((parts,)), PREFER)
        assert [match.picture.path.name for match in copies] == ["whole.jpg"]
        assert [(match.picture.path.name, match.kind) for match in similar] == [("right.jpg", Kind.SIMILAR)]

    with_workers(scenario)
