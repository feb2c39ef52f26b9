from pathlib import Path

import pytest

from pictured.errors import PicturedError
from pictured.service.demonstration.happenings import Collected, InPlace, NoCopy
from pictured.service.demonstration.telling import LogLine, answers, done_with

QUERY = Path("/d/Wanted/q.jpg")
PLACED: LogLine = {
    "event": "copy.placed",
    "entry": "best",
    "query": str(QUERY),
    "source": "/d/Pictures/a.jpg",
    "target": "/d/Collected/a.jpg",
    "reason": "the only copy",
}


def done(*, kept: int = 0) -> LogLine:
    return {"event": "file.done", "path": str(QUERY), "kept": kept, "seconds": {"read": 0.03, "collect": 0.011}}


def about(path: Path) -> str:
    return f"about {path.name}"


def test_a_placed_copy_is_told_with_its_source_and_its_time() -> None:
    source, target = Path("/d/Pictures/a.jpg"), Path("/d/Collected/a.jpg")
    expected = Collected(QUERY, source, "about a.jpg", target, None, "the only copy", 0.041)
    assert list(answers([PLACED, done()], QUERY, about)) == [expected]


def test_an_upgrade_tells_what_was_replaced() -> None:
    (answer,) = answers([{**PLACED, "replaced": "/d/Collected/a.jpg"}, done()], QUERY, about)
    assert isinstance(answer, Collected)
    assert answer.replaced == Path("/d/Collected/a.jpg")


def test_what_was_collected_before_is_told_so() -> None:
    assert list(answers([done(kept=1)], QUERY, about)) == [InPlace(QUERY, 0.041)]


def test_a_picture_without_a_copy_is_told_so() -> None:
    assert list(answers([{"event": "scan.started", "path": "/d"}, done()], QUERY, about)) == [NoCopy(QUERY, 0.041)]


@pytest.mark.parametrize(
    "line", [PLACED, {"event": "daemon.started"}, {"event": "file.failed", "path": str(QUERY), "retry_in": 5.0}]
)
def test_other_lines_leave_a_file_undone(line: LogLine) -> None:
    assert done_with(line) is None


def test_a_finished_file_is_named() -> None:
    assert done_with(done()) == QUERY


@pytest.mark.parametrize("event", ["copy.failed", "file.failed", "file.quarantined"])
def test_a_failure_for_good_ends_the_demonstration(event: str) -> None:
    with pytest.raises(PicturedError, match=r"could not do its work: the disk is full\."):
        done_with({"event": event, "path": str(QUERY), "error": "the disk is full."})
