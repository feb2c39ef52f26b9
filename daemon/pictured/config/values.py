"""A document as plain values for the models: unknown keys found, paths expanded, words kept as words."""

from difflib import get_close_matches

from pictured.config.document import Entries, Fault, Items, KeyPath, Node, Scalar
from pictured.config.expanding import Surroundings, expanded
from pictured.config.shapes import (
    Expected,
    fields_of,
    is_nothing,
    items_of,
    mapped_values_of,
    model_for,
    takes_path,
    takes_text,
)


def values_of(
    node: Node, expected: Expected, surroundings: Surroundings, key: KeyPath = ()
) -> tuple[object, list[Fault]]:
    """Give dicts, lists and scalars, and a fault for each unknown key and each path that cannot be expanded.

    Keys with faults are left out, or kept as written, so that the models can go on to look at the rest.
    """
    match node:
        case Scalar():
            return _scalar(node, expected, surroundings, key)
        case Items():
            parts = [
                values_of(inner, items_of(expected), surroundings, (*key, index))
                for index, inner in enumerate(node.nodes)
            ]
            return [value for value, _ in parts], [fault for _, faults in parts for fault in faults]
        case Entries():
            return _entries(node, expected, surroundings, key)


def suggestion(wrong: str, known: list[str]) -> str:
    """Give `; did you mean 'long_edge'?` where a known word is near, or else the known words themselves."""
    near = get_close_matches(wrong.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"


def _entries(
    node: Entries, expected: Expected, surroundings: Surroundings, key: KeyPath
) -> tuple[dict[str, object], list[Fault]]:
    values: dict[str, object] = {}
    faults: list[Fault] = []
    free = mapped_values_of(expected)
    model = model_for(expected, node)
    fields = fields_of(model) if model else None
    for entry in node.entries:
        here = (*key, entry.key)
        if fields is not None and entry.key not in fields:
            faults.append(Fault(entry.position, here, f"unknown key{suggestion(entry.key, list(fields))}"))
            continue
        inner = fields[entry.key] if fields is not None else (free or ())
        # A key whose lines are all commented out reads as null; people mean the default.
        if is_nothing(entry.node) and fields is not None and type(None) not in inner:
            continue
        value, found = values_of(entry.node, inner, surroundings, here)
        values[entry.key] = value
        faults += found
    return values, faults


def _scalar(node: Scalar, expected: Expected, surroundings: Surroundings, key: KeyPath) -> tuple[object, list[Fault]]:
    if node.value is None:
        return None, []
    if takes_path(expected):
        try:
            return expanded(node.text, surroundings), []
        except ValueError as error:
            return node.text, [Fault(node.position, key, str(error))]
    # Python would take `true` for the number 1.
    misfit = isinstance(node.value, bool) and bool not in expected
    return (node.text if misfit or takes_text(expected) else node.value), []
