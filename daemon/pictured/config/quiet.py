"""Quiet hours, as people write them: `22:00-07:00`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

_EXPECTED = "expected hours such as '22:00-07:00', from the first minute to just before the last, in local time"
_SPAN = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)\s*-\s*(?P<to_hour>\d{1,2}):(?P<to_minute>\d\d)")
_PATTERN = r"^\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d$"
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A part of every day, in minutes since midnight: `begin` belongs to it, `end` does not; it may hold midnight."""

    begin: int
    end: int

    def __str__(self) -> str:
        return f"{self.begin // 60:02d}:{self.begin % 60:02d}-{self.end // 60:02d}:{self.end % 60:02d}"


def span(value: object) -> Span:
    """Read quiet hours.

    Raises:
        ValueError: they are written in another way, or are empty.
    """
    if isinstance(value, Span):
        return value
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_EXPECTED)
    hour, minute, to_hour, to_minute = (int(part) for part in found.groups())
    begin, end = hour * 60 + minute, to_hour * 60 + to_minute
    if max(minute, to_minute) > 59 or begin >= _DAY or end > _DAY:
        raise ValueError(_EXPECTED)
    if begin == end:
        raise ValueError("expected hours that do not end when they begin")
    return Span(begin, end)


Quiet = Annotated[
    Span,
    PlainValidator(span),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "title": "hours"}),
]
"""Hours of every day, written `22:00-07:00`."""


def quiet_at(minute: int, spans: Iterable[Span]) -> bool:
    """Say whether a minute of the day (since midnight) lies in any of the spans."""
    return any(
        each.begin <= minute < each.end if each.begin < each.end else minute >= each.begin or minute < each.end
        for each in spans
    )
