from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.collecting.settings import CollectSettings
from pictured.flow import Picture
from pictured.service.gathering import gather
from pictured.service.library import Library
from pictured.service.reports import Collected, Progress
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
Tree = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def originals(tmp_path: Path, draw: Draw, index: Index) -> Path:
    for name in ("coffee", "rocket", "chelsea"):
        index(draw(tmp_path / f"l/{name}.jpg", name))
    return tmp_path / "l"


def entry(folder: Path, **fields: object) -> CollectSettings:
    return CollectSettings.model_validate(
        {"name": "once", "from": [folder / "l"], "into": folder / "best", "mode": "auto", **fields}
    )


def made(reports: list[Any]) -> list[Collected]:
    assert all(isinstance(report, Collected | Progress) for report in reports)
    return [report for report in reports if isinstance(report, Collected)]


def test_two_poor_copies_of_one_picture_get_one_file(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, gathered: Gathered, tree: Tree
) -> None:
    queries = [draw(tmp_path / f"q/{width}.jpg", "coffee", width=width) for width in (100, 150, 200)]

    found = made(gathered(lambda w: gather(library, w, entry(tmp_path), queries, dry_run=False)))

    assert [report.collected for report in found] == [tmp_path / "best/coffee.jpg"] * 3
    assert [report.reason for report in found] == ["it is the only copy", *["it is already collected"] * 2]
    assert tree(tmp_path / "best") == {"coffee.jpg": (originals / "coffee.jpg").read_bytes()}


def test_a_dry_run_tells_what_a_run_then_does(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, index: Index, gathered: Gathered, tree: Tree
) -> None:
    """Different pictures of one name, a taken name, a query without a copy, and one that is no picture."""
    index(draw(originals / "more/coffee.jpg", "flower"))
    draw(tmp_path / "best/rocket.jpg", "camera")
    queries = [draw(tmp_path / f"q/{name}.jpg", name, width=150) for name in ("coffee", "flower", "rocket", "china")]
    (tmp_path / "q/no.jpg").write_text("no")
    queries.append(tmp_path / "q/no.jpg")

    dry = made(gathered(lambda w: gather(library, w, entry(tmp_path), queries, dry_run=True)))
    assert list(tree(tmp_path / "best")) == ["rocket.jpg"]
    wet = made(gathered(lambda w: gather(library, w, entry(tmp_path), queries, dry_run=False)))

    assert [(r.query, r.best, r.reason, bool(r.error)) for r in dry] == [
        (r.query, r.best, r.reason, bool(r.error)) for r in wet
    ]
    assert [r.planned for r in dry] == [True, True, True, False, False]
    assert [r.collected and r.collected.name for r in wet] == [
        "coffee.jpg",
        "coffee (2).jpg",
        "rocket (2).jpg",
        None,
        None,
    ]
    assert sorted(tree(tmp_path / "best")) == ["coffee (2).jpg", "coffee.jpg", "rocket (2).jpg", "rocket.jpg"]


@pytest.mark.usefixtures("originals")
def test_a_second_run_writes_nothing(tmp_path: Path, library: Library, draw: Draw, gathered: Gathered) -> None:
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=100)
    for _ in range(2):
        last = made(gathered(lambda w: gather(library, w, entry(tmp_path), [query], dry_run=False)))

    assert [report.reason for report in last] == ["it is already collected"]
    assert len(library.journal.history(None, 9)) == 1


def test_a_query_in_the_library_is_not_its_own_original(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, index: Index, gathered: Gathered
) -> None:
    query = index(draw(originals / "poor.jpg", "coffee", width=100)).path

    (found,) = made(gathered(lambda w: gather(library, w, entry(tmp_path), [query], dry_run=True)))

    assert found.best == originals / "coffee.jpg"


def test_groups_are_collected_once_each_by_their_best(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, index: Index, gathered: Gathered, tree: Tree
) -> None:
    for width in (200, 300):
        index(draw(originals / f"a{width}.jpg", "coffee", width=width))
    duplicates = entry(tmp_path, **{"for": "duplicates"})

    for _ in range(2):
        found = made(gathered(lambda w: gather(library, w, duplicates, [], dry_run=False)))
        assert [(report.query, report.best, report.collected) for report in found] == [
            (None, originals / "coffee.jpg", tmp_path / "best/coffee.jpg")
        ]
    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_file_that_changed_after_indexing_is_not_copied(
    tmp_path: Path, originals: Path, library: Library, draw: Draw, gathered: Gathered, tree: Tree
) -> None:
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=100)
    draw(originals / "coffee.jpg", "camera")

    (found,) = made(gathered(lambda w: gather(library, w, entry(tmp_path), [query], dry_run=False)))

    assert (found.collected, found.reason) == (None, "no copy was found")
    assert tree(tmp_path / "best") == {}
    assert library.journal.intents() == []


@pytest.mark.usefixtures("originals")
def test_a_destination_that_cannot_be_written_is_told_and_forgotten(
    tmp_path: Path, library: Library, draw: Draw, gathered: Gathered, tree: Tree
) -> None:
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=100)
    (tmp_path / "best").write_text("a file is in the way")

    (found,) = made(gathered(lambda w: gather(library, w, entry(tmp_path), [query], dry_run=False)))
    assert found.error
    assert library.journal.intents() == []
    (tmp_path / "best").unlink()

    (found,) = made(gathered(lambda w: gather(library, w, entry(tmp_path), [query], dry_run=False)))
    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]
