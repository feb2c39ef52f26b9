"""The commented example that `pictured init` writes: a small sample, and every other key with its default."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pictured.config.model import Config
from pictured.config.wording import default_of, in_yaml, models_in

_Sample = Mapping[str, object]

_SAMPLE: Mapping[str, tuple[_Sample, ...]] = {
    "folders": (
        {"path": "~/Pictures", "role": "library"},
        {"path": "~/Pictures/Scratch", "role": "ignore"},
        {"path": "~/Wanted", "role": "query"},
    ),
    "collect": (
        {
            "name": "best",
            "from": ["~/Pictures"],
            "for": "queries",
            "into": "~/Best copies",
            "mode": "shadow",
        },
    ),
    "rules": (
        {
            "name": "web",
            "enabled": False,
            "folders": ["~/Pictures/Export"],
            "when": {"format": ["jpeg", "tiff"], "min_long_edge": 2000},
            "actions": [
                {"action": "resize", "long_edge": 2048},
                {"action": "watermark", "text": "© {exif.year} {exif.artist}", "position": "bottom-right"},
                {"action": "convert", "format": "auto"},
            ],
            "output": {"into": "~/Web", "name": "{stem}-web{ext}", "metadata": "strip_gps"},
            "mode": "shadow",
        },
    ),
}

_HEAD = """\
# yaml-language-server: $schema=pictured.schema.json
#
# The configuration of pictured. `pictured check` tells every fault of it with line and column.
# A line that begins with "# key:" shows a default; remove the "#" to change it.
# Durations are written 500ms, 5s, 2min, 1h, 1d; sizes 64kB, 512MB, 2GiB.
# In paths ~ and $VARIABLES are expanded; relative paths begin at the folder of this file.
"""


def example_text() -> str:
    """Give the example as YAML that loads; its first line points editors to the schema beside it."""
    sections = [_section(name, field) for name, field in Config.model_fields.items()]
    return "\n".join([_HEAD, *("\n".join(lines) + "\n" for lines in sections)])


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    models = models_in(field.annotation)
    if name not in _SAMPLE and not models:
        yield from _setting(name, field, "")
        return
    yield from _comment(field.description or "", "")
    if name in _SAMPLE:
        yield f"{name}:"
        for number, sample in enumerate(_SAMPLE[name]):
            yield from _item(sample, models[0], explained=number == 0 and name != "rules")
    else:
        yield f"{name}:"
        for key, inner in models[0].model_fields.items():
            yield from _setting(key, inner, "  ")


def _item(sample: _Sample, model: type[BaseModel], *, explained: bool) -> Iterator[str]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    mark = "  - "
    for key, field in fields.items():
        if key in sample:
            lead, mark = mark, "    "
            if explained and lead == mark:
                yield from _comment(field.description or "", mark)
            yield from _value(key, sample[key], lead)
        elif explained:
            yield from _setting(key, field, mark, active=False)


def _value(key: str, value: object, lead: str) -> Iterator[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield f"{lead}{key}:"
        yield from (f"{' ' * len(lead)}  - {in_yaml(each)}" for each in value)
    else:
        yield f"{lead}{key}: {in_yaml(value)}"


def _setting(key: str, field: FieldInfo, indent: str, *, active: bool = True) -> Iterator[str]:
    yield from _comment(field.description or "", indent)
    default = default_of(field)
    if default:
        yield f"{indent}{'' if active else '# '}{key}: {default}"
    else:
        yield f"{indent}# {key}: {in_yaml((field.examples or [''])[0])}"


def _comment(text: str, indent: str) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in wrap(text, 100 - len(indent), break_on_hyphens=False))
