import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from pictured.config.logs import Logging
from pictured.events import Event
from pictured.service.logs import set_up, terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    for handler in handlers:
        root.removeHandler(handler)  # else `set_up` closes those of pytest
    yield
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_json_object_a_line() -> None:
    stream = io.StringIO()
    log = set_up(Logging(), stream, {})

    log.info(Event.FILE_DONE, path=Path("/l/a.jpg"), bytes=5, entry=None)

    (line,) = lines(stream.getvalue())
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line | {"timestamp": ""} == {
        "timestamp": "", "level": "info", "event": "file.done", "path": "/l/a.jpg", "bytes": 5,
    }  # fmt: skip


def test_names_that_are_no_text_and_names_with_newlines_stay_on_one_line() -> None:
    stream = io.StringIO()
    odd = Path(os.fsdecode(b"/l/\xff\n\x1b[2J.jpg"))

    set_up(Logging(), stream, {}).info(Event.FILE_DONE, path=odd)

    assert stream.getvalue().isascii()
    assert Path(lines(stream.getvalue())[0]["path"]) == odd


def test_a_thread_that_ends_by_a_fault_is_one_line_of_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    set_up(Logging(), stream, {})

    thread = threading.Thread(target={}.pop, args=("/l/in",), name="reader")
    thread.start()
    thread.join()

    (line,) = lines(stream.getvalue())
    assert (line["level"], line["event"], line["thread"]) == ("error", "thread.failed", "reader")
    assert (line["exception"][0]["exc_type"], line["exception"][0]["exc_value"]) == ("KeyError", "'/l/in'")
    assert "Traceback" not in stream.getvalue() + capfd.readouterr().err


def test_less_important_events_are_left_out() -> None:
    stream = io.StringIO()
    log = set_up(Logging(level="warning"), stream, {})

    for speak in (log.debug, log.info, log.warning, log.error):
        speak(Event.FILE_DONE)

    assert [line["level"] for line in lines(stream.getvalue())] == ["warning", "error"]


def test_libraries_speak_through_the_same_log() -> None:
    stream = io.StringIO()
    set_up(Logging(), stream, {})

    logging.getLogger("somebody").warning("careful with %s", "this")
    logging.getLogger("apscheduler.scheduler").info("chatter")

    (line,) = lines(stream.getvalue())
    assert (line["event"], line["logger"], line["level"]) == ("careful with this", "somebody", "warning")


def test_an_exception_is_told_without_the_values_of_variables() -> None:
    stream = io.StringIO()
    set_up(Logging(), stream, {})

    try:
        secret = "hidden" + "-value"
        int(secret[:0])
    except ValueError:
        logging.getLogger("somebody").exception("failed")

    assert "ValueError" in stream.getvalue()
    assert "hidden-value" not in stream.getvalue()
    assert len(lines(stream.getvalue())) == 1


def test_the_journal_gets_priorities(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stream:
        found = os.fstat(stream.fileno())
        log = set_up(Logging(level="debug"), stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        for speak in (log.debug, log.info, log.warning, log.error):
            speak(Event.FILE_DONE)

    written = (tmp_path / "stderr").read_text().splitlines()
    assert [line[:3] for line in written] == ["<7>", "<6>", "<4>", "<3>"]
    assert json.loads(written[0][3:])["event"] == "file.done"


def test_whoever_is_not_the_journal_gets_no_priorities(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stream:
        set_up(Logging(), stream, {"JOURNAL_STREAM": "1:2"}).info(Event.FILE_DONE)

    assert (tmp_path / "stderr").read_text().startswith("{")


def test_a_terminal_gets_readable_lines_that_cannot_command_it() -> None:
    stream = Terminal()

    set_up(Logging(), stream, {"JOURNAL_STREAM": "1:2"}).info(Event.FILE_DONE, path=Path("/l/\udcff\x1b[2J.jpg"))

    text = stream.getvalue()
    assert "file.done" in text
    assert r"\xff" in text
    assert "\x1b[2J" not in text


def test_a_file_gets_json_too_and_is_set_aside_when_it_is_full(tmp_path: Path) -> None:
    file = tmp_path / "deep/pictured.log"
    settings = Logging(file=file, max_bytes=10_000, keep=2)
    log = set_up(settings, Terminal(), {})

    for number in range(400):
        log.info(Event.FILE_DONE, number=number)

    assert sorted(path.name for path in file.parent.iterdir()) == [
        "pictured.log", "pictured.log.1", "pictured.log.2",
    ]  # fmt: skip
    assert lines(file.read_text())[-1]["number"] == 399
    assert all(path.stat().st_size <= 10_000 for path in file.parent.iterdir())


def test_setting_up_again_writes_nothing_twice() -> None:
    first, second = io.StringIO(), io.StringIO()
    set_up(Logging(), first, {})

    set_up(Logging(), second, {}).info(Event.FILE_DONE)

    assert first.getvalue() == ""
    assert len(lines(second.getvalue())) == 1


def test_the_log_goes_to_standard_error() -> None:
    assert terminal() is sys.stderr


def test_without_a_stream_the_file_gets_everything_and_is_set_aside_by_its_size(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "logs/p.log"
    log = set_up(Logging(file=file, max_bytes=10_000, keep=2), None, {})
    for number in range(300):
        log.info(Event.FILE_DONE, path=Path(f"/{number}"), reason="x" * 60)

    names = sorted(path.name for path in file.parent.iterdir())
    assert names == ["p.log", "p.log.1", "p.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in file.parent.iterdir())
    assert lines(file.read_text())[-1]["path"] == "/299"
    assert capfd.readouterr() == ("", "")
