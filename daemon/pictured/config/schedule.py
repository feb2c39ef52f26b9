"""The `schedule` section, and the times that people write in it: `every 6h`, `sun 03:00`, `03:00`."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from pictured.config.quiet import Quiet
from pictured.quantities import seconds

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_EXPECTED = "expected a time such as 'every 6h', '03:00' or 'sun 03:00' (days: mon tue wed thu fri sat sun)"
_CLOCK = re.compile(r"(?:(?P<day>[A-Za-z]+)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d\d)")
_PATTERN = r"^(every\s+.+|((mon|tue|wed|thu|fri|sat|sun)\s+)?\d{1,2}:\d\d)$"


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again; `seconds` between two runs, at least 60."""

    seconds: float
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class At:
    """At a time of the day, in local time; `day` is one of DAYS, or None for every day."""

    day: str | None
    hour: int
    minute: int

    def __str__(self) -> str:
        return f"{self.day + ' ' if self.day else ''}{self.hour:02d}:{self.minute:02d}"


def moment(value: object) -> Every | At:
    """Read one time.

    Raises:
        ValueError: it is written in another way, or is shorter than a minute.
    """
    if isinstance(value, Every | At):
        return value
    if not isinstance(value, str):
        raise ValueError(_EXPECTED)  # noqa: TRY004  pydantic gathers ValueErrors only
    text = " ".join(value.split())
    if text.lower().startswith("every "):
        length = seconds(text[6:])
        if not isinstance(length, float):
            raise ValueError(_EXPECTED)
        if length < 60:
            raise ValueError("expected a minute or more between two runs")
        return Every(length, text.lower())
    found = _CLOCK.fullmatch(text)
    day = found["day"].lower() if found and found["day"] else None
    if found is None or (day is not None and day not in DAYS) or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise ValueError(_EXPECTED)
    return At(day, int(found["hour"]), int(found["minute"]))


Moment = Annotated[
    Every | At,
    PlainValidator(moment),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "title": "time"}),
]
"""A time, written `every 6h`, `03:00` (daily, local time) or `sun 03:00`."""


def listed(value: object) -> object:
    """Make one time a list of one; anything else is handed back for the validator."""
    return (value,) if isinstance(value, str) else value


class Schedule(BaseModel):
    """What is done at set times. Times of the day are local."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rescan: Annotated[tuple[Moment, ...], BeforeValidator(listed)] = Field(
        default=(Every(21600.0, "every 6h"),),
        min_length=1,
        description="When all folders are compared with the index: one time or a list. This finds what no event told, "
        "for instance on network shares; unchanged files are not read again.",
    )
    report: Annotated[tuple[Moment, ...], BeforeValidator(listed)] = Field(
        default=(),
        description="When a summary of what was found and collected is logged: one time, a list, or never.",
    )
    quiet_hours: Annotated[tuple[Quiet, ...], BeforeValidator(listed)] = Field(
        default=(),
        examples=["22:00-07:00"],
        description="Hours of every day in which no file is taken: changes are seen and wait until the hours are over, "
        "or until `pictured resume`. One span such as `22:00-07:00`, or a list.",
    )
    catch_up: bool = Field(
        default=True,
        description="Do at start what was due while pictured did not run (once, however often it was missed).",
    )
