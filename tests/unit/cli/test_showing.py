import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer
from rich.text import Text

from pictured.cli.showing import complain, end, follow, plain, print_line, size, waiting
from pictured.service.reports import Line


async def told(*lines: Line) -> AsyncIterator[Line]:
    for line in lines:
        yield line


PROGRESS = {"event": "progress", "done": 1, "total": 2, "what": "reading"}


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (5 * 10**9, "5.0 GB"), (10**12, "1000.0 GB")],
)
def test_sizes_for_people(count: int, text: str) -> None:
    assert size(count) == text


def test_a_path_cannot_command_the_terminal_nor_be_markup() -> None:
    text = plain(Path("/l/[red]\x1b[2J\udcff.jpg"))

    assert "\x1b" not in text
    assert Text.from_markup(text).plain == r"/l/[red]\x1b[2J\xff.jpg"


def test_programs_get_every_line_but_progress(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"path": "/\udcff"}, {"error": None}]

    assert not follow(told(PROGRESS, *lines), lambda _: pytest.fail("shown"), json_lines=True)

    out, err = capsys.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == lines
    assert out.isascii()
    assert err == ""


def test_people_are_shown_every_line_but_progress(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[Line] = []

    follow(told(PROGRESS, {"a": 1}), shown.append, json_lines=False)

    assert shown == [{"a": 1}]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("json_lines", [True, False])
def test_failures_are_named_once_on_standard_error_and_counted(
    capsys: pytest.CaptureFixture[str], *, json_lines: bool
) -> None:
    lines = told({"path": "/a.jpg", "error": "no picture"}, {"query": "/b.jpg", "error": "/b.jpg is gone"})

    assert follow(lines, lambda _: None, json_lines=json_lines)

    assert capsys.readouterr().err.splitlines() == ["pictured: /a.jpg: no picture", "pictured: /b.jpg is gone"]


def test_complaints_stay_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain("/a\n.jpg", "bad\x1b[2J")
    complain(None, "no")

    assert capsys.readouterr().err.splitlines() == [r"pictured: /a\x0a.jpg: bad\x1b[2J", "pictured: no"]


def test_lines_are_out_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_line({"a": "\n"})

    assert capsys.readouterr().out == '{"a":"\\n"}\n'


def test_the_end_of_a_command() -> None:
    end(failed=False)
    with pytest.raises(typer.Exit) as ended:
        end(failed=True)
    assert ended.value.exit_code == 1


def test_waiting_is_told_to_people_only(capsys: pytest.CaptureFixture[str]) -> None:
    waiting()

    out, err = capsys.readouterr()
    assert out == ""
    assert "another command" in err
