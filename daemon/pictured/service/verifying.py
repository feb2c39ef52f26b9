"""Reads every placed file again and compares it with the record of it: a disk may lose what it was given."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

from pictured.disk.claiming import seen
from pictured.disk.reading import digest_of, open_unchanged, stamp_from
from pictured.errors import FileError, Unanswered
from pictured.flow import Form, Placed
from pictured.service.library import Library
from pictured.service.reaching import lane_to, offline_above
from pictured.service.reports import Progress, Verified


async def verify(library: Library) -> AsyncGenerator[Verified | Progress]:
    """Look at every file that pictured placed and that nobody took back, oldest first. Nothing is changed."""
    units = [kept.placed for kept in library.journal.kept()]
    placed = [each for unit in units for each in (unit, *unit.companions)]
    for done, each in enumerate(placed, start=1):
        absent = await offline_above(each.target, library)
        try:
            size = each.stamp.size
            found = (
                ("offline", absent)
                if absent
                else await lane_to(each.target, library).do(partial(_state, each), size=size)
            )
        except Unanswered as error:
            found = "offline", str(error)
        yield Verified(each.id, each.entry, each.target, *found)
        yield Progress(done, len(placed), "verifying")


def _state(placed: Placed) -> tuple[str, str]:
    try:
        here = seen(placed.target)
        if here is None:
            return "missing", "somebody removed or moved it"
        if placed.form is Form.SYMLINK:
            return _link(placed)
        stamp = stamp_from(here)
        with open_unchanged(placed.target, stamp) as file:
            digest = digest_of(file)
    except (FileError, OSError) as error:
        return "unreadable", str(error)
    if digest == placed.digest:
        return "sound", ""
    if stamp == placed.stamp:
        return "damaged", "its bytes are not those that were written, and nobody wrote to it; check its disk"
    return "changed", "somebody changed it since it was placed, so it is theirs"


def _link(placed: Placed) -> tuple[str, str]:
    leads: Path | None = placed.target.readlink() if placed.target.is_symlink() else None
    return ("sound", "") if leads == placed.source else ("changed", "it does not lead to its source any more")
