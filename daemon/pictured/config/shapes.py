"""What the models expect at each place of the document."""

from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from pictured.config.document import Entries, Node, Scalar

Expected = tuple[object, ...]
"""The types that a value may have; a tuple without members says that nothing is known."""


def alternatives(annotation: object) -> Expected:
    """Take unions and annotations apart into plain types, models, literals and generic collections."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return tuple(each for member in get_args(annotation) for each in alternatives(member))
    return (annotation,)


def items_of(expected: Expected) -> Expected:
    """Give what the items of a list may be."""
    collections = [each for each in expected if get_origin(each) in {tuple, list, frozenset}]
    return tuple(inner for each in collections for inner in alternatives(get_args(each)[0]))


def mapped_values_of(expected: Expected) -> Expected | None:
    """Give what the values under freely chosen keys may be, or None where keys are fixed."""
    maps = [each for each in expected if get_origin(each) is dict]
    return tuple(inner for each in maps for inner in alternatives(get_args(each)[1])) if maps else None


def model_for(expected: Expected, node: Entries) -> type[BaseModel] | None:
    """Choose the model that keys and values are meant for; None where the key that tells is missing or unknown."""
    models = [each for each in expected if isinstance(each, type) and issubclass(each, BaseModel)]
    if len(models) == 1:
        return models[0]
    given = {entry.key: entry.node.text for entry in node.entries if isinstance(entry.node, Scalar)}
    return next((model for model in models if _tags(model) & given.items()), None)


def fields_of(model: type[BaseModel]) -> dict[str, Expected]:
    """Give the keys of a model as they are written in YAML, and what each expects."""
    return {field.alias or name: alternatives(field.annotation) for name, field in model.model_fields.items()}


def takes_path(expected: Expected) -> bool:
    """Say whether a path is expected, so that `~` and variables are expanded."""
    return Path in expected


def takes_text(expected: Expected) -> bool:
    """Say whether only text can be meant, so that `name: 2024` is the text and no number."""
    return bool(expected) and not any(each in {int, float, bool} for each in expected)


def is_nothing(node: Node) -> bool:
    """Say whether a key was written without a value."""
    return isinstance(node, Scalar) and node.value is None


def _tags(model: type[BaseModel]) -> set[tuple[str, str]]:
    return {
        (field.alias or name, tag)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1
        for tag in get_args(field.annotation)
    }
