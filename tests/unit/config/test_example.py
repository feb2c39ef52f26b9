import json
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from pictured.config.example import example_text
from pictured.config.loading import load
from pictured.config.model import Config
from pictured.config.schema import schema_text


def test_the_example_loads_and_writes_nothing_until_the_person_says_so(tmp_path: Path) -> None:
    file = tmp_path / "pictured.yaml"
    file.write_text(example_text(), encoding="utf-8")
    config = load(file, environ={}, home=tmp_path)
    assert [entry.mode for entry in config.collect] == ["shadow"]
    assert not any(rule.enabled for rule in config.rules)
    bare = Config.model_validate({"folders": [{"path": "/p", "role": "library"}]})
    assert (config.settle, config.schedule, config.logging, config.limits) == (
        bare.settle,
        bare.schedule,
        bare.logging,
        bare.limits,
    )


def test_every_line_that_is_commented_out_can_be_used(tmp_path: Path) -> None:
    lines = example_text().splitlines()
    keys = {field for model in json.loads(schema_text())["$defs"].values() for field in model.get("properties", {})}
    for number, line in enumerate(lines):
        indent, mark, rest = line.partition("# ")
        if mark and not indent.strip() and rest.partition(":")[0] in keys and not rest.endswith("."):
            lines[number] = indent + rest
    file = tmp_path / "pictured.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    config = load(file, environ={}, home=tmp_path)
    assert config.limits.workers == 2
    assert config.collect[0].file_name == "{stem}{ext}"
    assert config.folders[0].poll_interval == 60.0


def test_the_example_is_valid_by_the_schema_that_it_points_to() -> None:
    first, *_ = example_text().splitlines()
    assert first == "# yaml-language-server: $schema=pictured.schema.json"
    values = yaml.safe_load(example_text())
    assert list(Draft202012Validator(json.loads(schema_text())).iter_errors(values)) == []


def test_lines_fit_a_screen() -> None:
    assert [line for line in example_text().splitlines() if len(line) > 110] == []
