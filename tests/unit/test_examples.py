"""The examples in the manual of each action, which REFERENCE.md shows."""

import inspect
import re

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from pictured.actions import Action
from pictured.config.wording import models_in

ACTIONS = models_in(Action)


def example_of(action: type[BaseModel]) -> list[dict[str, object]]:
    fenced = re.findall(r"^```yaml\n(.*?)^```$", inspect.cleandoc(action.__doc__ or ""), re.MULTILINE | re.DOTALL)
    assert len(fenced) == 1, f"the docstring of {action.__name__} needs one ```yaml example, and has {len(fenced)}"
    steps = yaml.safe_load(fenced[0])
    assert isinstance(steps, list)
    return steps


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.__name__))
def test_every_action_has_one_example_which_it_takes(action: type[BaseModel]) -> None:
    [step] = example_of(action)
    assert isinstance(action.model_validate(step), action)
    assert isinstance(TypeAdapter(Action).validate_python(step), action)


def test_an_action_without_an_example_is_found() -> None:
    class Silent(BaseModel):
        """Says nothing."""

    with pytest.raises(AssertionError, match="Silent needs one"):
        example_of(Silent)
