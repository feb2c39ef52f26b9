"""From the text of `pictured.yaml` to a checked configuration. The only import of PyYAML; nothing is ever written.

YAML is read by the core schema of YAML 1.2: only `true` and `false` are truth values, so that `watch: off` or a name
`no` are words; `03:00` is no number in base 60, and `2024-01-01` no date.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from pictured.config.checking import checked
from pictured.config.document import (
    Entries,
    Entry,
    Fault,
    InvalidConfigError,
    Items,
    KeyPath,
    Node,
    Position,
    Scalar,
)
from pictured.config.expanding import Surroundings
from pictured.config.model import Config
from pictured.disk.paths import shown
from pictured.errors import ConfigError

_TAG = "tag:yaml.org,2002:"


_CORE_SCHEMA = (
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("null", r"~|null|Null|NULL|"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
    ("merge", r"<<"),
)


class _Loader(yaml.SafeLoader):
    # The key is the first character of a plain scalar; None stands for any.
    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML reads it from the class
        None: [(f"{_TAG}{kind}", re.compile(f"(?:{pattern})$")) for kind, pattern in _CORE_SCHEMA]
    }


def load(file: Path, *, environ: Mapping[str, str], home: Path) -> Config:
    """Read and check a configuration file. Relative paths in it begin at its folder.

    Raises:
        InvalidConfigError: it has faults; all of them are told at once.
        ConfigError: it is not there or cannot be read.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"no configuration at {shown(file)}; `pictured init` writes one there, --config FILE uses another"
        ) from None
    except OSError as error:
        raise ConfigError(f"{shown(file)} cannot be read: {error.strerror}") from None
    return parsed(data, file, Surroundings(environ, home, file.absolute().parent))


def parsed(data: bytes, file: Path, surroundings: Surroundings) -> Config:
    """Check the bytes of a configuration file; `file` is only named in messages.

    Raises:
        InvalidConfigError: they have faults; all of them are told at once.
    """
    try:
        root, faults = document(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = Fault(_end_of(data[: error.start].decode()), (), "the file is not UTF-8 text; save it as UTF-8")
    except yaml.MarkedYAMLError as error:
        fault = _syntax(error)
    except yaml.reader.ReaderError as error:
        message = f"the character U+{error.character:04X} is not allowed in YAML"
        fault = Fault(_end_of(data.decode("utf-8-sig")[: error.position]), (), message)
    except RecursionError:
        fault = Fault(Position(1, 1), (), "the file is nested too deeply")
    else:
        return checked(root, faults, file, surroundings)
    raise InvalidConfigError(file, [fault])


def document(text: str) -> tuple[Node, list[Fault]]:
    """Give the values of a YAML text with their places, and faults such as duplicate keys.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    root = yaml.compose(text, Loader=_Loader)
    faults: list[Fault] = []
    if root is None:
        return Scalar(Position(1, 1), None, ""), faults
    return _node(root, (), faults, ()), faults


def _node(node: yaml.Node, key: KeyPath, faults: list[Fault], above: tuple[yaml.Node, ...]) -> Node:
    position = _position(node.start_mark)
    kind = node.tag.removeprefix(_TAG)
    if node in above:
        faults.append(Fault(position, key, "this alias stands inside its own anchor"))
        return Scalar(position, None, "")
    if kind not in {"map", "seq", "str", "bool", "null", "int", "float"}:
        faults.append(Fault(position, key, f"the YAML tag {node.tag} is not understood; remove it"))
        return Scalar(position, None, "")
    match node:
        case yaml.MappingNode():
            return Entries(position, _entries(node, key, faults, (*above, node)))
        case yaml.SequenceNode():
            inner = enumerate(node.value)
            return Items(position, tuple(_node(each, (*key, n), faults, (*above, node)) for n, each in inner))
        case _:
            return _scalar(position, kind, node.value, key, faults)


def _scalar(position: Position, kind: str, text: str, key: KeyPath, faults: list[Fault]) -> Scalar:
    if any("\ud800" <= char <= "\udfff" for char in text):
        faults.append(Fault(position, key, "half of a surrogate pair is no character; write the character itself"))
        return Scalar(position, None, "")
    try:
        return Scalar(position, _value(kind, text), text)
    except ValueError:
        faults.append(Fault(position, key, f"{text[:40]!r} cannot be read as the number it should be"))
        return Scalar(position, None, "")


def _entries(
    mapping: yaml.MappingNode, key: KeyPath, faults: list[Fault], above: tuple[yaml.Node, ...]
) -> tuple[Entry, ...]:
    merged: dict[str, Entry] = {}
    own: dict[str, Entry] = {}
    for name, node in mapping.value:
        position = _position(name.start_mark)
        if not isinstance(name, yaml.ScalarNode):
            faults.append(Fault(position, key, "expected a word as the key, not a list or keys with values"))
        elif name.tag == f"{_TAG}merge":
            # The first of several merged mappings wins, as YAML's merge key is defined.
            for each in reversed(node.value if isinstance(node, yaml.SequenceNode) else [node]):
                inner = _node(each, key, faults, above)
                if isinstance(inner, Entries):
                    merged |= {entry.key: entry for entry in inner.entries}
                else:
                    faults.append(Fault(position, key, "expected << to stand before keys with values (an alias)"))
        elif name.value in own:
            first = own[name.value].position.line
            faults.append(Fault(position, (*key, name.value), f"this key is there twice, first in line {first}"))
        else:
            own[name.value] = Entry(position, name.value, _node(node, (*key, name.value), faults, above))
    return tuple((merged | own).values())


def _value(kind: str, text: str) -> str | int | float | bool | None:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        case "float":
            return float(text)
        case _:
            return text


def _syntax(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "this is not YAML"
    if r"'\t'" in problem:
        problem = "a tab cannot indent YAML; use spaces"
    context = f" ({error.context})" if error.context and error.context not in problem else ""
    return Fault(_position(mark) if mark else Position(1, 1), (), f"{problem}{context}")


def _position(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _end_of(before: str) -> Position:
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
