from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import Result

from pictured.disk.reading import stamp_of
from pictured.errors import StoreError
from pictured.flow import Failure
from pictured.store.catalogue import Catalogue
from pictured.store.opening import open_store

Draw = Callable[..., Path]
Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]


def test_status_without_anything(pictured: Pictured, lines: Lines, tmp_path: Path) -> None:
    assert lines("status")[0]["running"] is False
    assert "not running" in pictured("status").stdout
    assert not (tmp_path / "state").exists()


def test_status_of_an_index(pictured: Pictured, lines: Lines, tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=100)
    (tmp_path / "l/no.jpg").write_text("no")
    pictured("scan", tmp_path / "l")

    (found,) = lines("status")

    assert (found["pictures"], found["files"], found["failed"]) == (1, 1, 1)
    shown = pictured("status").stdout
    assert "1 pictures in 1 files, 0 placed, 1 failed" in shown
    assert "no.jpg" in shown


def test_status_of_a_broken_index_is_its_error(pictured: Pictured, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/index.sqlite3").write_text("no database" * 500)

    assert isinstance(pictured("status").exception, StoreError)


def test_status_names_the_folders_of_the_configuration(pictured: Pictured, tmp_path: Path) -> None:
    (tmp_path / "l").mkdir()
    (tmp_path / "p.yaml").write_text(
        f"folders: [{{path: {tmp_path}/l, role: library}}, {{path: '{tmp_path}/[gone]', role: query}}]\n"
    )

    shown = pictured("status", "--config", tmp_path / "p.yaml").stdout

    assert f"library  {tmp_path}/l" in shown
    assert f"{tmp_path}/[gone]  offline" in shown


def test_history_tells_what_was_done_the_latest_first(
    pictured: Pictured, lines: Lines, tmp_path: Path, draw: Draw
) -> None:
    draw(tmp_path / "l/coffee.jpg", "coffee")
    query = draw(tmp_path / "q/poor.jpg", "coffee", width=150)
    pictured("scan", tmp_path / "l")
    assert "Nothing was placed yet." in pictured("history").stdout
    pictured("collect", query, "--in", tmp_path / "l", "--into", tmp_path / "best")
    pictured("undo")

    assert [deed["what"] for deed in lines("history")] == ["undone", "placed"]
    assert [deed["what"] for deed in lines("history", "--limit", "1")] == ["undone"]
    assert len(lines("history", tmp_path / "best/coffee.jpg")) == 2
    assert lines("history", tmp_path / "elsewhere") == []
    assert "coffee.jpg" in pictured("history").stdout


def test_history_without_an_index_says_what_to_do(pictured: Pictured) -> None:
    result = pictured("history")

    assert isinstance(result.exception, StoreError)
    assert "pictured scan" in str(result.exception)


def test_explain_shows_content_copies_and_reasons(pictured: Pictured, lines: Lines, tmp_path: Path, draw: Draw) -> None:
    for width in (300, 600):
        draw(tmp_path / f"l/{width}.jpg", "coffee", width=width)
    query = draw(tmp_path / "poor.jpg", "coffee", width=150)
    pictured("scan", tmp_path / "l")

    (found,) = lines("explain", query)

    assert [Path(copy["path"]).name for copy in found["copies"]] == ["600.jpg", "300.jpg"]
    shown = pictured("explain", query).stdout
    assert "JPEG, 150 x 100" in shown
    assert "the best wins by detail: 600 x 400" in shown
    assert "ssim" in shown
    assert "similar" not in shown


def test_explain_of_what_cannot_be_read_fails(pictured: Pictured, tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=100)
    pictured("scan", tmp_path / "l")

    result = pictured("explain", tmp_path / "absent.jpg")

    assert result.exit_code == 1
    assert "failed" in result.stdout


def test_the_quarantine_lists_what_broke_its_worker_and_was_given_up(
    pictured: Pictured, lines: Lines, tmp_path: Path
) -> None:
    assert pictured("status", "--quarantine").stdout == "No file was given up.\n"
    path, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    path.touch()
    other.touch()
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        catalogue = Catalogue(db)
        broken = Failure(path, "crashed", f"{path} killed it.", retry=False)
        catalogue.fail(path, stamp_of(path), broken, tries=2, retry_at=None)
        refused = Failure(other, "refused", f"{other} is no picture.", retry=False)
        catalogue.fail(other, stamp_of(other), refused, tries=1, retry_at=None)

    (given_up,) = lines("status", "--quarantine")
    told = pictured("status", "--quarantine").stdout

    assert (given_up["path"], given_up["tries"]) == (str(path), 2)
    assert f"{path} killed it. (2 times)" in told
    assert "pictured retry" in told
    assert str(other) not in told
