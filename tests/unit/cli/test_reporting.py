import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pictured.errors import StoreError, UsageError

Draw = Callable[..., Path]
Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def pictures(tmp_path: Path, draw: Draw) -> Path:
    draw(tmp_path / "l/coffee.jpg", "coffee", width=400)
    draw(tmp_path / "l/small.jpg", "coffee", width=200)
    return tmp_path / "l"


def test_a_page_is_written_of_folders_that_are_indexed_first(pictures: Path, tmp_path: Path, lines: Lines) -> None:
    (found,) = lines("report", "--in", pictures, "--out", tmp_path / "r.html")

    assert (found["event"], found["groups"], found["copies"]) == ("report.written", 1, 2)
    assert found["files"] == [str(tmp_path / "r.html")]
    assert "coffee.jpg" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_page_of_all_that_is_known_can_be_opened(
    pictures: Path, tmp_path: Path, pictured: Pictured, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    pictured("scan", pictures)

    shown = pictured("report", "--out", tmp_path / "a #1.html", "--open").stdout

    assert "1 groups of copies" in shown
    assert opened == [f"file://{tmp_path}/a%20%231.html"]


def test_a_file_that_is_no_report_stays(pictures: Path, tmp_path: Path, pictured: Pictured) -> None:
    (tmp_path / "r.html").write_text("mine")

    result = pictured("report", "--in", pictures, "--out", tmp_path / "r.html")

    assert isinstance(result.exception, UsageError)
    assert (tmp_path / "r.html").read_text() == "mine"


def test_without_an_index_it_says_what_to_do(tmp_path: Path, pictured: Pictured) -> None:
    assert isinstance(pictured("report", "--out", tmp_path / "r.html").exception, StoreError)
