"""The one door through which files are written into destinations.

A step is carried out in this order, and every line is complete before the next begins:

    1. look     the source is as indexed, the replaced file as we left it, the target free    nothing is written before
    2. make     the temporary beside the target: copied, flushed, read back, dressed, flushed
    3. claim    the target's name, by a link that refuses to overwrite, or in place of our own file, in our turn
    4. tidy     remove the temporary, flush the folder, then remove the replaced file where it has another name

Up to and including 3, an error or a crash leaves the destination as it was. From then on the step has succeeded.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from pictured.disk.claiming import (
    changed,
    claim_in_place,
    claim_name,
    claim_new,
    claimed,
    discard,
    remove,
    remove_reservation,
    require_free,
    seen,
    still_ours,
)
from pictured.disk.faults import translated
from pictured.disk.flushing import flush_folder, make_folders
from pictured.disk.making import make, removed_on_error
from pictured.disk.paths import shown
from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError, Refused
from pictured.flow import Collect, Placed, Stamp


def temporary_name(target: Path, intent: int) -> Path:
    """Name the temporary of `intent` beside `target`: short enough beside a name of 255 bytes, the same every time."""
    mark = blake2b(os.fsencode(target.name), digest_size=4).hexdigest()
    return target.with_name(f".pictured-{intent}-{mark}.tmp")


def place(step: Collect, temporary: Path, kept: Callable[[], bool] = lambda: True) -> Stamp:
    """Put the bytes of the source at the target, in place of the replaced file where one is given.

    Gives the stamp of the file at the target, of the link itself for links. Nothing that is not ours is overwritten
    or removed: Changed where the source, the target or the replaced file is not as `step` says, or where it is not our
    turn to write there any more, which `kept` tells at the last moment. Also raises Vanished and Refused (the source),
    and Unreadable (anything the system does not let us do). After an error everything is as it was, but folders made
    for the target stay.
    """
    target, replaces = step.target, step.replaces
    with translated(target, writing=True):
        _look(step)
        make_folders(target.parent)
    stamp = make(step, temporary)
    with removed_on_error(temporary), translated(target, writing=True):
        require_turn(target, kept)
        if replaces is not None and replaces.target == target:
            claim_in_place(temporary, replaces)
        else:
            claim_new(temporary, target)
    # The copy is in place and complete: a temporary or replaced file that cannot be removed does not undo that.
    with suppress(FileError, OSError):
        _tidy(step, temporary)
    return stamp


def finish(step: Collect, temporary: Path) -> Stamp | None:
    """Bring to its end what a crash cut off: complete the step if its file has its name already, else clean up.

    Gives the stamp of the file at the target where it is there and ours, else None. May be called again. The caller
    makes sure before that the destination's volume is there. Raises Unreadable; then nothing is decided yet.
    """
    claim = claim_name(temporary)
    with translated(step.target, writing=True):
        stamp = claimed(step, (temporary, claim))
        if stamp is not None:
            _tidy(step, temporary)
        else:
            if seen(claim) is not None:
                remove_reservation(step.target)
            discard(claim)
            discard(temporary)
    return stamp


def take_back(placed: Placed) -> bool:
    """Remove what was placed, if it is still exactly as we left it; False where it was changed or is gone.

    Raises Unreadable.
    """
    with translated(placed.target, writing=True):
        return remove(placed)


def is_gone(placed: Placed) -> bool:
    """Tell whether nothing has the name any longer that the file was placed under, though its volume is there.

    Raises Unreadable.
    """
    with translated(placed.target, writing=True):
        folder = seen(placed.target.parent)
        return folder is not None and folder.st_dev == placed.stamp.device and seen(placed.target) is None


def require_turn(target: Path, kept: Callable[[], bool]) -> None:
    """Raise Changed where it is no longer our turn to write into the folder of a target."""
    if not kept():
        raise Changed(
            f"{shown(target.parent)} went over to another machine while this one stood still or was cut off; "
            "it is planned again."
        )


def _look(step: Collect) -> None:
    replaces = step.replaces
    if stamp_of(step.source) != step.stamp:
        raise Changed(f"{shown(step.source)} has changed since it was indexed; it is indexed again once it is quiet.")
    if replaces is not None and replaces.target == step.source and step.draft is None:
        raise Refused(f"{shown(step.source)} cannot replace itself; it stays as it is.")
    if replaces is not None and not still_ours(replaces):
        raise changed(replaces)
    if replaces is None or replaces.target != step.target:
        require_free(step.target)


def _tidy(step: Collect, temporary: Path) -> None:
    discard(temporary)
    flush_folder(step.target.parent)
    if step.replaces is not None and step.replaces.target != step.target:
        remove(step.replaces)
