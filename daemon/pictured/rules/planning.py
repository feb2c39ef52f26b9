"""Whether a rule takes a picture, and what it will do. Pure.

Conditions are asked in the order of what they cost: what the index knows, then what the file's header says, then
whether it is a copy. The first one that does not hold is the reason.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from pictured.flow import Picture, Render, Role
from pictured.imaging.operations import InvisibleMark, Operation, Pad, Resize, Strip
from pictured.imaging.traits import Traits
from pictured.rules.naming import expected_name, folder_of
from pictured.rules.rule import ExifTest, Rule, When


def entry_of(rule: Rule) -> str:
    """Give the journal's name of a rule; no collect entry can have it, because names hold no slash."""
    return f"rules/{rule.name}"


def digest_of(rule: Rule) -> bytes:
    """Give the SHA-256 of what a rule makes of a picture: its name, actions and output, not when it fires."""
    said = rule.model_dump(mode="json", include={"name", "actions", "output"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def unmet(when: When, picture: Picture, root: Path, role: Role, age: float) -> str | None:
    """Give the first condition that does not hold by what the index knows; None where all hold.

    Args:
        when: the conditions.
        picture: what is known of the file.
        root: the watched folder that it lies in.
        role: of that folder.
        age: seconds since the file last changed.
    """
    content = picture.content
    below = str(picture.path.relative_to(root)) if picture.path.is_relative_to(root) else picture.path.name
    if when.paths and not any(fnmatchcase(below, glob) for glob in when.paths):
        return "its path matches none of `paths`"
    if when.role and role not in when.role:
        return f"its folder has the role {role.value}"
    if when.format and content.format.lower() not in when.format:
        return f"its format is {content.format.lower()}"
    if when.is_animated is not None and (content.frames > 1) != when.is_animated:
        return "it is animated" if content.frames > 1 else "it is not animated"
    stands = _stands(content.width, content.height)
    if when.orientation and stands not in when.orientation:
        return f"it is {stands}"
    values = {
        "width": content.width,
        "height": content.height,
        "long_edge": max(content.width, content.height),
        "short_edge": min(content.width, content.height),
        "megapixels": content.width * content.height / 1e6,
        "bytes": content.size,
        "aspect": content.width / content.height,
        "age": age,
    }
    return next(_outside(when, values), None)


def unmet_inside(when: When, traits: Traits) -> str | None:
    """Give the first condition that does not hold by what the file's header says; None where all hold."""
    if when.has_alpha is not None and traits.has_alpha != when.has_alpha:
        return "it has transparency" if traits.has_alpha else "it has no transparency"
    if when.colour_mode and traits.mode not in when.colour_mode:
        return f"its colours are stored as {traits.mode}"
    for name, test in when.exif.items():
        text = traits.exif.get(name.lower())
        if not _holds(test, text):
            return f"its EXIF field {name} is {text!r}" if text is not None else f"it has no EXIF field {name}"
    return None


def asks_inside(rule: Rule) -> bool:
    """Tell whether a rule asks for what only the file's header says."""
    when = rule.when
    return when.has_alpha is not None or bool(when.colour_mode) or bool(when.exif)


def planned(rule: Rule, picture: Picture, facts: Mapping[str, str]) -> Render:
    """Plan a rule that takes a picture. `facts` are those of `naming.facts_of`."""
    width, height = expected_size(rule, facts, (picture.content.width, picture.content.height))
    named = dict(facts) | {"width": str(width), "height": str(height)}
    target = folder_of(rule, picture.path) / expected_name(rule, named, picture.path.suffix)
    return Render(
        entry=entry_of(rule),
        rule=digest_of(rule),
        source=picture.path,
        stamp=picture.stamp,
        digest=picture.content.digest,
        target=target,
        reason=", ".join(action.action for action in rule.actions),
    )


def expected_size(rule: Rule, facts: Mapping[str, str], size: tuple[int, int]) -> tuple[int, int]:
    """Give the width and height of a rule's result before it is made, from those of the upright picture."""
    for action in rule.actions:
        operation = action.operation(facts)
        if isinstance(operation, Resize | Pad):
            size = operation.size(*size)
    return size


def operations_of(rule: Rule, facts: Mapping[str, str]) -> tuple[Operation, ...]:
    """Give what is done to a picture, in its order: as the rule says it, but invisible marks after all else.

    Whatever is done to the pixels of a picture after it was marked weakens the mark.
    """
    made = sorted(
        (action.operation(facts) for action in rule.actions), key=lambda each: isinstance(each, InvisibleMark)
    )
    match rule.output.metadata:
        case "strip":
            return *made, Strip(groups=("all",))
        case "strip_gps":
            return *made, Strip(groups=("gps",))
        case _:
            return tuple(made)


def may_grow(rule: Rule) -> bool:
    """Tell whether a result may have more bytes than its source: not where the rule forbids it.

    A rule that adds to its pictures makes them larger by its nature, so `never_larger` does not hold for it.
    """
    adding = {"pad", "tile", "copyright", "embed", "invisible_mark"}
    return not rule.output.never_larger or any(action.action in adding for action in rule.actions)


def _stands(width: int, height: int) -> str:
    return "square" if width == height else "landscape" if width > height else "portrait"


def _outside(when: When, values: Mapping[str, float]) -> Iterator[str]:
    for name, value in values.items():
        least, most = getattr(when, f"min_{name}"), getattr(when, f"max_{name}")
        if least is not None and value < least:
            yield f"its {name} is {value:g}, less than {least:g}"
        if most is not None and value > most:
            yield f"its {name} is {value:g}, more than {most:g}"


def _holds(test: ExifTest, text: str | None) -> bool:
    if test.present is not None and test.present != (text is not None):
        return False
    if test.equals is not None and (text is None or text.casefold() != test.equals.casefold()):
        return False
    return test.matches is None or (text is not None and fnmatchcase(text.casefold(), test.matches.casefold()))
