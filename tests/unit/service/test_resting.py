import asyncio
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pictured import __version__
from pictured.config.model import Config
from pictured.errors import Unanswered
from pictured.flow import Collect, Failure, Form, Picture, Role, Stamp
from pictured.service.library import Library
from pictured.service.reports import json_line
from pictured.service.resting import Told, answering, failing, history, known, resting_status
from pictured.store.queue import Queue

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


def test_without_an_index_nothing_is_known(tmp_path: Path) -> None:
    found = resting_status(None, [(tmp_path, Role.LIBRARY), (tmp_path / "gone", Role.QUERY), (tmp_path, Role.IGNORE)])

    assert found["running"] is False
    assert found["version"] == __version__
    assert (found["files"], found["pending"], found["failing"]) == (0, 0, [])
    assert [(root["role"], root["online"], root["last_scan"]) for root in found["roots"]] == [
        ("library", True, None),
        ("query", False, None),
    ]


def test_both_answers_have_the_same_shape(tmp_path: Path, library: Library) -> None:
    folders = [(tmp_path, Role.LIBRARY)]
    known, unknown = resting_status(library.db, folders), resting_status(None, folders)

    assert set(known) == set(unknown)
    assert set(known["roots"][0]) == set(unknown["roots"][0])


def test_what_is_known_is_counted(tmp_path: Path, library: Library, draw: Draw, index: Index) -> None:
    first = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    (tmp_path / "l/b.jpg").write_bytes(first.path.read_bytes())
    index(tmp_path / "l/b.jpg")
    index(draw(tmp_path / "elsewhere/c.jpg", "rocket", width=100))
    library.catalogue.handle(first.path, first.stamp)
    library.catalogue.mark_scanned(tmp_path / "l", 123.0)

    found = resting_status(library.db, [(tmp_path / "l", Role.LIBRARY)])

    assert (found["pictures"], found["files"], found["pending"], found["placed"]) == (2, 3, 1, 0)
    assert found["waiting"] == 0
    step = Collect("best", None, first.path, first.stamp, first.content.digest, tmp_path / "b", Form.COPY, "why")
    Queue(library.db).propose(step, b"e" * 32, "{}", 1.0)
    assert known(library.db)["waiting"] == 1
    assert found["roots"][0]["last_scan"] == 123.0


def test_failures_say_when_they_are_tried_again(tmp_path: Path, library: Library) -> None:
    for name, retry_at in (("a", None), ("b", time.time() + 1000), ("c", 1.0)):
        failure = Failure(tmp_path / name, "truncated", "it ends too early", retry_at is not None)
        library.catalogue.fail(tmp_path / name, Stamp(1, 1, 1), failure, tries=2, retry_at=retry_at)

    found = failing(library.catalogue)

    assert [(Path(each["path"]).name, each["kind"], each["tries"]) for each in found] == [
        ("a", "truncated", 2), ("b", "truncated", 2), ("c", "truncated", 2),
    ]  # fmt: skip
    assert [each["retry_in"] for each in found][::2] == [None, 0.0]
    assert 990 < found[1]["retry_in"] <= 1000


def test_the_history_names_what_was_done_and_why(library: Library) -> None:
    odd = Path(os.fsdecode(b"/l/\xff.jpg"))
    step = Collect("best", Path("/q/a.jpg"), odd, Stamp(1, 1, 1), b"\1" * 32, Path("/b/a.jpg"), Form.COPY, "why")
    placed = library.journal.finish(library.journal.begin(step, 1.0), Stamp(1, 1, 2), 2.0)
    library.journal.undo(placed.id, 3.0)

    found = history(library.db, None, 10)

    assert [(deed["what"], deed["at"]) for deed in found] == [("undone", 3.0), ("placed", 2.0)]
    assert found[1] == {
        "id": placed.id,
        "at": 2.0,
        "what": "placed",
        "entry": "best",
        "query": "/q/a.jpg",
        "source": str(odd),
        "target": "/b/a.jpg",
        "sha256": "01" * 32,
        "reason": "why",
        "companions": [],
    }
    assert json_line(found[1]).isascii()
    assert len(history(library.db, None, 1)) == 1
    assert history(library.db, Path("/elsewhere"), 10) == []


def test_a_destination_that_hangs_is_told_for_how_long(tmp_path: Path, library: Library) -> None:
    config = Config.model_validate(
        {
            "folders": [{"path": tmp_path / "l", "role": "library"}],
            "collect": [
                {"name": name, "from": [tmp_path / "l"], "into": tmp_path / name, "mode": "auto"} for name in ("a", "b")
            ],
        }
    )
    library.lanes.patience, answer = 0.01, threading.Event()

    async def scenario() -> list[Told]:
        with suppress(Unanswered):
            await library.lanes.of(tmp_path / "b").do(answer.wait)
        return answering(config, library)

    try:
        one, other = asyncio.run(scenario())
    finally:
        answer.set()

    assert one == {"path": str(tmp_path / "a"), "answers": True, "silent": None}
    assert (other["path"], other["answers"]) == (str(tmp_path / "b"), False)
