"""Carries out a rule on a picture: examine, render into our own folder, choose names, place, and keep a record.

What was rendered waits in a folder beside the index until it is placed like any copy, so the journal, the crash
recovery and `undo` are the same for both. A crash before that costs the work and nothing else.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pictured.disk.paths import shown
from pictured.errors import FileError, TooLarge
from pictured.flow import Collect, Keep, Outcome, Picture, Render
from pictured.imaging.operations.memory import peak
from pictured.imaging.rendered import Order, Rendered
from pictured.imaging.traits import Traits
from pictured.rules.naming import facts_of
from pictured.rules.planning import may_grow, operations_of, planned
from pictured.rules.rule import Rule
from pictured.service.acting import act
from pictured.service.delivering import Delivery, steps_for
from pictured.service.library import Library
from pictured.service.workers import Workers
from pictured.store.renders import Rendering, Renders

_DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one picture by one rule.

    outcomes  of its steps; empty where the rule could not be carried out
    kept      why nothing was written, where nothing had to be
    error     why it could not be carried out
    retry     whether it may go better later
    told      what the operations had to tell, as JSON values
    """

    rule: str
    source: Path
    outcomes: tuple[Outcome, ...] = ()
    kept: str | None = None
    error: str | None = None
    retry: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def placed(self) -> list[Outcome]:
        """The outcomes of results that were written."""
        return [each for each in self.outcomes if each.placed is not None and isinstance(each.step, Collect)]


async def applied(library: Library, workers: Workers, rule: Rule, picture: Picture, traits: Traits) -> Applied:
    """Carry out a rule that takes a picture. Never raises a FileError: what went wrong is in the answer."""
    began = time.monotonic()
    facts = facts_of(picture, traits.exif, rule.name)
    delivery = Delivery(rule, planned(rule, picture, facts), picture, facts)
    folder = draft_folder(library)
    lane = library.lanes.of(_destination(rule, picture.path))
    try:
        await lane.ready()
        rendered = await drafted(workers, delivery, traits, folder)
        await lane.ready()
        # Two pictures must not find the same name free.
        async with lane.held():
            done = await _placed(library, delivery, rendered)
    except FileError as error:
        done = Applied(rule.name, picture.path, error=str(error), retry=error.retry)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    if not done.retry:
        _record(library, delivery.render, done)
    return replace(done, seconds=round(time.monotonic() - began, 3))


def _destination(rule: Rule, path: Path) -> Path:
    """Where names are chosen for what a rule makes of a file."""
    inside = next((folder for folder in rule.folders if path.is_relative_to(folder)), path.parent)
    return rule.output.into or rule.output.backup or inside


def draft_folder(library: Library) -> Path:
    """Make an empty folder for results that wait to be placed or looked at; who makes it removes it."""
    drafts = library.home / _DRAFTS
    drafts.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=drafts))


def sweep_drafts(library: Library) -> None:
    """Remove what a crash left of results that were not placed. The caller holds the index."""
    shutil.rmtree(library.home / _DRAFTS, ignore_errors=True)


async def drafted(workers: Workers, delivery: Delivery, traits: Traits, folder: Path) -> Rendered:
    """Carry out a rule into a folder of ours and place nothing. Raises the FileErrors of `Workers.render`."""
    picture = delivery.picture
    operations = operations_of(delivery.rule, delivery.facts)
    needed = peak(traits, operations)
    if needed > workers.rendering_memory:
        raise TooLarge(
            f"{shown(picture.path)} would need {needed / 1e6:.0f} MB to be rendered; "
            f"limits.rendering_memory is {workers.rendering_memory / 1e6:.0f} MB."
        )
    return await workers.render(Order(picture.path, traits, operations, folder), picture.stamp)


def told_of(rendered: Rendered) -> dict[str, Any]:
    """What the operations had to tell, as JSON values."""
    told = {name: dict(values) for name, values in rendered.notes}
    if "quantise" in told:
        told["quantise"]["file_bytes"] = rendered.made[0].size
    return told


def kept_back(delivery: Delivery, rendered: Rendered) -> str | None:
    """Why results are not placed though they could be made; None where they are."""
    made, size = sum(each.size for each in rendered.made), delivery.picture.content.size
    if may_grow(delivery.rule) or made <= size:
        return None
    return f"the result would have {made} bytes, more than the {size} of the source"


async def _placed(library: Library, delivery: Delivery, rendered: Rendered) -> Applied:
    rule, source = delivery.rule, delivery.picture
    told, kept = told_of(rendered), kept_back(delivery, rendered)
    if kept is not None:
        return Applied(rule.name, source.path, kept=kept, told=told)
    outcomes: list[Outcome] = []
    for step in steps_for(delivery, rendered, library):
        target = step.target if isinstance(step, Collect) else None
        into = rule.output.into or (target.parent if target else source.path.parent)
        outcomes.append(await act(step, library, into))
        if outcomes[-1].error is not None:
            return Applied(rule.name, source.path, tuple(outcomes), error=outcomes[-1].error, retry=True, told=told)
    kept_steps = [each.step.reason for each in outcomes if isinstance(each.step, Keep)]
    unwritten = kept_steps[0] if len(kept_steps) == len(outcomes) else None
    return Applied(rule.name, source.path, tuple(outcomes), unwritten, told=told)


def _record(library: Library, render: Render, done: Applied) -> None:
    outcome: Literal["placed", "kept", "refused"]
    outcome = "refused" if done.error else "kept" if done.kept else "placed"
    reason = done.error or done.kept or render.reason
    rendering = Rendering(
        render.digest, render.rule, render.entry, render.source, time.time(), outcome, reason, done.told
    )
    Renders(library.db).record(rendering)
