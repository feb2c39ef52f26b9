import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pictured.config.schema import schema_text

LEAST: dict[str, Any] = {"folders": [{"path": "~/p", "role": "library"}]}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(schema_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"settle": "1s"},
        {"settle": 2},
        {"schedule": {"rescan": "every 6h", "report": ["sun 03:00"]}},
        {"limits": {"memory": "1 GiB", "workers": None}},
        {"collect": [{"name": "a", "from": ["~/p"], "for": "all", "into": "b", "as": "symlink"}]},
    ],
)
def test_what_people_write_is_valid(validator: Draft202012Validator, part: dict[str, object]) -> None:
    assert list(validator.iter_errors(LEAST | part)) == []


@pytest.mark.parametrize(
    "part",
    [
        {"setle": "1s"},
        {"settle": "5 parsecs"},
        {"settle": -1},
        {"folders": []},
        {"schedule": {"rescan": "0 3 * * 0"}},
        {"collect": [{"name": "a", "sources": ["~/p"], "into": "b"}]},
        {"rules": [{"name": "a", "folders": ["b"], "actions": [{"action": "x"}], "output": {"into": "c"}}]},
    ],
)
def test_what_would_be_refused_is_invalid(validator: Draft202012Validator, part: dict[str, object]) -> None:
    assert list(validator.iter_errors(LEAST | part)) != []


def test_defaults_are_valid_by_their_own_schema(validator: Draft202012Validator) -> None:
    schema = json.loads(schema_text())
    assert schema["$defs"]["Schedule"]["properties"]["rescan"]["default"] == ["every 6h"]
    for definition in schema["$defs"].values():
        for field in definition.get("properties", {}).values():
            if "default" in field:
                assert (
                    list(validator.evolve(schema=field | {"$defs": schema["$defs"]}).iter_errors(field["default"]))
                    == []
                )
