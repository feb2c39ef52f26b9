import pytest
from pydantic import ValidationError

from pictured.actions.strip import Strip


def test_everything_goes_by_default() -> None:
    assert Strip(action="strip").operation({}).groups == ("all",)


def test_groups_are_named() -> None:
    found = Strip.model_validate({"action": "strip", "groups": ["gps", "maker_notes"]})
    assert found.operation({}).groups == ("gps", "maker_notes")


@pytest.mark.parametrize("groups", [[], ["place"]])
def test_none_and_unknown_groups_are_refused(groups: list[str]) -> None:
    with pytest.raises(ValidationError):
        Strip.model_validate({"action": "strip", "groups": groups})
