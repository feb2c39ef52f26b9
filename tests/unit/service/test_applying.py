from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.flow import Picture
from pictured.rules.rule import Rule
from pictured.service.applying import apply
from pictured.service.library import Library
from pictured.service.reports import Ruled
from pictured.service.workers import Workers

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]


@pytest.fixture
def hand(tmp_path: Path, library: Library, gathered: Gathered) -> Callable[..., list[Ruled]]:
    """Carry out a rule by hand, on all files below a folder."""

    def run(*, dry_run: bool = False, again: bool = False, **given: object) -> list[Ruled]:
        base = {"name": "web", "folders": [tmp_path / "l"], "output": {"into": tmp_path / "web"}}
        rule = Rule.model_validate(base | {"actions": [{"action": "resize", "long_edge": 60}]} | given)
        files = [tmp_path / "l"]
        reports = gathered(lambda workers: apply(library, workers, rule, files, dry_run=dry_run, again=again))
        return [report for report in reports if isinstance(report, Ruled)]

    return run


Hand = Callable[..., list[Ruled]]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path: Path, draw: Draw, hand: Hand) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=120)
    [told] = hand(dry_run=True)
    assert (told.done, told.targets, told.reason) == ("planned", (tmp_path / "web/a.jpg",), "resize")
    assert not (tmp_path / "web").exists()


def test_what_was_done_is_done_again_only_when_that_is_asked_or_its_result_is_gone(
    tmp_path: Path, draw: Draw, hand: Hand
) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=120)
    assert [each.done for each in hand()] == ["placed"]
    assert [each.done for each in hand()] == ["kept"]
    assert [each.reason for each in hand(again=True)] == ["a.jpg already holds the same bytes"]
    (tmp_path / "web/a.jpg").unlink()
    assert [each.done for each in hand()] == ["placed"]
    assert (tmp_path / "web/a.jpg").exists()


def test_files_that_the_rule_does_not_take_or_that_are_none_are_told(tmp_path: Path, draw: Draw, hand: Hand) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=120)
    (tmp_path / "l/b.jpg").write_text("no picture")
    told = {each.path.name: each for each in hand(when={"min_width": 500})}
    assert (told["a.jpg"].done, told["a.jpg"].reason) == ("skipped", "its width is 120, less than 500")
    assert told["b.jpg"].done == "failed"
    assert "b.jpg" in (told["b.jpg"].error or "")
