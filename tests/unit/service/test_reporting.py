import json
import re
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.collecting.settings import CollectSettings, Criterion
from pictured.disk.reading import stamp_of
from pictured.errors import UsageError
from pictured.flow import Collect, Form, Picture
from pictured.service.library import Library, Scope
from pictured.service.reporting import Reported, line_of, write_report
from pictured.service.reports import Progress
from pictured.service.workers import Workers
from pictured.store.renders import Rendering, Renders

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Gathered = Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]
PREFER: tuple[Criterion, ...] = CollectSettings.model_fields["prefer"].default


def block(page: str, name: str) -> Any:  # noqa: ANN401
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def hostile(tmp_path: Path, draw: Draw, index: Index) -> Path:
    folder = tmp_path / "l"
    index(draw(folder / "coffee.jpg", "coffee"))
    index(draw(folder / "<script>alert(1)<" / "script>.jpg", "coffee", width=300))
    index(draw(folder / "rocket.jpg", "rocket"))
    return folder


def test_the_report_shows_each_group_with_previews_and_reasons(
    tmp_path: Path, hostile: Path, library: Library, gathered: Gathered
) -> None:
    out = tmp_path / "r.html"

    *before, last = gathered(lambda workers: write_report(library, workers, Scope((hostile,)), PREFER, out))

    assert {type(each) for each in before} == {Progress}
    assert (last.files, last.groups, last.copies, last.unseen) == ((out,), 1, 2, 0)
    assert last.size == out.stat().st_size
    page = out.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    (card,) = block(page, "facts")["cards"]
    best, other = card["members"]
    assert (best["name"], other["folder"]) == ("coffee.jpg", str(hostile / "<script>alert(1)<"))
    assert other["why"].startswith("detail: ")
    first, second = block(page, "p1")["p"]
    assert first["w"] > second["w"] == 300
    ours, theirs = block(page, "p1")["c"]["1"]["t"]
    assert ours["w"] > theirs["w"] > 100
    assert line_of(last)["files"] == [str(out)]


def test_a_report_is_written_anew_and_nothing_else_is_overwritten(
    tmp_path: Path, hostile: Path, library: Library, gathered: Gathered
) -> None:
    theirs = tmp_path / "theirs.html"
    theirs.write_text("<!doctype html>")

    for _ in range(2):
        gathered(lambda workers: write_report(library, workers, Scope((hostile,)), PREFER, tmp_path / "r.html"))
    with pytest.raises(UsageError, match=r"theirs\.html exists and is no report"):
        gathered(lambda workers: write_report(library, workers, Scope((hostile,)), PREFER, theirs))

    assert theirs.read_text() == "<!doctype html>"
    assert sorted(path.name for path in tmp_path.glob("*.html")) == ["r.html", "theirs.html"]


def test_a_file_that_is_gone_is_told_instead_of_shown(
    tmp_path: Path, hostile: Path, library: Library, gathered: Gathered
) -> None:
    (hostile / "coffee.jpg").unlink()

    *_, last = gathered(lambda workers: write_report(library, workers, Scope((hostile,)), PREFER, tmp_path / "r.html"))

    assert isinstance(last, Reported)
    assert last.unseen == 1
    previews = block((tmp_path / "r.html").read_text(encoding="utf-8"), "p1")
    assert list(previews["c"]["1"]) == ["e"]
    assert [list(each) for each in previews["p"]].count(["e"]) == 1


def test_what_rules_made_is_shown_before_and_after(
    tmp_path: Path, library: Library, draw: Draw, index: Index, gathered: Gathered
) -> None:
    source = index(draw(tmp_path / "l/a.jpg", "coffee"))
    target = draw(tmp_path / "o/a.jpg", "coffee", width=120)
    step = Collect(
        "rules/web", None, source.path, source.stamp, b"d" * 32, target, Form.COPY, "resize to 120 pixels"
    )  # fmt: skip
    library.journal.finish(library.journal.begin(step, 1.0), stamp_of(target), 2.0)
    made = Rendering(source.content.digest, b"r" * 32, "rules/web", source.path, 2.0, "placed", "resize", {"n": 1})
    Renders(library.db).record(made)

    *_, last = gathered(lambda workers: write_report(library, workers, Scope(), PREFER, tmp_path / "r.html"))

    assert (last.groups, last.results) == (0, 1)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    (card,) = block(page, "facts")["cards"]
    assert (card["type"], card["rule"], card["told"]) == ("rule", "web", [["n", "1"]])
    assert card["saved"] == source.content.size - target.stat().st_size
    assert [each["W"] for each in block(page, "p1")["p"]] == [source.content.width, 120]
