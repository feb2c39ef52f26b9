"""Whether a destination is there: asked in its lane, because a drive that hangs may never tell."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pictured.disk.naming import elsewhere
from pictured.disk.paths import shown
from pictured.disk.volumes import presence
from pictured.errors import Unanswered
from pictured.service.lanes import Lane
from pictured.service.library import Library

Known = tuple[Path, int]
"""A folder and the device that it was last seen on."""


def lane_to(target: Path, library: Library) -> Lane:
    """Give the lane of the destination that a file lies in; of its own folder where that is none that is known."""
    known = known_above(target, library)
    return library.lanes.of(known[0][0] if known else target.parent)


def known_above(target: Path, library: Library) -> list[Known]:
    """Give the folders above a file that are known, the nearest first."""
    return [known for folder in target.parents for known in _known(folder, library)]


async def offline(into: Path, library: Library) -> str | None:
    """Why a destination is not there, None if it is, is new, or was removed by somebody and may be made again."""
    try:
        return await library.lanes.of(into).do(partial(absence, _known(into, library)))
    except Unanswered as error:
        return str(error)


async def offline_above(target: Path, library: Library) -> str | None:
    """Do as `offline` for the destination of a file, whichever that is."""
    other = elsewhere(target)
    if other is not None:
        return f"The destination lies on {other}, which this machine cannot see."
    try:
        return await lane_to(target, library).do(partial(absence, known_above(target, library)))
    except Unanswered as error:
        return str(error)


def absence(folders: Sequence[Known]) -> str | None:
    """Say why one of some folders is not there.

    What tells a removed folder from a drive that is not mounted is the device of what is left of its path.
    """
    for into, device in folders:
        if into.exists():
            found = presence(into, device, was_filled=True)
            if not found.online:
                return f"The destination is offline: {found.reason}"
            continue
        left = next(folder for folder in into.parents if folder.exists())
        if left.stat().st_dev != device:
            return f"The destination {shown(into)} is offline; connect its drive."
    return None


async def see(into: Path, library: Library) -> None:
    """Remember the device of a destination, to know its empty mount point by. Raises Unanswered."""
    device = await library.lanes.of(into).do(partial(_device, into))
    known = library.catalogue.root(into)
    if device is not None and (known is None or known.device != device):
        library.catalogue.see_root(into, device, time.time())


def _known(folder: Path, library: Library) -> list[Known]:
    known = library.catalogue.root(folder)
    return [] if known is None or known.device is None else [(folder, known.device)]


def _device(into: Path) -> int | None:
    return into.stat().st_dev if into.is_dir() else None
