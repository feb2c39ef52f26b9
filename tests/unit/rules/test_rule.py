from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.actions import Convert, Resize
from pictured.rules.rule import ExifTest, Output, Rule, When

LEAST = {
    "name": "web",
    "folders": ["/export"],
    "actions": [{"action": "resize", "long_edge": 2048}, {"action": "convert", "format": "auto"}],
    "output": {"into": "/web"},
}


def test_a_new_rule_only_shows_what_it_would_do() -> None:
    rule = Rule.model_validate(LEAST)
    assert (rule.mode, rule.enabled, rule.when) == ("shadow", True, When())
    assert [type(action) for action in rule.actions] == [Resize, Convert]
    assert (rule.output.into, rule.output.never_larger, rule.output.metadata) == (Path("/web"), True, "keep")


@pytest.mark.parametrize(
    "fault",
    [
        {"actions": []},
        {"actions": [{"action": "explode"}]},
        {"actions": [{"long_edge": 3}]},
        {"folders": []},
        {"mode": "asking"},
        {"name": "a/b"},
    ],
)
def test_rules_that_cannot_be_meant_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(LEAST | fault)


def test_conditions_are_read_with_their_units() -> None:
    when = When.model_validate(
        {"min_bytes": "2MB", "max_age": "1d", "role": ["library"], "exif": {"artist": {"matches": "A*"}}}
    )
    assert (when.min_bytes, when.max_age) == (2_000_000, 86400.0)
    assert when.exif == {"artist": ExifTest(matches="A*")}


@pytest.mark.parametrize(
    "fault",
    [
        {"min_width": 10, "max_width": 9},
        {"min_bytes": "2MB", "max_bytes": "1MB"},
        {"min_age": "2d", "max_age": "1d"},
        {"min_aspect": 2, "max_aspect": 1.5},
        {"role": ["ignore"]},
        {"format": ["jpg"]},
        {"exif": {"artist": {}}},
        {"exif": {"artist": {"present": False, "equals": "A"}}},
    ],
)
def test_conditions_that_no_picture_meets_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        When.model_validate(fault)


def test_in_place_output_keeps_the_original_somewhere() -> None:
    assert Output.model_validate({"in_place": True, "backup": "/originals"}).into is None


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"in_place": True},
        {"in_place": True, "backup": "/b", "into": "/web"},
        {"into": "/web", "backup": "/b"},
        {"into": "/web", "name": "a/{stem}"},
        {"into": "/web", "name": "{query}"},
        {"into": "/web", "name": ".{stem}"},
        {"into": "/web", "name": ""},
    ],
)
def test_outputs_that_contradict_themselves_are_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Output.model_validate(fault)
