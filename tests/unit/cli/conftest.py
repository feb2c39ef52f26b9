"""Runs commands in this process, with a home of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pictured.cli.main import application


@pytest.fixture
def pictured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command line; errors that `main.run` turns into messages are in `exception`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PICTURED_STATE_DIR", str(tmp_path / "state"))
    for name in ("PICTURED_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Result:
        words = [str(word) for word in arguments]
        return CliRunner().invoke(application(words), words)

    return run


@pytest.fixture
def lines(pictured: Callable[..., Result]) -> Callable[..., list[dict[str, Any]]]:
    """Run a command with `--json` that has to succeed."""

    def run(*arguments: str | Path) -> list[dict[str, Any]]:
        result = pictured(*arguments, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run
