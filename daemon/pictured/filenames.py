"""File names that every usual file system takes, and the moments that stand in them."""

import re
from pathlib import Path

LONGEST = 255
"""Bytes of the longest file name that the usual file systems take."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""An ISO moment without a zone."""

_LONGEST_EXTENSION = 16


def safe(name: str) -> str:
    """Make one visible file name of a text: no slash, no NUL, no leading dot, at most 255 bytes, extension kept."""
    name = name.replace("/", "_").replace("\0", "_")
    if not name or name.startswith("."):
        name = f"_{name[1:]}"
    return _fitted(*split(name))


def numbered(name: str, n: int, *, spare: int = 0) -> str:
    """Give the nth name for files that would share one: `name` itself for 1, `stem (2).ext` for 2.

    Of the longest name, `spare` bytes stay free, for what is named after it.
    """
    stem, extension = split(name)
    return _fitted(stem, f" ({n}){extension}" if n > 1 else extension, spare) if n > 1 or spare else name


def split(name: str) -> tuple[str, str]:
    """Split a name into its stem and its extension, which begins with the dot or is empty."""
    stem, dot, extension = name.rpartition(".")
    if not stem or _length(extension) >= _LONGEST_EXTENSION:
        return name, ""
    return stem, dot + extension


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


def moment_taken(taken: str | None, mtime_ns: int) -> str:
    """Give the moment of a picture: its exposure where that is a moment, or else the file's time in UTC."""
    return taken if taken and MOMENT.fullmatch(taken) else moment_of(mtime_ns)


def tree_below(path: Path, roots: tuple[Path, ...]) -> Path:
    """Give the folders of a path below the first of some roots that it lies in; nothing where it lies in none."""
    for root in roots:
        if path.is_relative_to(root):
            return path.relative_to(root).parent
    return Path()


def _fitted(stem: str, tail: str, spare: int = 0) -> str:
    room = LONGEST - _length(tail) - spare
    while _length(stem) > room:
        stem = stem[:-1]
    return stem + tail


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
