import ast
import re
from pathlib import Path

import pictured
from pictured.events import Event

PACKAGE = Path(pictured.__file__).parent


def entries() -> dict[str, str]:
    """The docstring under each member."""
    (catalogue,) = (n for n in ast.parse((PACKAGE / "events.py").read_text()).body if isinstance(n, ast.ClassDef))
    found = {}
    for member, text in zip(catalogue.body, catalogue.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name):
            assert isinstance(text, ast.Expr), member.targets[0].id
            assert isinstance(text.value, ast.Constant), member.targets[0].id
            found[member.targets[0].id] = str(text.value.value)
    return found


def test_names_are_a_subject_and_what_happened_to_it() -> None:
    for event in Event:
        assert re.fullmatch(r"[a-z]+\.[a-z]+", event)
        assert event.name == event.value.replace(".", "_").upper()


def test_every_event_is_documented_with_its_fields() -> None:
    assert set(entries()) == {event.name for event in Event}
    assert all("ields: " in text for text in entries().values())


def test_every_event_is_logged_somewhere() -> None:
    source = "".join(path.read_text() for path in (PACKAGE / "service").glob("*.py"))

    assert [event.name for event in Event if f"Event.{event.name}" not in source] == []
