import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pictured.errors import UsageError
from pictured.flow import Collect, Form, Stamp
from pictured.store.opening import open_store
from pictured.store.queue import Queue

Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]
ORDERS = '{"entry": {"name": "best", "from": ["/l"], "into": "/nowhere/best"}, "excluding": []}'


@pytest.fixture
def waiting(tmp_path: Path) -> None:
    """Two steps that wait, of two entries."""
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        for name in ("best", "other"):
            target = Path(f"/nowhere/{name}/[red]a.jpg")
            step = Collect(
                name, Path("/q/p.jpg"), Path("/l/a.jpg"), Stamp(1, 2, 3), b"d" * 32, target, Form.COPY, "why"
            )
            Queue(db).propose(step, b"q" * 32, ORDERS, 5.0)


@pytest.mark.usefixtures("waiting")
def test_what_waits_is_listed_for_people_and_for_programs(pictured: Pictured, lines: Lines) -> None:
    assert [line["entry"] for line in lines("review")] == ["best", "other"]
    assert [line["id"] for line in lines("review", "--list", "--entry", "other")] == [2]
    shown = pictured("review").stdout
    assert "/nowhere/best/[red]a.jpg" in shown
    assert "for /q/p.jpg" in shown


@pytest.mark.usefixtures("waiting")
def test_nothing_is_left_when_all_are_denied(pictured: Pictured, lines: Lines) -> None:
    assert [line["state"] for line in lines("review", "deny", "1", "2")] == ["denied", "denied"]
    assert "Nothing waits" in pictured("review").stdout


@pytest.mark.usefixtures("waiting")
def test_what_cannot_be_done_fails_with_its_reason(pictured: Pictured) -> None:
    done = pictured("review", "approve", "--all", "--entry", "best")
    assert done.exit_code == 1
    assert "planned anew" in done.stderr


@pytest.mark.parametrize(
    "words",
    [("approve",), ("approve", "1", "--all"), ("approve", "1", "--entry", "best"), ("--serve", "--address", "x")],
)
def test_a_command_that_makes_no_sense_is_refused(pictured: Pictured, words: tuple[str, ...]) -> None:
    assert isinstance(pictured("review", *words).exception, UsageError)


def test_without_the_extra_the_page_says_what_to_install(pictured: Pictured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "pictured.service.review_server", raising=False)
    with pytest.raises(UsageError, match=r"install pictured\[review\]"):
        raise pictured("review", "--serve").exception  # type: ignore[misc]
