"""Carries out steps: the intent first, then the file, then the record. The only caller of `disk.placing`."""

import asyncio
import time
from pathlib import Path

from pictured.disk.placing import finish, is_gone, place, take_back, temporary_name
from pictured.disk.volumes import presence
from pictured.errors import FileError, Unreadable
from pictured.flow import Collect, Keep, Outcome, Placed, Step
from pictured.service.library import Library
from pictured.store.journal import Journal


async def act(step: Step, library: Library, into: Path) -> Outcome:
    """Do one step of an entry that collects into a folder, and journal it.

    Never raises a FileError: what went wrong is in the outcome.
    """
    journal = library.journal
    if isinstance(step, Keep):
        if step.query is not None and step.placed is not None:
            journal.answer(step.entry, step.query, step.placed.id, step.reason, time.time())
        return Outcome(step, step.placed)
    try:
        _require_there(library, step.entry, into)
    except FileError as error:
        return Outcome(step, None, str(error))
    intent = journal.begin(step, time.time())
    try:
        stamp = await asyncio.to_thread(place, step, temporary_name(step.target, intent))
    except FileError as error:
        journal.abandon(intent)
        return Outcome(step, None, str(error))
    library.catalogue.see_root(into, stamp.device, time.time())
    return Outcome(step, journal.finish(intent, stamp, time.time()))


def recover(journal: Journal) -> tuple[list[Outcome], list[Collect]]:
    """Bring to an end what a crash cut off: steps that were completed now, and steps that were cleaned away.

    A step whose destination cannot be reached keeps its intent and is looked at again at the next start.
    """
    finished, dropped = [], []
    for intent, step in journal.intents():
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
    return finished, dropped


async def undo(placed: Placed, journal: Journal) -> str | None:
    """Take back what was placed; None where that was done, else why not.

    A file that is gone counts as taken back: a crash may have come between its removal and the record of it.
    """
    if journal.placed_at(placed.target) != placed:
        return "it was taken back or replaced before"
    try:
        if not await asyncio.to_thread(take_back, placed) and not await asyncio.to_thread(is_gone, placed):
            return "it was changed or removed since it was placed, so it is left as it is"
    except FileError as error:
        return str(error)
    journal.undo(placed.id, time.time())
    return None


def _require_there(library: Library, entry: str, into: Path) -> None:
    """Raise Unreadable where the destination's drive is not mounted: its empty mount point must not be filled."""
    known = library.catalogue.root(into)
    if known is None:
        return
    found = presence(into, known.device, was_filled=bool(library.journal.active(entry)))
    if not found.online:
        raise Unreadable(f"The destination {found.reason}")
