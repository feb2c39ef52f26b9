import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pictured.cli.configuring import check, init, schema
from pictured.config.example import example_text
from pictured.config.schema import schema_text
from pictured.errors import ConfigError, UsageError


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    for command in (init, check, schema):
        app.command()(command)
    return app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PICTURED_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_init_then_check_needs_nothing_else(app: typer.Typer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICTURED_CONFIG", str(home / "deep" / "pictured.yaml"))
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    assert {path.name: path.read_text() for path in (home / "deep").iterdir()} == {
        "pictured.yaml": example_text(),
        "pictured.schema.json": schema_text(),
    }
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0
    assert "no faults. Folders: 1 library, 1 ignore, 1 query. Collect entries: best (shadow). Rules: web (off)." in (
        result.stdout
    )
    assert "Pictures is not there now" in result.stdout


def test_init_never_overwrites(app: typer.Typer, home: Path) -> None:
    file = home / "mine.yaml"
    file.write_text("mine")
    result = CliRunner().invoke(app, ["init", str(file)])
    assert isinstance(result.exception, UsageError)
    assert "is there already" in str(result.exception)
    assert [(path.name, path.read_text()) for path in home.iterdir()] == [("mine.yaml", "mine")]


def test_init_leaves_another_schema_alone(app: typer.Typer, home: Path) -> None:
    (home / "pictured.schema.json").write_text("mine")
    assert CliRunner().invoke(app, ["init", str(home / "p.yaml"), "--json"]).exit_code == 0
    assert (home / "pictured.schema.json").read_text() == "mine"


def test_init_where_nothing_can_be_written_says_so(app: typer.Typer, home: Path) -> None:
    (home / "file").write_text("")
    result = CliRunner().invoke(app, ["init", str(home / "file" / "p.yaml")])
    assert isinstance(result.exception, UsageError)
    assert "cannot be written" in str(result.exception)


def test_check_gives_faults_as_json_with_exit_code_78(app: typer.Typer, home: Path) -> None:
    file = home / "p.yaml"
    file.write_text("folders: [{path: ~/p, role: library}]\nsetle: 1s\n")
    result = CliRunner().invoke(app, ["check", "--config", str(file), "--json"])
    assert result.exit_code == 78
    assert json.loads(result.stdout) == {
        "config": str(file),
        "valid": False,
        "faults": [{"line": 2, "column": 1, "key": "setle", "message": "unknown key; did you mean 'settle'?"}],
        "notes": [],
    }


def test_check_without_json_raises_for_the_error_boundary(app: typer.Typer, home: Path) -> None:
    result = CliRunner().invoke(app, ["check"])
    assert isinstance(result.exception, ConfigError)
    assert str(home) in str(result.exception)
    assert "pictured init" in str(result.exception)


def test_check_notes_what_is_valid_but_does_nothing(app: typer.Typer, home: Path) -> None:
    (home / "p").mkdir()
    file = home / "p.yaml"
    file.write_text("folders: [{path: p, role: library}]\ncollect: [{name: best, from: [p], into: b}]\n")
    result = CliRunner().invoke(app, ["check", "--config", str(file), "--json"])
    assert json.loads(result.stdout)["valid"]
    assert json.loads(result.stdout)["notes"] == [
        "collect entry 'best' is for queries, but no folder has the role query, so nothing will ask"
    ]


def test_schema_prints_the_schema_and_nothing_else(app: typer.Typer) -> None:
    assert CliRunner().invoke(app, ["schema", "--config", "any.yaml"]).stdout == schema_text()
