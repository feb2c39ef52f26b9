"""Brings to an end what a crash cut off, before anything else is done with the index."""

import asyncio
import time
from contextlib import suppress
from functools import partial

from pictured.disk.together import finish_together, take_back_together
from pictured.errors import FileError, StoreError
from pictured.events import Event
from pictured.flow import Collect, Keep, Outcome, Placed, Stamp
from pictured.service.acting import is_one_too_many
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.reaching import lane_to, offline_above
from pictured.store.renders import Renders


async def recovered(library: Library, log: Log) -> None:
    """Recover, and log what became of each step."""
    finished, dropped = await recover(library)
    for outcome in finished:
        if outcome.error is None:
            log.warning(Event.INTENT_FINISHED, target=outcome.placed and outcome.placed.target)
        else:
            log.error(Event.COPY_FAILED, error=outcome.error)
    for step in dropped:
        log.warning(Event.INTENT_DROPPED, target=step.target)


async def recover(library: Library) -> tuple[list[Outcome], list[Collect]]:
    """Bring to an end what a crash cut off: steps that were completed now, and steps that were cleaned away.

    A step whose destination cannot be reached keeps its intent and is looked at again at the next start; where the
    destination merely hangs, as soon as it answers.
    """
    finished, dropped = [], []
    for intent, step in library.journal.intents():
        absent = await offline_above(step.target, library)
        if absent is not None:
            finished.append(Outcome(step, None, absent))
            continue
        try:
            placed = await _finished(step, intent, library)
        except FileError as error:
            finished.append(Outcome(step, None, str(error)))
            continue
        if placed is not None and await _gave_up(step, placed, library):
            placed = None
        if placed is None:
            dropped.append(step)
        else:
            finished.append(Outcome(step, placed))
    finished += await _finish_undoing(library)
    with suppress(OSError):
        library.sidecar.agree(library.journal.kept())
        Renders(library.db).agree()
    return finished, dropped


async def _finished(step: Collect, intent: int, library: Library) -> Placed | None:
    """Complete a step that was cut off, or clear it away and give None; be it late. Raises Unreadable."""
    journal = library.journal

    def note(stamps: tuple[Stamp | None, ...] | None) -> Placed | None:
        if stamps is None or stamps[0] is None:
            journal.abandon(intent)
            return None
        together = zip(step.companions, stamps[1:], strict=True)
        there = tuple((companion, stamp) for companion, stamp in together if stamp is not None)
        return journal.finish(intent, stamps[0], time.time(), there)

    def late(call: asyncio.Future[tuple[Stamp | None, ...] | None]) -> None:
        if call.exception() is None:
            with suppress(StoreError):
                note(call.result())

    return note(await lane_to(step.target, library).do(partial(finish_together, step, intent), late=late))


async def _gave_up(step: Collect, placed: Placed, library: Library) -> bool:
    """Take a file back that another machine has placed, too, while this one was down."""
    if not is_one_too_many(step, placed, library):
        return False
    try:
        back = await lane_to(placed.target, library).do(partial(take_back_together, placed))
    except FileError:
        return False
    if back:
        library.journal.disown(placed.id, time.time())
    return back


async def _finish_undoing(library: Library) -> list[Outcome]:
    failed = []
    for placed in library.journal.undoing():
        absent = await offline_above(placed.target, library)
        try:
            if absent is None and await lane_to(placed.target, library).do(partial(take_back_together, placed)):
                library.journal.undo(placed.id, time.time())
            elif absent is None:
                library.journal.abandon_undo(placed.id)
        except FileError as error:
            absent = str(error)
        if absent is not None:
            failed.append(Outcome(Keep(placed.entry, None, None, placed, "it is being taken back"), None, absent))
    return failed
