"""The names of collected files: a template filled with facts, always one safe file name."""

from dataclasses import dataclass
from pathlib import Path

from pictured.filenames import moment_taken, safe
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
    return Facts(
        stem=picture.path.stem,
        ext=picture.path.suffix,
        query=(query or picture.path).stem,
        digest=picture.content.digest.hex(),
        width=picture.content.width,
        height=picture.content.height,
        date=moment_taken(picture.content.taken, picture.stamp.mtime_ns),
        entry=entry,
    )


def fill(template: Template, facts: Facts) -> str:
    """Give the file name: no slash, no NUL, no leading dot, at most 255 bytes with the extension kept."""
    name = "".join(part if isinstance(part, str) else _value(part.name, part.form, facts) for part in template)
    return safe(name)


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
