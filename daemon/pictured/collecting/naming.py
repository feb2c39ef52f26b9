"""The names of collected files: a template filled with facts, always one safe file name."""

import re
from dataclasses import dataclass
from pathlib import Path

from pictured.flow import Picture
from pictured.templates import Takes, Template, dated, parse

PLACEHOLDERS = {
    "stem": Takes.NOTHING,
    "ext": Takes.NOTHING,
    "query": Takes.NOTHING,
    "digest": Takes.LENGTH,
    "width": Takes.NOTHING,
    "height": Takes.NOTHING,
    "date": Takes.DATE,
    "entry": Takes.NOTHING,
}
"""What may stand in the template of a collect entry."""

LONGEST = 255
"""Bytes of the longest file name that the usual file systems take."""

_LONGEST_EXTENSION = 16
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Facts:
    """What fills the placeholders.

    stem, ext      the source's name without and with only its extension; `ext` begins with the dot, or is empty
    query          the stem of the query picture; that of the source where nothing was asked for
    digest         SHA-256 of the source in hexadecimal digits
    width, height  pixels of the upright picture
    date           ISO moment without a zone, "2019-07-14T12:30:05"
    entry          name of the collect entry
    """

    stem: str
    ext: str
    query: str
    digest: str
    width: int
    height: int
    date: str
    entry: str


def parse_template(text: str) -> Template:
    """Take the template of a collect entry apart.

    Raises:
        ValueError: it has an unknown placeholder, is empty, or could never be one visible file name.
    """
    template = parse(text, PLACEHOLDERS)
    if not template:
        raise ValueError("expected a name such as '{stem}{ext}', not an empty text")
    if any(isinstance(part, str) and ("/" in part or "\0" in part) for part in template):
        raise ValueError(f"a file name cannot hold a slash: {text!r}; use `layout: tree` for folders")
    if isinstance(template[0], str) and template[0].startswith("."):
        raise ValueError(f"a name that begins with a dot would be hidden: {text!r}")
    return template


def facts_of(picture: Picture, *, query: Path | None, entry: str) -> Facts:
    """Gather the facts of a source. Its date is the exposure by EXIF, or else the file's time in UTC."""
    taken = picture.content.taken
    return Facts(
        stem=picture.path.stem,
        ext=picture.path.suffix,
        query=(query or picture.path).stem,
        digest=picture.content.digest.hex(),
        width=picture.content.width,
        height=picture.content.height,
        date=taken if taken and _MOMENT.fullmatch(taken) else moment_of(picture.stamp.mtime_ns),
        entry=entry,
    )


def fill(template: Template, facts: Facts) -> str:
    """Give the file name: no slash, no NUL, no leading dot, at most 255 bytes with the extension kept."""
    name = "".join(part if isinstance(part, str) else _value(part.name, part.form, facts) for part in template)
    name = name.replace("/", "_").replace("\0", "_")
    if not name or name.startswith("."):
        name = f"_{name[1:]}"
    return _fitted(*_split(name))


def numbered(name: str, n: int) -> str:
    """Give the nth name for files that would share one: `name` itself for 1, `stem (2).ext` for 2."""
    stem, extension = _split(name)
    return _fitted(stem, f" ({n}){extension}") if n > 1 else name


def moment_of(mtime_ns: int) -> str:
    """Turn nanoseconds since 1970 into an ISO moment in UTC.

    The date is Howard Hinnant's `civil_from_days` (chrono-Compatible Low-Level Date Algorithms, 2014): naming is a
    decision, and decisions do not import a clock.
    """
    days, second = divmod(mtime_ns // 10**9, 86400)
    era, day_of_era = divmod(days + 719468, 146097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year += era * 400 + (month <= 2)
    hour, rest = divmod(second, 3600)
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}"


def _value(name: str, form: str, facts: Facts) -> str:
    if name == "date":
        return dated(facts.date, form)
    if name == "digest":
        return facts.digest[: int(form)] if form else facts.digest
    plain = {
        "stem": facts.stem,
        "ext": facts.ext,
        "query": facts.query,
        "width": facts.width,
        "height": facts.height,
        "entry": facts.entry,
    }
    return str(plain[name])


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or _length(extension) >= _LONGEST_EXTENSION:
        return name, ""
    return stem, dot + extension


def _fitted(stem: str, tail: str) -> str:
    room = LONGEST - _length(tail)
    while _length(stem) > room:
        stem = stem[:-1]
    return stem + tail


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
