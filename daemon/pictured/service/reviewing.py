"""What a person decides on proposals, and carrying out what was approved.

A decision is on the disk before anything is done, so a crash between the two costs nothing: what is approved is
carried out by whoever opens the index next. It is carried out only while all is as it was planned; else it is dropped,
and the picture goes down the line once more.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

from pictured.collecting.companions import accompanied
from pictured.collecting.planning import target_of
from pictured.collecting.settings import OnConflict
from pictured.disk.reading import stamp_now
from pictured.errors import FileError, Unanswered
from pictured.flow import Collect, Keep, Match, Outcome, Picture
from pictured.service.accompanying import astray, companions_of, in_the_way, moved_aside
from pictured.service.acting import act, undo
from pictured.service.confirming import confirmed
from pictured.service.library import Library, Scope
from pictured.service.merging import merged
from pictured.service.proposing import rule_of, wish_of
from pictured.service.rendering import Applied, applied
from pictured.service.reports import Decision, Reviewed
from pictured.service.searching import CLAIMED
from pictured.service.workers import Workers
from pictured.store.queue import Proposal, Queue
from pictured.store.renders import Renders


async def review(
    library: Library,
    workers: Workers,
    desk: asyncio.Lock,
    decision: Decision,
    numbers: Sequence[int],
    copy: Path | None = None,
) -> AsyncGenerator[Reviewed]:
    """Decide on proposals by their numbers, one after another. `copy` is the file that "prefer" chooses.

    `desk` is held while something is placed: two steps must not find the same name free.
    """
    queue = Queue(library.db)
    for number in numbers:
        proposal = queue.of(number)
        if proposal is None:
            told = f"there is no proposal {number}; `pictured review` lists what waits"
            yield Reviewed(number, decision, None, told, told)
        elif decision == "undo":
            yield await _undone(library, proposal)
        elif proposal.state not in ("waiting", "approved"):
            told = f"proposal {number} does not wait, it is {proposal.state}"
            told += " (`pictured review undo` takes that back)" if proposal.state in ("denied", "done") else ""
            yield Reviewed(number, decision, proposal, told, told)
        elif decision == "deny":
            queue.decide(proposal, "denied", time.time())
            yield _told(library, decision, proposal, "it is never proposed again")
        elif decision == "approve":
            queue.decide(proposal, "approved", time.time())
            yield await _carried_out(library, workers, desk, decision, number)
        else:
            refusal = await _choose(library, workers, proposal, copy)
            if refusal is not None:
                yield Reviewed(number, decision, proposal, refusal, refusal)
            else:
                yield await _carried_out(library, workers, desk, decision, number)


async def carry_out(library: Library, workers: Workers, desk: asyncio.Lock) -> AsyncGenerator[Reviewed]:
    """Carry out what was approved and is not done yet: after a crash, or once a destination is back."""
    for proposal in Queue(library.db).approved():
        done = await _carried_out(library, workers, desk, "prefer" if proposal.chosen else "approve", proposal.id)
        if done.error is None or done.error != proposal.note:
            yield done


async def alternatives(library: Library, workers: Workers, proposal: Proposal, scope: Scope) -> list[Match]:
    """The files that may be collected instead of the proposed one: confirmed copies of it, or of what asks for it.

    The proposed file is among them. Nothing is confirmed by a file that is no longer as it was read.
    """
    found: dict[Path, Match] = {}
    for picture in _asking(library, proposal):
        if stamp_now(picture.path) == picture.stamp:
            claims = _claims(library, picture, scope)
            for match in await confirmed(workers, picture.path, claims, picture.stamp):
                if match.kind in CLAIMED:
                    found.setdefault(match.picture.path, match)
    return list(found.values())


def _asking(library: Library, proposal: Proposal) -> list[Picture]:
    """The pictures that tell what is a copy: the query as it was then, and what is proposed."""
    step = proposal.step
    query = step.query if isinstance(step, Collect) else None
    named = ((query, proposal.asked), (step.source, step.digest))
    known = ((library.catalogue.picture(path), digest) for path, digest in named if path is not None)
    return [picture for picture, digest in known if picture is not None and picture.content.digest == digest]


def _claims(library: Library, picture: Picture, scope: Scope) -> list[Match]:
    related = library.copies(library.recalled(picture.content), scope)
    return [match for match in related if match.kind in CLAIMED]


async def _carried_out(
    library: Library, workers: Workers, desk: asyncio.Lock, decision: Decision, number: int
) -> Reviewed:
    async with desk:
        # Somebody else may have done it while the desk was taken.
        proposal = Queue(library.db).of(number)
        if proposal is None or proposal.state != "approved":
            return Reviewed(number, decision, proposal, "it is done already" if proposal else "it is gone")
        if isinstance(proposal.step, Collect):
            lane = library.lanes.of(wish_of(proposal).entry.into)
            try:
                await lane.ready()
            except Unanswered as error:
                Queue(library.db).decide(proposal, "approved", time.time(), str(error))
                return replace(_told(library, decision, proposal, str(error)), error=str(error))
            async with lane.held():
                return await _collected(library, decision, proposal, proposal.step)
    return await _rendered(library, workers, decision, proposal)


async def _collected(library: Library, decision: Decision, proposal: Proposal, step: Collect) -> Reviewed:
    queue, into = Queue(library.db), wish_of(proposal).entry.into
    standing = library.journal.standing(step.entry, step.digest)
    if standing is not None:
        kept = await act(Keep(step.entry, step.query, step.source, standing, "it is already collected"), library, into)
        queue.decide(proposal, "done", time.time())
        return _told(library, decision, proposal, "it is already collected", did=kept)
    step = _named(library, proposal, step)
    stale = await _stale(library, proposal, step)
    if stale is None:
        outcome = await act(step, library, into)
        if outcome.error is None:
            queue.decide(proposal, "done", time.time())
            return _told(library, decision, proposal, "it is collected", did=outcome)
        stale = await _stale(library, proposal, step)
        if stale is None:
            queue.decide(proposal, "approved", time.time(), outcome.error)
            told = _told(library, decision, proposal, outcome.error, did=outcome)
            return replace(told, error=outcome.error)
    return _dropped(library, decision, proposal, stale)


async def _rendered(library: Library, workers: Workers, decision: Decision, proposal: Proposal) -> Reviewed:
    queue, step, rule = Queue(library.db), proposal.step, rule_of(proposal)
    if Renders(library.db).of(step.digest, proposal.asked) is not None:
        queue.decide(proposal, "done", time.time())
        return _told(library, decision, proposal, "it was done before")
    picture = library.catalogue.picture(step.source)
    if picture is None or picture.stamp != step.stamp or stamp_now(step.source) != step.stamp:
        return _dropped(library, decision, proposal, "the picture changed or is gone")
    try:
        traits = await workers.examine(picture.path, picture.stamp)
    except FileError as error:
        return _dropped(library, decision, proposal, str(error))
    did = await applied(library, workers, rule, picture, traits)
    if did.retry:
        queue.decide(proposal, "approved", time.time(), did.error)
        return replace(_told(library, decision, proposal, did.error or "", did=did), error=did.error)
    queue.decide(proposal, "done", time.time(), did.error or did.kept)
    return replace(_told(library, decision, proposal, did.error or did.kept or "it is done", did=did), error=did.error)


def _named(library: Library, proposal: Proposal, step: Collect) -> Collect:
    """The step with another name, where another picture got its name meanwhile: who approved it wants the picture."""
    name, taken = in_the_way(step), stamp_now(step.target)
    renaming = wish_of(proposal).entry.on_conflict is OnConflict.RENAME
    # What has as many bytes may be the same: that is for the plan to find out.
    same = name == step.target and taken is not None and taken.size == step.stamp.size
    if name is None or same or not renaming:
        return step
    moved = moved_aside(step)
    Queue(library.db).retarget(proposal, moved)
    return moved


async def _stale(library: Library, proposal: Proposal, step: Collect) -> str | None:
    """Why a copy can no longer be made as it was planned; None where it can."""
    if stamp_now(step.source) != step.stamp:
        return "the source changed or is gone"
    if step.replaces is not None:
        if library.journal.placed_at(step.replaces.target) != step.replaces:
            return "what it was to replace is there no longer"
        if any(stamp_now(each.target) != each.stamp for each in (step.replaces, *step.replaces.companions)):
            return "what it was to replace was changed"
    if in_the_way(step) is not None:
        return "its name is taken by now"
    return await astray(library, step) if wish_of(proposal).entry.sidecars else None


def _dropped(library: Library, decision: Decision, proposal: Proposal, why: str) -> Reviewed:
    Queue(library.db).decide(proposal, "dropped", time.time(), why)
    again = _reopened(library, proposal)
    told = f"{why}, so nothing was written and it is planned anew"
    return replace(_told(library, decision, proposal, told), error=told, again=again)


def _reopened(library: Library, proposal: Proposal) -> Path:
    """Have the picture handled again that the proposal was made for."""
    step = proposal.step
    subject = (step.query if isinstance(step, Collect) else None) or step.source
    library.catalogue.reopen(subject)
    return subject


async def _choose(library: Library, workers: Workers, proposal: Proposal, copy: Path | None) -> str | None:
    """Change a proposal to another copy and approve it; why not, where that cannot be."""
    step = proposal.step
    if not isinstance(step, Collect):
        return "a rule has one source; approve or deny it"
    if copy is None:
        return "name the copy that is to be collected instead"
    found = await alternatives(library, workers, proposal, wish_of(proposal).scope)
    match = next((each for each in found if each.picture.path == copy), None)
    if match is None:
        return "this file is no known copy from the entry's folders; `pictured explain` tells what is known of it"
    picture = match.picture
    if stamp_now(copy) != picture.stamp:
        return "this file changed since it was read; try again in a moment"
    entry = wish_of(proposal).entry
    chosen = replace(
        step,
        source=copy,
        stamp=picture.stamp,
        digest=picture.content.digest,
        target=target_of(entry, match, step.query),
        reason="it was chosen in a review",
    )
    companions = await companions_of(library, copy) if entry.sidecars else ()
    if entry.merge_metadata:
        beside = [each.picture for each in found if each.picture.path != copy]
        companions = (await merged(library, workers, picture, beside, companions)).companions
    chosen = moved_aside(accompanied(chosen, companions))
    others = {each.picture.content.digest for each in found} | {step.digest}
    Queue(library.db).choose(proposal, chosen, others - {chosen.digest}, time.time())
    return None


async def _undone(library: Library, proposal: Proposal) -> Reviewed:
    queue, step = Queue(library.db), proposal.step
    if proposal.state in ("waiting", "dropped"):
        told = f"nothing was decided on proposal {proposal.id}, it is {proposal.state}"
        return Reviewed(proposal.id, "undo", proposal, told, told)
    refusal = await _taken_back(library, proposal) if proposal.state == "done" else None
    if refusal is not None:
        return Reviewed(proposal.id, "undo", proposal, refusal, refusal)
    if not isinstance(step, Collect):
        Renders(library.db).forget(step.digest, proposal.asked)
    elif proposal.chosen:
        scope, asking = wish_of(proposal).scope, _asking(library, proposal)
        own = {match.picture.content.digest for each in asking for match in _claims(library, each, scope)}
        queue.allow(proposal.asked, own)
        queue.decide(proposal, "dropped", time.time(), "the choice was taken back")
        again = _reopened(library, proposal)
        return replace(_told(library, "undo", proposal, "the choice is taken back"), again=again)
    queue.decide(proposal, "waiting", time.time())
    # What was proposed instead in the meantime, waits no longer when this is planned again.
    denied = proposal.state == "denied"
    waits = _told(library, "undo", proposal, "it waits again")
    return replace(waits, again=_reopened(library, proposal) if denied else None)


async def _taken_back(library: Library, proposal: Proposal) -> str | None:
    """Take back what was placed for a proposal; why not, where that cannot be."""
    step, journal = proposal.step, library.journal
    if isinstance(step, Collect):
        standing = journal.standing(step.entry, step.digest)
        placed = [] if standing is None else [standing]
    else:
        placed = journal.rendered(step.entry, step.source)
    for each in placed:
        refusal = await undo(each, library)
        if refusal is not None:
            return refusal
    return None


def _told(
    library: Library, decision: Decision, proposal: Proposal, reason: str, did: Outcome | Applied | None = None
) -> Reviewed:
    return Reviewed(proposal.id, decision, Queue(library.db).of(proposal.id), reason, did=did)
