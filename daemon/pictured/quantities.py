"""Durations and sizes as people write them: `5s`, `2 min`, `512 MB`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*")


def seconds(text: object) -> object:
    """Turn `"1.5 min"` into `90.0`; a number is taken as seconds; anything else is handed back for the validator."""
    return _measured(text, _SECONDS, "a duration such as 500ms, 5s, 2min, 1h or 1d")


def byte_count(text: object) -> object:
    """Turn `"512 MB"` into `512_000_000`; a number counts bytes; anything else is handed back for the validator."""
    value = _measured(text, _BYTES, "a size such as 64kB, 512MB or 2GiB")
    return int(value) if isinstance(value, float) else value


def _measured(text: object, units: dict[str, float] | dict[str, int], expected: str) -> object:
    if not isinstance(text, str):
        return text
    found = _QUANTITY.fullmatch(text)
    if found is None or found[2].lower() not in units:
        raise ValueError(f"expected {expected}")
    return float(found[1]) * units[found[2].lower()]


def _written(value: float) -> str:
    for unit in ("d", "h", "min", "s"):
        if value >= _SECONDS[unit] and value % _SECONDS[unit] == 0:
            return f"{value / _SECONDS[unit]:.15g}{unit}"
    return f"{value * 1000:.15g}ms" if value else "0s"


Seconds = Annotated[
    float, BeforeValidator(seconds), Field(ge=0), PlainSerializer(_written, return_type=str, when_used="json")
]
"""A duration in seconds, written `500ms`, `5s`, `2min`, `1h` or `1d`."""

ByteCount = Annotated[int, BeforeValidator(byte_count), Field(ge=0)]
"""A number of bytes, written `64kB`, `512MB` or `2GiB`."""
