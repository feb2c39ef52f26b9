"""Carries out steps: the intent first, then the file, then the record. The only caller of `disk.placing`."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.placing import finish, is_gone, place, take_back, temporary_name
from pictured.disk.volumes import presence
from pictured.errors import FileError
from pictured.flow import Collect, Form, Keep, Outcome, Placed, Step
from pictured.service.library import Library
from pictured.store.sidecar import Kept


async def act(step: Step, library: Library, into: Path) -> Outcome:
    """Do one step of an entry that collects into a folder, and journal it.

    Never raises a FileError: what went wrong is in the outcome.
    """
    journal = library.journal
    if isinstance(step, Keep):
        if step.query is not None and step.placed is not None:
            journal.answer(step.entry, step.query, step.placed.id, step.reason, time.time())
        return Outcome(step, step.placed)
    absent = offline(into, library)
    if absent is not None:
        return Outcome(step, None, absent)
    _see(into, library)
    intent = journal.begin(step, time.time())
    try:
        stamp = await asyncio.to_thread(place, step, temporary_name(step.target, intent))
    except FileError as error:
        journal.abandon(intent)
        return Outcome(step, None, str(error))
    _see(into, library)
    placed = journal.finish(intent, stamp, time.time())
    _keep_apart(library, placed, step.replaces)
    return Outcome(step, placed)


def _keep_apart(library: Library, placed: Placed | None, gone: Placed | None) -> None:
    # The second record is for the day on which the first is damaged; where it lags, the next start mends it.
    with suppress(OSError):
        if gone is not None:
            library.sidecar.remove(gone.id)
        if placed is not None:
            library.sidecar.add(Kept(placed, tuple(library.journal.answered_by(placed.id))))


def recover(library: Library) -> tuple[list[Outcome], list[Collect]]:
    """Bring to an end what a crash cut off: steps that were completed now, and steps that were cleaned away.

    A step whose destination cannot be reached keeps its intent and is looked at again at the next start.
    """
    journal = library.journal
    finished, dropped = [], []
    for intent, step in journal.intents():
        absent = next(filter(None, (offline(folder, library) for folder in step.target.parents)), None)
        if absent is not None:
            finished.append(Outcome(step, None, absent))
            continue
        try:
            stamp = finish(step, temporary_name(step.target, intent))
        except FileError as error:
            finished.append(Outcome(step, None, str(error)))
            continue
        if stamp is None:
            journal.abandon(intent)
            dropped.append(step)
        else:
            finished.append(Outcome(step, journal.finish(intent, stamp, time.time())))
    with suppress(OSError):
        library.sidecar.agree(journal.kept())
    return finished, dropped


async def undo(placed: Placed, library: Library) -> str | None:
    """Take back what was placed; None where that was done, else why not.

    A file that is gone counts as taken back: a crash may have come between its removal and the record of it.
    """
    journal = library.journal
    if journal.placed_at(placed.target) != placed:
        return "it was taken back or replaced before"
    original = journal.original_of(placed)
    if original is not None:
        return await _put_back(original, placed, library)
    try:
        if not await asyncio.to_thread(take_back, placed) and not await asyncio.to_thread(is_gone, placed):
            return "it was changed or removed since it was placed, so it is left as it is"
    except FileError as error:
        return str(error)
    journal.undo(placed.id, time.time())
    _keep_apart(library, None, placed)
    return None


async def _put_back(original: Placed, placed: Placed, library: Library) -> str | None:
    """Put a person's original, which a rule worked on in place, back from where it was kept."""
    journal = library.journal
    kept = journal.standing(placed.entry, original.digest)
    if kept is None:
        return "the original is no longer where it was kept, so the picture is left as it is"
    # The kept file has the times of the original, as every copy has those of its source.
    step = Collect(
        entry=placed.entry,
        query=None,
        source=kept.target,
        stamp=kept.stamp,
        digest=original.digest,
        target=placed.target,
        form=Form.COPY,
        reason="the original is put back",
        replaces=placed,
    )
    intent = journal.begin(step, time.time())
    try:
        stamp = await asyncio.to_thread(place, step, temporary_name(step.target, intent))
    except FileError as error:
        journal.abandon(intent)
        return str(error)
    journal.disown(journal.finish(intent, stamp, time.time()).id, time.time())
    _keep_apart(library, None, placed)
    return None


def offline(into: Path, library: Library) -> str | None:
    """Why a destination is not there, None if it is, is new, or was removed by somebody and may be made again.

    What tells a removed folder from a drive that is not mounted is the device of what is left of its path.
    """
    known = library.catalogue.root(into)
    if known is None or known.device is None:
        return None
    if into.exists():
        found = presence(into, known.device, was_filled=True)
        return None if found.online else f"The destination is offline: {found.reason}"
    left = next(folder for folder in into.parents if folder.exists())
    if left.stat().st_dev == known.device:
        return None
    return f"The destination {shown(into)} is offline; connect its drive."


def _see(into: Path, library: Library) -> None:
    """Remember the device of a destination, to know its empty mount point by."""
    if not into.is_dir():
        return
    known, device = library.catalogue.root(into), into.stat().st_dev
    if known is None or known.device != device:
        library.catalogue.see_root(into, device, time.time())
