import pytest
from pydantic import ValidationError

from pictured.config.document import Fault, KeyPath
from pictured.config.explaining import explained
from pictured.config.loading import document
from pictured.config.model import Config

FOLDER = {"path": "/p", "role": "library"}
ENTRY = {"name": "best", "from": ["/p"], "into": "/b"}
ACTION = {"action": "convert", "format": "auto"}
RULE = {"name": "r", "folders": ["/p"], "actions": [ACTION], "output": {"into": "/w"}}


def faults(values: dict[str, object], told: set[KeyPath] | None = None) -> list[Fault]:
    # JSON is YAML, so the values are their own document.
    root, _ = document(repr(values).replace("True", "true").replace("None", "null"))
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(values)
    return explained(caught.value.errors(), root, told or set())


@pytest.mark.parametrize(
    ("values", "key", "message"),
    [
        ({"settle": "5 parsecs"}, ("settle",), "expected a duration such as 500ms, 5s, 2min, 1h or 1d"),
        ({"settle": -1}, ("settle",), "expected 0 or more, not -1"),
        ({"collect": "x"}, ("collect",), "expected a list: one item per line after '- ', or [a, b], not 'x'"),
        ({"collect": ["x"]}, ("collect", 0), "expected keys with values, not 'x'"),
        ({"limits": []}, ("limits",), "expected keys with values, not a list"),
        ({"limits": {"workers": "many"}}, ("limits", "workers"), "expected a whole number, not 'many'"),
        ({"limits": {"workers": 2.5}}, ("limits", "workers"), "expected a whole number, not 2.5"),
        ({"limits": {"megapixels": {}}}, ("limits", "megapixels"), "expected a number, not keys with values"),
        ({"limits": {"megapixels": 0}}, ("limits", "megapixels"), "expected more than 0, not 0"),
        ({"limits": {"workers": 1000}}, ("limits", "workers"), "expected 256 or less, not 1000"),
        ({"schedule": {"catch_up": "maybe"}}, ("schedule", "catch_up"), "expected true or false, not 'maybe'"),
        ({"collect": [ENTRY | {"name": ""}]}, ("collect", 0, "name"), "expected text, not an empty one"),
        ({"collect": [ENTRY | {"name": "x" * 101}]}, ("collect", 0, "name"), "expected at most 100 characters"),
        ({"collect": [ENTRY | {"from": [None]}]}, ("collect", 0, "from", 0), "expected a path, not nothing"),
        ({"collect": [ENTRY | {"from": []}]}, ("collect", 0, "from"), "expected at least one entry"),
        ({"collect": [ENTRY | {"as": "copi"}]}, ("collect", 0, "as"),
         "expected copy, hardlink, symlink or reflink, not 'copi'; did you mean 'copy'?"),
        ({"collect": [ENTRY | {"as": "qqq"}]}, ("collect", 0, "as"),
         "expected copy, hardlink, symlink or reflink, not 'qqq'"),
        ({"collect": [{"name": "best", "from": ["/p"]}]}, ("collect", 0, "into"),
         "this key is missing and has no default"),
        ({"rules": [RULE | {"actions": [{"action": "resise"}]}]}, ("rules", 0, "actions", 0, "action"),
         "unknown action 'resise'; did you mean 'resize'?"),
        ({"rules": [RULE | {"actions": [{"width": 3}]}]}, ("rules", 0, "actions", 0, "action"),
         "this key is missing and has no default"),
        ({"rules": [RULE | {"actions": [{"action": "pad"}]}]}, ("rules", 0, "actions", 0),
         "give either aspect, or width and height"),
        ({"rules": [RULE | {"actions": [ACTION | {"quality": 0}]}]}, ("rules", 0, "actions", 0, "quality"),
         "expected 1 or more, or visually_lossless, high or small, not 0"),
        ({"rules": [RULE | {"output": {"into": "/w", "in_place": 3}}]}, ("rules", 0, "output", "in_place"),
         "expected true or false, not 3"),
    ],
)  # fmt: skip
def test_faults_are_told_in_plain_words(values: dict[str, object], key: KeyPath, message: str) -> None:
    assert [(fault.key, fault.message) for fault in faults({"folders": [FOLDER], **values})] == [(key, message)]


def test_what_follows_from_another_fault_is_left_out() -> None:
    assert [fault.key for fault in faults({"folders": [{"path": "/p", "role": "x"}]})] == [("folders", 0, "role")]
    resize = {"folders": [FOLDER], "rules": [RULE | {"actions": [{"action": "resize"}]}]}
    assert faults(resize, told={("rules", 0, "actions", 0, "longst")}) == []
    assert faults({"folders": [FOLDER], "settle": "x"}, told={("settle",)}) == []
