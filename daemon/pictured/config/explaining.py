"""What pydantic found, said the way a person needs it: the place, what was expected, the nearest word."""

import re
from collections.abc import Collection, Iterable

from pydantic_core import ErrorDetails

from pictured.config.document import Fault, KeyPath, Node, Position, located
from pictured.config.values import suggestion

_LIST = "a list: one item per line after '- ', or [a, b]"
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "keys with values",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": _LIST,
    "model_attributes_type": "keys with values",
    "model_type": "keys with values",
    "path_type": "a path",
    "string_type": "text",
    "tuple_type": _LIST,
}
_PHRASES = {
    "greater_than": "expected more than {gt}, not {given}",
    "greater_than_equal": "expected {ge} or more, not {given}",
    "less_than": "expected less than {lt}, not {given}",
    "less_than_equal": "expected {le} or less, not {given}",
    "missing": "this key is missing and has no default",
    "string_pattern_mismatch": "{given} is not written as expected (pattern {pattern})",
    "string_too_long": "expected at most {max_length} characters",
    "string_too_short": "expected text, not an empty one",
    "too_short": "expected at least one entry",
    "union_tag_not_found": "this key is missing and has no default",
}
_QUOTED = re.compile(r"'([^']*)'")


def explained(errors: Iterable[ErrorDetails], root: Node, told: Collection[KeyPath]) -> list[Fault]:
    """Turn pydantic's errors into faults, one for each place; where a union failed, its ways are joined.

    `told` are the key paths that have a fault already. What only follows from those is left out.
    """
    found: dict[tuple[Position, KeyPath], list[str]] = {}
    for error in errors:
        if _follows(error):
            continue
        key = tuple(error["loc"])
        if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            key = (*key, _discriminator(error))
        position, key = located(root, key, missing=error["type"] in {"missing", "union_tag_not_found"})
        judges_the_whole = error["type"] == "value_error" and any(each[:-1] == key for each in told)
        if key not in told and not judges_the_whole:
            found.setdefault((position, key), []).append(_message(error))
    return [Fault(position, key, _joined(messages)) for (position, key), messages in found.items()]


def _follows(error: ErrorDetails) -> bool:
    # A list whose only entry is faulty counts as empty for pydantic.
    return error["type"] == "too_short" and bool(error["input"])


def _joined(messages: list[str]) -> str:
    ways = [message.removeprefix("expected ").partition(", not ")[0] for message in messages[:-1]]
    last = messages[-1].removeprefix("expected ") if ways else messages[-1]
    return f"expected {', or '.join([*ways, last])}" if ways else last


def _message(error: ErrorDetails) -> str:
    kind, given = error["type"], error["input"]
    if kind == "value_error":
        return _context(error, "error")
    if kind == "union_tag_invalid":
        tags = _QUOTED.findall(_context(error, "expected_tags"))
        return f"unknown {_discriminator(error)} {_context(error, 'tag')!r}{suggestion(_context(error, 'tag'), tags)}"
    if kind in {"enum", "literal_error"}:
        words = _QUOTED.findall(_context(error, "expected"))
        near = suggestion(str(given), words)
        expected = f"expected {_listed(words)}, not {_shown(given)}"
        return expected + near if "did you mean" in near else expected
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, not {_shown(given)}"
    if kind in _PHRASES:
        values = {name: _context(error, name) for name in error.get("ctx", {})}
        return _PHRASES[kind].format(given=_shown(given), **values)
    return error["msg"]


def _discriminator(error: ErrorDetails) -> str:
    return _context(error, "discriminator").strip("'")


def _context(error: ErrorDetails, key: str) -> str:
    value = error.get("ctx", {}).get(key, "")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(given: object) -> str:
    match given:
        case None:
            return "nothing"
        case list() | tuple():
            return "a list"
        case dict():
            return "keys with values"
        case bool():
            return str(given).lower()
        case _:
            return repr(given)
