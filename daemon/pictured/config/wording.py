"""The models in words: the type, the range and the default of a key, as reference and example write them."""

import json
import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Annotated, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel, BeforeValidator, TypeAdapter
from pydantic.fields import FieldInfo

from pictured.config.addresses import Address
from pictured.config.quiet import Span
from pictured.config.schedule import At, Every
from pictured.quantities import Seconds, byte_count, seconds

_PLAIN = re.compile(r"[A-Za-z~/][\w ~/.\-]*|\d[\w.]*")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off"}


def type_of(field: FieldInfo) -> str:
    """Say what a key takes, such as `list of paths` or `duration, 1s or more`."""
    return _named(field.annotation, field.metadata)


def default_of(field: FieldInfo) -> str | None:
    """Write the default as YAML; None where the key is required, or holds keys with defaults of their own."""
    if field.is_required() or _is_model(field.annotation):
        return None
    value: object = field.get_default(call_default_factory=True)
    if value is None:
        return ""
    if byte_count in _readers(field.metadata) and isinstance(value, int):
        return _bytes(value)
    if seconds in _readers(field.metadata) and isinstance(value, float):
        return in_yaml(TypeAdapter(Seconds).dump_python(value, mode="json"))
    return in_yaml(value)


def in_yaml(value: object) -> str:
    """Write a value on one line of YAML."""
    match value:
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_YAML and not value.endswith(" ")
            return value if plain else json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return f"[{', '.join(in_yaml(each) for each in value)}]"
        case dict():
            return f"{{{', '.join(f'{key}: {in_yaml(each)}' for key, each in value.items())}}}"
        case Every() | At() | Span():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return json.dumps(value)


def models_in(annotation: object) -> tuple[type[BaseModel], ...]:
    """Give the models that a key's value is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for each in get_args(annotation) for model in models_in(each))


def _named(annotation: object, metadata: list[object]) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _named(args[0], _flat(args[1:]))
    if _readers(metadata):
        durations = seconds in _readers(metadata)
        return f"duration{_range(metadata, 's')}" if durations else f"size{_range(metadata, ' bytes')}"
    if origin is not None:
        return _generic(origin, args, metadata)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _words(tuple(member.value for member in annotation))
    if _is_model(annotation):
        return "keys below"
    if annotation in (Span, Address):
        return "hours" if annotation is Span else "address"
    names = {bool: "true or false", int: "whole number", float: "number", str: "text", Path: "path"}
    return next(name for kind, name in names.items() if annotation is kind) + _range(metadata, "")


def _generic(origin: object, args: tuple[object, ...], metadata: list[object]) -> str:
    if origin is Literal:
        return _words(args)
    if origin is tuple:
        least = any(isinstance(each, MinLen) for each in metadata)
        return f"list of {_named(args[0], [])}{', at least one' if least else ''}"
    if origin is dict:
        return f"keys with {_named(args[1], [])}"
    if Every in args:
        return "time"
    return " or ".join(dict.fromkeys(_named(each, metadata) for each in args if each is not NoneType))


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _words(words: tuple[object, ...]) -> str:
    return ", ".join(f"`{getattr(word, 'value', word)}`" for word in words)


def _readers(metadata: list[object]) -> list[object]:
    return [each.func for each in metadata if isinstance(each, BeforeValidator) and each.func in {seconds, byte_count}]


def _flat(metadata: Sequence[object]) -> list[object]:
    return [inner for each in metadata for inner in (_flat(each.metadata) if isinstance(each, FieldInfo) else [each])]


def _range(metadata: list[object], unit: str) -> str:
    least = max((each.ge for each in metadata if isinstance(each, Ge) and isinstance(each.ge, int | float)), default=0)
    most = next((each.le for each in metadata if isinstance(each, Le)), None)
    above = next((each.gt for each in metadata if isinstance(each, Gt)), None)
    below = next((each.lt for each in metadata if isinstance(each, Lt)), None)
    if most is not None and above is None:
        return f", {least}{unit} to {most}{unit}"
    parts = [f"{least}{unit} or more"] if least else []
    parts += [f"more than {above}{unit}"] if above is not None else []
    parts += [f"{most}{unit} or less"] if most is not None else []
    parts += [f"less than {below}{unit}"] if below is not None else []
    return f", {' and '.join(parts)}" if parts else ""


def _bytes(value: int) -> str:
    unit, size = next(
        (unit, size) for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)) if value % size == 0
    )
    return f"{value // size}{unit}"
