"""The text of REFERENCE.md: every key, event, exit code and JSON shape."""

import ast
import inspect
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from pictured.actions import Action
from pictured.config.formats import COMPANIONS, EXIT_CODES, OUTPUT, PLACES, WRITING
from pictured.config.model import Config
from pictured.config.wording import default_of, models_in, type_of
from pictured.events import Event
from pictured.watching.ignoring import BUILT_IN

_HEAD = """\
<!-- Generated from the source by `python -m pictured.config.publishing config`; edit the models, not this file. -->

# Reference
"""


def reference_text() -> str:
    """Give the reference as Markdown that ends with a line feed."""
    parts = [
        _HEAD,
        PLACES,
        WRITING,
        "## Keys\n",
        *_sections("", Config),
        COMPANIONS,
        _actions(),
        _ignored(),
        _events(),
        _exit_codes(),
        OUTPUT,
    ]
    return "\n".join(parts)


def _sections(path: str, model: type[BaseModel]) -> Iterator[str]:
    tag = _tag(model)
    title = f"`{path}`{f' with `action: {tag}`' if tag else ''}" if path else "The file"
    manual = inspect.cleandoc(model.__doc__ or "")
    rows = [_row(field.alias or name, model, name) for name, field in model.model_fields.items()]
    table = ["| key | takes | default | |", "|---|---|---|---|", *rows]
    yield "\n".join([f"### {title}", "", manual, "", *table, ""])
    for name, field in model.model_fields.items():
        listed = get_origin(field.annotation)
        suffix = "[]" if listed is tuple else ".NAME" if listed is dict else ""
        for inner in models_in(field.annotation):
            yield from _sections(f"{path}.{field.alias or name}{suffix}".removeprefix("."), inner)


def _row(key: str, model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    default = default_of(field)
    if field.is_required():
        written = "required"
    elif models_in(field.annotation) and default is None:
        written = "see below"
    else:
        written = f"`{default}`" if default else ""
    return f"| `{key}` | {type_of(field)} | {written} | {_cell(field.description or '')} |"


def _tag(model: type[BaseModel]) -> str | None:
    field = model.model_fields.get("action")
    return str(get_args(field.annotation)[0]) if field and get_origin(field.annotation) is Literal else None


def _actions() -> str:
    rows = []
    for model in models_in(Action):
        does, tag = model.model_fields["action"].description or "", _tag(model)
        rows.append(f"| [`{tag}`](#rulesactions-with-action-{tag}) | {_cell(does)} |")
    head = "What `rules[].actions` may hold. Each has a section above with all of its keys and an example."
    return "\n".join(["## Actions", "", head, "", "| action | |", "|---|---|", *rows, ""])


def _ignored() -> str:
    globs = "\n".join(f"- `{glob}`" for glob in BUILT_IN)
    return f"## Names that are always ignored\n\n`folders[].ignore` adds to these globs:\n\n{globs}\n"


def _events() -> str:
    rows = "\n".join(f"| `{event.value}` | {_cell(text)} |" for event, text in _documented().items())
    head = "One line each: JSON with the keys `event`, `level` and `timestamp`, or text on a terminal."
    return f"## Log events\n\n{head}\n\n| event | |\n|---|---|\n{rows}\n"


def _documented() -> dict[Event, str]:
    # Docstrings of members are kept in the source only.
    body = next(node for node in ast.parse(inspect.getsource(Event)).body if isinstance(node, ast.ClassDef)).body
    texts = [ast.literal_eval(node.value) for node in body[1:] if isinstance(node, ast.Expr)]
    return dict(zip(Event, texts, strict=True))


def _exit_codes() -> str:
    rows = "\n".join(f"| {code.value} | {text} |" for code, text in EXIT_CODES.items())
    return f"## Exit codes\n\n| code | |\n|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
