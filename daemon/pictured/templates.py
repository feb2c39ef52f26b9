"""Text with placeholders as people write it: `{stem}-{width}{ext}`, `{date:%Y}`, `© {exif.artist}`.

The grammar is that of Python's format strings, cut down to what can be checked before any picture is seen:
`{name}` and `{name:form}`; `{{` and `}}` stand for the braces themselves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from string import Formatter


class Takes(StrEnum):
    """What may follow the colon of a placeholder."""

    NOTHING = "nothing"
    LENGTH = "length"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`{name:form}`; `form` is empty where nothing follows the name."""

    name: str
    form: str = ""


Template = tuple[str | Placeholder, ...]

_DATE_PARTS = {
    "%Y": slice(0, 4),
    "%y": slice(2, 4),
    "%m": slice(5, 7),
    "%d": slice(8, 10),
    "%H": slice(11, 13),
    "%M": slice(14, 16),
    "%S": slice(17, 19),
}
_DATE_CODE = re.compile(r"%.?")


def parse(text: str, known: Mapping[str, Takes]) -> Template:
    """Take a template apart. `known` maps the placeholders that may stand in it; `exif.*` allows every EXIF name.

    Raises:
        ValueError: an unknown placeholder, a form that the placeholder does not take, or a brace without its partner.
    """
    parts: list[str | Placeholder] = []
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        raise ValueError(f"a brace has no partner in {text!r}; write {{{{ or }}}} for a brace itself") from None
    for literal, name, form, conversion in pieces:
        if literal:
            parts.append(literal)
        if name is None:
            continue
        if conversion:
            raise ValueError(f"{{{name}!{conversion}}} is not understood; write {{{name}}}")
        _check(name, form or "", known)
        parts.append(Placeholder(name, form or ""))
    return tuple(parts)


def dated(moment: str, form: str) -> str:
    """Write an ISO moment such as `2019-07-14T12:30:05` by a form such as `%Y-%m`; an empty form is the whole date."""
    return _DATE_CODE.sub(lambda code: moment[_DATE_PARTS[code[0]]], form or "%Y-%m-%d")


def _check(name: str, form: str, known: Mapping[str, Takes]) -> None:
    group = f"{name.partition('.')[0]}.*"
    takes = known.get(group if re.fullmatch(r"\w+\.\w+", name) else name) if "*" not in name else None
    if takes is None:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        meant = f"did you mean {{{near[0]}}}? " if near else ""
        allowed = ", ".join(f"{{{each}}}" for each in known)
        raise ValueError(f"unknown placeholder {{{name}}}; {meant}Known are {allowed}")
    match takes:
        case Takes.NOTHING if form:
            raise ValueError(f"{{{name}:{form}}}: nothing may follow the name; write {{{name}}}")
        case Takes.LENGTH if form and not re.fullmatch(r"[1-9]\d?", form):
            raise ValueError(f"{{{name}:{form}}}: expected a length of 1 to 99 characters such as {{{name}:8}}")
        case Takes.DATE:
            wrong = [code for code in _DATE_CODE.findall(form) if code not in _DATE_PARTS]
            if wrong:
                raise ValueError(f"{{{name}:{form}}}: {wrong[0]} is not one of {', '.join(_DATE_PARTS)}")
        case _:
            pass
