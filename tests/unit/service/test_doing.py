from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.collecting.settings import CollectSettings
from pictured.flow import Kind
from pictured.service.doing import run
from pictured.service.jobs import Collect, Dupes, Find, Scan, Undo
from pictured.service.library import Library
from pictured.service.reports import Collected, Copied, Copies, ScanFinished, Undone
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
Tree = Callable[[Path], dict[str, bytes]]
PREFER = tuple(each.value for each in CollectSettings.model_fields["prefer"].default)


@pytest.fixture
def pictures(tmp_path: Path, draw: Draw) -> Path:
    draw(tmp_path / "l/coffee.jpg", "coffee")
    draw(tmp_path / "l/small.jpg", "coffee", width=300)
    draw(tmp_path / "l/rocket.jpg", "rocket")
    draw(tmp_path / "q/poor.jpg", "coffee", width=150, quality=40)
    return tmp_path / "l"


def test_a_search_indexes_first(pictures: Path, tmp_path: Path, library: Library, gathered: Gathered) -> None:
    job = Find((tmp_path / "q",), (pictures,), (), PREFER)

    reports = gathered(lambda workers: run(job, library, workers))

    assert [report.hashed for report in reports if isinstance(report, ScanFinished)] == [3]
    (answer,) = (report for report in reports if isinstance(report, Copies))
    assert [match.picture.path.name for match in answer.matches] == ["coffee.jpg", "small.jpg"]


def test_a_search_by_a_measure_ranks_what_is_no_copy_too(
    pictures: Path, tmp_path: Path, library: Library, gathered: Gathered
) -> None:
    job = Find((tmp_path / "q",), (pictures,), (), PREFER, 3, "ssim")

    (answer,) = (report for report in gathered(lambda w: run(job, library, w)) if isinstance(report, Copies))

    assert answer.ranked_by == "ssim"
    assert {match.picture.path.name for match in answer.matches[:2]} == {"coffee.jpg", "small.jpg"}
    assert [match.kind for match in answer.matches] == [Kind.SAME, Kind.SAME, Kind.UNPROVEN]


def test_what_is_known_is_read_again_where_that_is_asked(pictures: Path, library: Library, gathered: Gathered) -> None:
    for again, counts in ((False, (3, 0)), (False, (0, 3)), (True, (3, 0))):
        job = Scan((pictures,), again=again)
        finished = gathered(lambda workers, job=job: run(job, library, workers))[-1]
        assert (finished.hashed, finished.unchanged) == counts


def test_groups_are_found_after_indexing(pictures: Path, library: Library, gathered: Gathered) -> None:
    reports = gathered(lambda workers: run(Dupes((pictures,), (), PREFER), library, workers))

    assert [len(report.members) for report in reports if isinstance(report, Copied)] == [2]


def test_collecting_and_taking_back(
    pictures: Path, tmp_path: Path, library: Library, gathered: Gathered, tree: Tree
) -> None:
    job = Collect((tmp_path / "q",), (pictures,), tmp_path / "best", "copy", False)
    before = tree(tmp_path / "l")

    reports = gathered(lambda workers: run(job, library, workers))

    (done,) = (report for report in reports if isinstance(report, Collected))
    assert done.collected == tmp_path / "best/coffee.jpg"
    assert tree(tmp_path / "best") == {"coffee.jpg": before["coffee.jpg"]}
    assert gathered(lambda workers: run(Undo(()), library, workers)) == [
        Undone(1, tmp_path / "best/coffee.jpg", undone=True, reason="taken back")
    ]
    assert tree(tmp_path / "best") == {}
    assert tree(tmp_path / "l") == before
    assert gathered(lambda workers: run(Undo((1, 99)), library, workers)) == [
        Undone(1, tmp_path / "best/coffee.jpg", undone=False, reason="it was taken back or replaced before"),
        Undone(99, None, undone=False, reason="there is no such entry; `pictured history` lists them"),
    ]


def test_one_original_may_be_collected_into_two_folders_of_the_same_name(
    pictures: Path, tmp_path: Path, library: Library, gathered: Gathered, tree: Tree
) -> None:
    for drive in ("one", "two"):
        job = Collect((tmp_path / "q",), (pictures,), tmp_path / drive / "best", "copy", False)
        gathered(lambda workers, job=job: run(job, library, workers))

    assert list(tree(tmp_path / "one")) == list(tree(tmp_path / "two")) == ["best/coffee.jpg"]


def test_a_destination_inside_the_library_is_not_searched(
    pictures: Path, library: Library, gathered: Gathered, tree: Tree
) -> None:
    job = Collect((), (pictures,), pictures / "best", "copy", False)

    for _ in range(2):
        gathered(lambda workers: run(job, library, workers))
        assert list(tree(pictures / "best")) == ["coffee.jpg"]


def test_a_dry_run_writes_nothing(
    pictures: Path, tmp_path: Path, library: Library, gathered: Gathered, tree: Tree
) -> None:
    before = {name: data for name, data in tree(tmp_path).items() if not name.startswith("state")}
    job = Collect((tmp_path / "q",), (pictures,), tmp_path / "best", "copy", True)

    reports = gathered(lambda workers: run(job, library, workers))

    (done,) = (report for report in reports if isinstance(report, Collected))
    assert (done.planned, done.best, done.collected) == (True, pictures / "coffee.jpg", None)
    assert {name: data for name, data in tree(tmp_path).items() if not name.startswith("state")} == before
    assert library.journal.history(None, 9) == []
    assert library.journal.intents() == []
    assert not (tmp_path / "best").exists()


def test_without_folders_nothing_is_indexed_and_no_scan_is_told(
    pictures: Path, tmp_path: Path, library: Library, gathered: Gathered
) -> None:
    gathered(lambda workers: run(Scan((pictures,)), library, workers))
    for job in (Find((tmp_path / "q",), (), (), PREFER), Dupes((), (), PREFER)):
        reports = gathered(lambda workers, job=job: run(job, library, workers))
        assert not [report for report in reports if isinstance(report, ScanFinished)]
        assert [report for report in reports if isinstance(report, Copies | Copied)]
