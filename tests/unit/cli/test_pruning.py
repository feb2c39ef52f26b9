from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pictured.errors import UsageError
from pictured.store.catalogue import Catalogue
from pictured.store.opening import open_store

Draw = Callable[..., Path]
Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]


def test_prune_says_what_it_would_forget_and_forgets_it(
    tmp_path: Path, draw: Draw, pictured: Pictured, lines: Lines
) -> None:
    gone = draw(tmp_path / "l/coffee.jpg", "coffee", width=100)
    draw(tmp_path / "l/rocket.jpg", "rocket", width=100)
    pictured("scan", tmp_path / "l")
    gone.unlink()
    pictured("scan", tmp_path / "l")

    assert lines("prune", "--older-than", "30d")[0]["files"] == 0
    assert pictured("prune", "--dry-run").stdout == "1 files and 0 proposals would be forgotten.\n"
    assert lines("prune") == [{"event": "index.pruned", "files": 1, "proposals": 0, "offline": [], "dry_run": False}]
    assert lines("status")[0]["files"] == 1


def test_what_is_on_a_drive_that_is_away_is_told(tmp_path: Path, draw: Draw, pictured: Pictured) -> None:
    pictured("scan", draw(tmp_path / "l/coffee.jpg", "coffee", width=100).parent)
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        Catalogue(db).see_root(tmp_path / "away", 1, 1.0)

    assert "away is not there, so nothing of it is forgotten" in pictured("prune").stdout


@pytest.mark.parametrize("text", ["soon", "30", ""])
def test_a_time_has_a_unit(text: str, pictured: Pictured) -> None:
    result = pictured("prune", "--older-than", text)

    assert result.exit_code == 2 or isinstance(result.exception, UsageError)
