"""The JSON schema of the configuration, for completion and checks in editors."""

import json

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pictured.config.model import Config
from pictured.config.schedule import At, Every, listed
from pictured.quantities import byte_count, seconds

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_WRITTEN = {
    seconds: r"^\s*\d+(\.\d+)?\s*(ms|s|m|min|h|d)\s*$",
    byte_count: r"^\s*\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]\s*$",
}
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class _Schema(GenerateJsonSchema):
    """Quantities and times are values of their own for the models, but words such as `5s` for people."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        reader = schema["function"]["function"]
        if reader is listed:
            return {"anyOf": [inner, inner["items"]]}
        for known, pattern in _WRITTEN.items():
            if reader is known:
                return {"anyOf": [inner, {"type": "string", "pattern": pattern}]}
        return inner

    def encode_default(self, dft: object) -> object:
        if isinstance(dft, Every | At):
            return str(dft)
        return [self.encode_default(each) for each in dft] if isinstance(dft, tuple) else super().encode_default(dft)


def schema_text() -> str:
    """Give the schema as indented JSON that ends with a line feed."""
    schema = Config.model_json_schema(by_alias=True, schema_generator=_Schema)
    return json.dumps(_bounded({"$schema": DIALECT, **schema}), indent=2, ensure_ascii=False) + "\n"


def _bounded(part: object) -> object:
    """Move the bounds of quantities, which pydantic leaves beside `anyOf` by its own names, to the number."""
    if isinstance(part, list):
        return [_bounded(each) for each in part]
    if not isinstance(part, dict):
        return part
    inner = {key: _bounded(value) for key, value in part.items() if "anyOf" not in part or key not in _BOUNDS}
    if "anyOf" in part:
        bounds = {word: part[key] for key, word in _BOUNDS.items() if key in part}
        inner["anyOf"] = [_with(bounds, each) for each in part["anyOf"]]
    return inner


def _with(bounds: dict[str, object], part: object) -> object:
    part = _bounded(part)
    return {**part, **bounds} if isinstance(part, dict) and part.get("type") in {"number", "integer"} else part
