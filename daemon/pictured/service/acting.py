"""Carries out steps: the intent first, then the file, then the record. The only caller of `disk.placing`.

Whatever touches a destination happens in its lane. What comes from there too late is taken down all the same, and what
never comes keeps its intent, which the next start looks at.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from pictured.disk.naming import elsewhere
from pictured.disk.paths import shown
from pictured.disk.placing import place, temporary_name
from pictured.disk.together import place_together, refusal_to_take_back, take_back_together
from pictured.errors import FileError, StoreError, Unanswered, Unfinished
from pictured.flow import Collect, Form, Keep, Outcome, Placed, Stamp, Step
from pictured.service.lanes import Lane
from pictured.service.library import Library
from pictured.service.reaching import lane_to, offline, see
from pictured.store.sidecar import Kept


async def act(step: Step, library: Library, into: Path) -> Outcome:
    """Do one step of an entry that collects into a folder, and journal it.

    Never raises a FileError: what went wrong is in the outcome.
    """
    if isinstance(step, Keep):
        if step.put_off:
            return Outcome(step, None, step.reason)
        if step.query is not None and step.placed is not None:
            library.journal.answer(step.entry, step.query, step.placed.id, step.reason, time.time())
        return Outcome(step, step.placed)
    absent = await offline(into, library)
    if absent is not None:
        return Outcome(step, None, absent)
    kept = library.lanes.turn_kept(into)

    def note(intent: int, stamps: tuple[Stamp, ...]) -> Placed:
        stamp, *others = stamps
        together = tuple(zip(step.companions, others, strict=True))
        placed = library.journal.finish(intent, stamp, time.time(), together)
        _keep_apart(library, placed, step.replaces)
        return placed

    try:
        await see(into, library)
        placed = await _written(step, library, library.lanes.of(into), partial(place_together, kept=kept), note)
    except FileError as error:
        return Outcome(step, None, str(error))
    if step.replaces is None and not kept():
        return await _given_up(step, placed, library)
    with suppress(Unanswered):
        await see(into, library)
    return Outcome(step, placed)


def is_one_too_many(step: Collect, placed: Placed, library: Library) -> bool:
    """Whether another machine placed the same while this one could not be waited for."""
    other = library.journal.standing(step.entry, step.digest) if library.db.naming.machine else None
    return other is not None and other.id != placed.id and step.replaces is None


async def _given_up(step: Collect, placed: Placed, library: Library) -> Outcome:
    """Take back what was placed out of turn: meanwhile another machine may have placed the same."""
    try:
        if await lane_to(placed.target, library).do(partial(take_back_together, placed)):
            library.journal.disown(placed.id, time.time())
            _keep_apart(library, None, placed)
    except FileError as error:
        return Outcome(step, None, str(error))
    return Outcome(step, None, "this machine stood still or was cut off, another one took over; it is planned again")


async def _written(
    step: Collect,
    library: Library,
    lane: Lane,
    write: Callable[[Collect, int], tuple[Stamp, ...]],
    note: Callable[[int, tuple[Stamp, ...]], Placed],
) -> Placed:
    """Write down the intent, write the files, and note them, be it late. Raises the FileErrors of `write`."""
    journal = library.journal
    intent = journal.begin(step, time.time())

    def late(call: asyncio.Future[tuple[Stamp, ...]]) -> None:
        error = call.exception()
        # A daemon that ends meanwhile has closed the index; the intent is for the next start then.
        with suppress(StoreError):
            if error is None:
                placed = note(intent, call.result())
                if is_one_too_many(step, placed, library):
                    giving_up = asyncio.ensure_future(_given_up(step, placed, library))
                    giving_up.add_done_callback(lambda done: done.cancelled() or done.exception())
                    library.lanes.note(giving_up)
            elif isinstance(error, FileError) and not isinstance(error, Unfinished):
                journal.abandon(intent)

    size = sum(each.stamp.size for each in (step, *step.companions))
    try:
        stamps = await lane.do(partial(write, step, intent), size=size, late=late)
    except (Unanswered, Unfinished):
        raise
    except FileError:
        journal.abandon(intent)
        raise
    return note(intent, stamps)


def _keep_apart(library: Library, placed: Placed | None, gone: Placed | None) -> None:
    # The second record is for the day on which the first is damaged; where it lags, the next start mends it.
    with suppress(OSError):
        if gone is not None:
            library.sidecar.remove(gone.id)
        if placed is not None:
            library.sidecar.add(Kept(placed, tuple(library.journal.answered_by(placed.id))))


async def undo(placed: Placed, library: Library) -> str | None:
    """Take back what was placed; None where that was done, else why not.

    A picture and its companions are taken back together, whichever of them is given. A file that is gone counts as
    taken back: a crash may have come between its removal and the record of it.
    """
    journal = library.journal
    placed = journal.unit_of(placed)
    other = elsewhere(placed.target)
    if other is not None:
        return f"it lies on {other}, which this machine cannot see; take it back there"
    if journal.placed_at(placed.target) != placed:
        return "it was taken back or replaced before"
    original = journal.original_of(placed)
    if original is not None:
        return await _put_back(original, placed, library)
    lane = lane_to(placed.target, library)
    try:
        left = await lane.do(partial(refusal_to_take_back, placed))
        if left is not None:
            return _refused(left, placed)
        if placed.companions:
            journal.begin_undo(placed.id)
        if not await lane.do(partial(take_back_together, placed)):
            journal.abandon_undo(placed.id)
            return _refused(placed, placed)
    except FileError as error:
        return str(error)
    journal.undo(placed.id, time.time())
    _keep_apart(library, None, placed)
    return None


def _refused(left: Placed, placed: Placed) -> str:
    if left.target == placed.target:
        return "it was changed or removed since it was placed, so it is left as it is"
    return f"{shown(left.target.name)}, which belongs to it, was changed since it was placed, so all is left as it is"


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

    def note(intent: int, stamps: tuple[Stamp, ...]) -> Placed:
        made = journal.finish(intent, stamps[0], time.time())
        journal.disown(made.id, time.time())
        _keep_apart(library, None, placed)
        return made

    try:
        await _written(step, library, lane_to(step.target, library), _placed_alone, note)
    except FileError as error:
        return str(error)
    return None


def _placed_alone(step: Collect, intent: int) -> tuple[Stamp, ...]:
    return (place(step, temporary_name(step.target, intent)),)
