"""What becomes of a result whose name may be taken. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

from pictured.filenames import numbered
from pictured.flow import Placed

OnConflict = Literal["skip", "rename", "keep_better", "replace_own"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What stands at a name.

    digest   of its bytes, where they were read
    ours     the record of it, where we placed it and nobody changed it since
    pixels   width times height of what is there, where that is known
    """

    digest: bytes | None
    ours: Placed | None = None
    pixels: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What is to get a name: its digest, its pixels, and where it comes from."""

    digest: bytes
    pixels: int
    entry: str
    source: Path


@dataclass(frozen=True, slots=True)
class Choice:
    """The name, what is replaced there, or why nothing is written. `replaces` and `kept` exclude each other."""

    target: Path
    replaces: Placed | None = None
    kept: str | None = None


def chosen(first: Path, result: Result, taken: Mapping[Path, Taken], on_conflict: OnConflict) -> Choice:
    """Choose a name for a result, beginning with `first`; `taken` holds every name that may be tried."""
    for number in count(1):
        target = first.with_name(numbered(first.name, number))
        there = taken.get(target)
        if there is None:
            return Choice(target)
        if there.digest == result.digest:
            return Choice(target, kept=f"{target.name} already holds the same bytes")
        if on_conflict == "skip":
            return Choice(target, kept=f"the name {target.name} is taken by another file")
        own = there.ours
        # A file that the same rule made of another picture is that picture's result, and no older one of this.
        if on_conflict == "rename" or own is None or (own.entry, own.source) != (result.entry, result.source):
            continue
        if on_conflict == "keep_better" and there.pixels is not None and there.pixels > result.pixels:
            return Choice(target, kept=f"{target.name} has more pixels")
        return Choice(target, replaces=own)
    raise AssertionError("numbers do not end")
