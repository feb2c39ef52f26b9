"""`~` and environment variables in paths."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[^}]*)\})")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What paths are written relative to.

    environ  the environment variables
    home     stands for `~`
    folder   the configuration file's folder, which relative paths begin at; absolute
    """

    environ: Mapping[str, str]
    home: Path
    folder: Path


def expanded(text: str, surroundings: Surroundings) -> str:
    """Give the absolute path that a person wrote as `~/Pictures`, `$PHOTOS/2024`, `${PHOTOS}` or `best`; `$$` is `$`.

    Raises:
        ValueError: the path is empty, holds a NUL, names another person's home, or a variable that is not defined.
    """
    if not text.strip():
        raise ValueError("expected a path, not an empty text")
    if "\0" in text:
        raise ValueError("a path cannot hold a NUL character")
    first, slash, rest = text.partition("/")
    if first.startswith("~") and first != "~":
        raise ValueError(f"only ~ for your own home folder is understood, not {first}; write the path in full")
    head = str(surroundings.home) if first == "~" else _substituted(first, surroundings.environ)
    path = f"{head}{slash}{_substituted(rest, surroundings.environ)}"
    return str(surroundings.folder / path)


def _substituted(text: str, environ: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name = found["bare"] or found["braced"] or ""
        if not environ.get(name):
            raise ValueError(f"the environment variable {name or '${}'} is not defined")
        return environ[name]

    return _VARIABLE.sub(value, text)
