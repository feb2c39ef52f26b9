import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import PicturedError
from pictured.events import Event
from pictured.service.logs import Log
from pictured.service.metrics import Counted, export, exporting, exposition

Told = list[dict[str, Any]]
STATUS: dict[str, Any] = {
    "uptime": 60.5,
    "paused": False,
    "pending": 3,
    "pictures": 10,
    "files": 12,
    "failed": 2,
    "placed": 4,
    "failing": [{"kind": "crashed", "retry_in": None}, {"kind": "truncated", "retry_in": 5.0}],
    "destinations": [{"path": "/best", "answers": True}, {"path": "/nas", "answers": False}],
    "roots": [
        {"path": 'a "quoted"\\\n\udcff name', "role": "library", "mode": "events", "online": True, "last_scan": 1.5},
        {"path": "/away", "role": "query", "mode": "offline", "online": False, "last_scan": None},
    ],
}


def samples(text: str) -> dict[str, float]:
    """Read a file of the text format, as a collector does: a sample and its value on each line."""
    pairs = (line.rsplit(" ", 1) for line in text.split("\n") if line and not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_the_log_is_passed_on_and_counted(log: Log, told: Told) -> None:
    counted = Counted(log)
    counted.info(Event.FILE_DONE, path="x")
    counted.warning(Event.FILE_DONE)
    counted.error(Event.FILE_FAILED)
    counted.debug(Event.COPY_KEPT)
    assert told[0] == {"event": "file.done", "path": "x"}
    assert len(told) == 4
    assert counted.events == {"file.done": 2, "file.failed": 1, "copy.kept": 1}


def test_the_status_becomes_samples_with_their_kind_and_help() -> None:
    text = exposition(STATUS, {"file.done": 7}, 1000.0)
    found = samples(text)
    assert found["pictured_pending_files"] == 3
    assert found["pictured_quarantined_files"] == 1
    assert found["pictured_start_time_seconds"] == 939.5
    assert found['pictured_events_total{event="file.done"}'] == 7
    assert found['pictured_root_online{path="/away",role="query",mode="offline"}'] == 0
    assert found['pictured_destination_answers{path="/best"}'] == 1
    assert found['pictured_destination_answers{path="/nas"}'] == 0
    assert text.endswith("\n")
    names = {name.split("{")[0] for name in found}
    for name in names:
        assert f"# TYPE {name} " in text
        assert f"# HELP {name} " in text


def test_names_of_folders_are_written_as_the_format_wants_them() -> None:
    text = exposition(STATUS, {}, 1000.0)
    assert r'path="a \"quoted\"\\\n? name"' in text
    assert text.encode()


def test_the_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "p.prom"
    export(file, "one\n")
    export(file, "two\n")
    assert [path.name for path in tmp_path.iterdir()] == ["p.prom"]
    assert file.read_text() == "two\n"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PicturedError, match=r"gone/p\.prom cannot be written .*logging\.metrics"):
        export(tmp_path / "gone/p.prom", "x")


def test_it_is_written_again_and_again_and_a_failure_is_told_once(
    tmp_path: Path, log: Log, told: Told, heard: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    file = tmp_path / "later/p.prom"

    async def main() -> None:
        async with asyncio.timeout(20):
            writing = asyncio.create_task(exporting(lambda: file, lambda: STATUS, Counted(log), 0.01))
            await heard(Event.METRICS_FAILED)
            file.parent.mkdir()
            while not file.exists():  # noqa: ASYNC110  there is no event for it
                await asyncio.sleep(0)
            writing.cancel()

    asyncio.run(main())

    assert len(told) == 1
    assert samples(file.read_text())['pictured_events_total{event="metrics.failed"}'] == 1
