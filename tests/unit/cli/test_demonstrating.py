from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pictured.cli.demonstrating import demo
from pictured.errors import UsageError


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(demo)
    return app


def test_a_folder_that_is_not_empty_is_refused(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(app, [str(tmp_path), "--pace", "0"])
    assert isinstance(result.exception, UsageError)
    assert result.stdout == ""


@pytest.mark.parametrize("pace", ["-1", "31", "slow"])
def test_a_pace_beyond_reason_is_refused(app: typer.Typer, tmp_path: Path, pace: str) -> None:
    assert CliRunner().invoke(app, [str(tmp_path / "demo"), "--pace", pace]).exit_code == 2
    assert not (tmp_path / "demo").exists()
