import json
import os
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.settings import CollectSettings, Mode, Purpose
from pictured.errors import UsageError
from pictured.flow import Form, Kind
from pictured.matching.scales import Measure
from pictured.service.jobs import (
    JOBS,
    Collect,
    Dupes,
    Find,
    Job,
    Prune,
    Review,
    Scan,
    Undo,
    decoded,
    encoded,
    entry_of,
    run,
)
from pictured.service.library import Library
from pictured.service.reports import Collected, Copied, Copies, ScanFinished, Undone, json_line
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
Tree = Callable[[Path], dict[str, bytes]]
PREFER = tuple(each.value for each in CollectSettings.model_fields["prefer"].default)

PATHS = (
    st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name).map(lambda n: Path(os.fsdecode(b"/" + n)))
)
MANY = st.lists(PATHS, max_size=3).map(tuple)
ANY_JOB = st.one_of(
    st.builds(Scan, MANY, MANY, again=st.booleans()),
    st.builds(
        Find, MANY, MANY, MANY, st.just(PREFER), st.integers(0, 99), st.sampled_from([each.value for each in Measure])
    ),
    st.builds(Dupes, MANY, MANY, st.just(PREFER)),
    st.builds(Collect, MANY, MANY, PATHS, st.sampled_from([form.value for form in Form]), st.booleans()),
    st.builds(Undo, st.lists(st.integers(1), max_size=3).map(tuple)),
    st.builds(Prune, st.floats(0, 1e9), st.booleans()),
    st.builds(
        Review,
        st.sampled_from(["approve", "deny", "prefer", "undo"]),
        st.lists(st.integers(1), max_size=3).map(tuple),
        st.none() | PATHS,
    ),
)


@given(ANY_JOB)
def test_a_job_goes_round_through_one_line_of_json(job: Job) -> None:
    line = json_line(encoded(job))

    assert "\n" not in line
    assert decoded(json.loads(line)) == job


def test_every_job_has_a_name_of_its_own() -> None:
    assert len({kind.do for kind in JOBS}) == len(JOBS)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"do": "dance"},
        {"do": "scan"},
        {"do": "undo", "numbers": 3},
        {"do": "scan", "folders": "/a", "exclude": []},
        {"do": "scan", "folders": [1], "exclude": []},
        {"do": "undo", "numbers": ["1"]},
        {"do": "scan", "folders": ["/a"], "exclude": [], "ignore": [], "again": 1},
        {
            "do": "find",
            "queries": [],
            "folders": [],
            "excluding": [],
            "prefer": ["beauty"],
            "top": 0,
            "measure": "ssim",
        },
        {"do": "find", "queries": [], "folders": [], "excluding": [], "prefer": [], "top": "3", "measure": "ssim"},
        {"do": "find", "queries": [], "folders": [], "excluding": [], "prefer": [], "top": 3, "measure": "beauty"},
        {"do": "collect", "queries": [], "folders": ["/a"], "into": "/b", "form": "move", "dry_run": True},
        {"do": "collect", "queries": [], "folders": ["/a"], "into": "/b", "form": "copy", "dry_run": "no"},
    ],
)
def test_what_is_no_job_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        decoded(line)


@given(PATHS, PATHS)
def test_every_destination_is_an_entry_of_its_own(one: Path, other: Path) -> None:
    entries = [entry_of(Collect((), (Path("/l"),), into, "copy", False)) for into in (one, other)]

    assert (entries[0].name == entries[1].name) == (one == other)
    assert entries[0].mode is Mode.AUTO


def test_two_destinations_of_the_same_name_are_two_entries() -> None:
    names = {entry_of(Collect((), (Path("/l"),), Path(f"/{drive}/Best"), "copy", False)).name for drive in "ab"}

    assert len(names) == 2
    assert all("Best" in name for name in names)


def test_without_queries_groups_are_collected() -> None:
    job = Collect((), (Path("/l"),), Path("/b"), "hardlink", False)

    assert entry_of(job).purpose is Purpose.DUPLICATES
    assert entry_of(job).form is Form.HARDLINK
    assert entry_of(Collect((Path("/q"),), (Path("/l"),), Path("/b"), "copy", False)).purpose is Purpose.QUERIES


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


def test_a_decision_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no decision 'burn'"):
        decoded({"do": "review", "decision": "burn", "numbers": [1], "copy": None})
