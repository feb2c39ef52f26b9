"""The names of what rules make: a template filled with facts, always one safe file name. Pure."""

from collections.abc import Mapping
from pathlib import Path

from pictured.filenames import moment_taken, safe, tree_below
from pictured.flow import Picture
from pictured.rules.rule import PLACEHOLDERS, Rule
from pictured.templates import dated, parse

_CHOSEN = ".*"
_SUFFIXES = {"jpeg": ".jpg", "tiff": ".tif"}


def facts_of(picture: Picture, exif: Mapping[str, str], rule: str) -> dict[str, str]:
    """Gather what placeholders are filled with, in names and in texts: keys as in the templates, and `exif.*`."""
    content = picture.content
    return {
        "stem": picture.path.stem,
        "rule": rule,
        "digest": content.digest.hex(),
        "width": str(content.width),
        "height": str(content.height),
        "date": moment_taken(content.taken, picture.stamp.mtime_ns),
        **{f"exif.{name}": text for name, text in exif.items()},
    }


def file_name(template: str, facts: Mapping[str, str], extension: str) -> str:
    """Fill a template: no slash, no leading dot, at most 255 bytes. An EXIF field that is not there leaves nothing."""
    parts = []
    for part in parse(template, PLACEHOLDERS):
        if isinstance(part, str):
            parts.append(part)
        elif part.name == "ext":
            parts.append(extension)
        elif part.name == "date":
            parts.append(dated(facts["date"], part.form))
        elif part.name == "digest":
            parts.append(facts["digest"][: int(part.form)] if part.form else facts["digest"])
        else:
            parts.append(facts.get(part.name.lower(), ""))
    return safe("".join(parts))


def expected_name(rule: Rule, facts: Mapping[str, str], suffix: str) -> str:
    """Give the name that a single result gets, before it is made; its extension is ".*" where that is tried out."""
    for action in rule.actions:
        if action.action == "convert":
            suffix = _CHOSEN if action.format == "auto" else _SUFFIXES.get(action.format, f".{action.format}")
        elif action.action in ("quantise", "tile") and suffix.lower() not in (".png", ".gif", ".tif", ".tiff"):
            suffix = ".png"
    return file_name(rule.output.name, facts, suffix)


def extension_for(path: Path, made: str) -> str:
    """Give the extension of a result: that of the source, spelled as it is, where the format has stayed."""
    same = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg", ".tiff": ".tif"}
    own = path.suffix.lower()
    return path.suffix if same.get(own, own) == made else made


def folder_of(rule: Rule, path: Path) -> Path:
    """Give the folder that the result of a picture goes to."""
    if rule.output.into is None:
        return path.parent
    return rule.output.into / (tree_below(path, rule.folders) if rule.output.layout == "tree" else Path())


def backup_of(rule: Rule, path: Path) -> Path:
    """Give the name under which the original of a picture is kept that a rule changes in place."""
    if rule.output.backup is None:
        raise ValueError("only a rule with `in_place: true` keeps originals")
    return rule.output.backup / tree_below(path, rule.folders) / path.name
