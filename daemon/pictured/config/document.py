"""A YAML file as values that know where they stand, and faults that can be pointed at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import ConfigError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as YAML 1.2 understands it, and the text that it was written with."""

    position: Position
    value: str | int | float | bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    position: Position
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; the position is that of the key."""

    position: Position
    key: str
    node: "Node"


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys and values, without duplicate keys."""

    position: Position
    entries: tuple[Entry, ...]


Node = Scalar | Items | Entries


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `key` is empty where it concerns the file as a whole."""

    position: Position
    key: KeyPath
    message: str


class InvalidConfigError(ConfigError):
    """The configuration file has faults; its text has one line for each, `file:line:column: key: what is wrong`."""

    def __init__(self, file: Path, faults: Sequence[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: fault.position))
        super().__init__("\n".join(_line(file, fault) for fault in self.faults))


def written(key: KeyPath) -> str:
    """Write a key path the usual way: `rules[0].actions[1].long_edge`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def located(root: Node, key: KeyPath, *, missing: bool = False) -> tuple[Position, KeyPath]:
    """Find where a key path points to, and the path as far as the document has it.

    pydantic puts tags of unions into its paths, so what the document does not have is passed over. With `missing`,
    the last key is kept, and the position is that of the keys it should stand among.
    """
    node, position, found = root, root.position, list[str | int]()
    for index, part in enumerate(key):
        inner = _inner(node, part)
        if inner is not None:
            node = inner
            position = inner.position
            found.append(part)
        elif missing and index == len(key) - 1:
            found.append(part)
    return position, tuple(found)


def _inner(node: Node, part: str | int) -> Node | None:
    if isinstance(node, Items) and isinstance(part, int) and part < len(node.nodes):
        return node.nodes[part]
    if isinstance(node, Entries):
        return next((entry.node for entry in node.entries if entry.key == part), None)
    return None


def _line(file: Path, fault: Fault) -> str:
    key = f"{written(fault.key)}: " if fault.key else ""
    return f"{shown(file)}:{fault.position.line}:{fault.position.column}: {key}{fault.message}"
