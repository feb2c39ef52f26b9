import inspect
import re

import pytest

from pictured.actions import Action
from pictured.config.model import Config
from pictured.config.reference import reference_text
from pictured.config.wording import models_in
from pictured.errors import ExitCode
from pictured.events import Event
from pictured.watching.ignoring import BUILT_IN


@pytest.fixture(scope="module")
def text() -> str:
    return reference_text()


def test_every_event_stands_with_its_explanation(text: str) -> None:
    for event in Event:
        assert re.search(rf"^\| `{re.escape(event)}` \| .+\. \|$", text, re.MULTILINE)
    assert "| `root.watched` | A folder is being watched; fields: path, role, mode. |" in text


def test_every_key_stands_with_its_explanation(text: str) -> None:
    for name, field in Config.model_fields.items():
        assert f"| `{name}` |" in text
        for model in models_in(field.annotation):
            for key, inner in model.model_fields.items():
                assert f"| `{inner.alias or key}` | " in text


def test_every_action_stands_with_its_manual_its_example_and_a_row_that_leads_there(text: str) -> None:
    for model in models_in(Action):
        manual = inspect.cleandoc(model.__doc__ or "")
        action = re.findall(r"^- action: (\w+)$", manual, re.MULTILINE)
        assert len(action) == 1
        assert f"### `rules[].actions[]` with `action: {action[0]}`\n\n{manual}\n\n| key |" in text
        assert f"| [`{action[0]}`](#rulesactions-with-action-{action[0]}) | " in text


def test_exit_codes_ignored_names_and_shapes_are_told(text: str) -> None:
    assert all(f"| {code.value} | " in text for code in ExitCode)
    assert all(f"- `{glob}`" in text for glob in BUILT_IN)
    assert '"event": "scan.finished"' in text


def test_rows_have_as_many_cells_as_their_head(text: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1
