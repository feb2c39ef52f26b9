import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pictured.errors import UsageError

Draw = Callable[..., Path]
Pictured = Callable[..., Result]
Lines = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def config(tmp_path: Path, draw: Draw) -> Path:
    draw(tmp_path / "l/a.jpg", "coffee", width=120)
    file = tmp_path / "p.yaml"
    file.write_text(
        f"folders: [{{path: {tmp_path}/l, role: library}}]\n"
        f"rules: [{{name: web, folders: [{tmp_path}/l], actions: [{{action: resize, long_edge: 60}}],"
        f" output: {{into: {tmp_path}/web}}}}]\n"
    )
    return file


def test_a_rule_is_carried_out_and_told(tmp_path: Path, config: Path, pictured: Pictured, lines: Lines) -> None:
    planned = pictured("apply", "web", tmp_path / "l", "--dry-run", "--config", config)
    assert "would make" in planned.stdout
    [line] = lines("apply", "web", tmp_path / "l", "--config", config)
    assert (line["rule"], line["done"], line["targets"]) == ("web", "placed", [str(tmp_path / "web/a.jpg")])
    assert json.dumps(line["told"])
    assert "nothing written" in pictured("apply", "web", tmp_path / "l", "--config", config).stdout


def test_an_unknown_rule_is_named_with_those_that_there_are(config: Path, pictured: Pictured) -> None:
    result = pictured("apply", "wep", config.parent / "l", "--config", config)
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "there is no rule 'wep' in the configuration; there are: web"
