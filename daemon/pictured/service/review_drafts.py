"""What a rule would make, made to be looked at before it is approved: in our own folder, and placed nowhere."""

import asyncio
import shutil
from pathlib import Path
from typing import Any, Final

from pictured.disk.reading import stamp_of
from pictured.errors import Refused, UsageError
from pictured.flow import Render
from pictured.imaging.rendered import Rendered
from pictured.reporting.cards import Card, Made, Wanted, result_card
from pictured.rules.naming import facts_of
from pictured.rules.planning import planned
from pictured.service.delivering import Delivery
from pictured.service.library import Library
from pictured.service.proposing import rule_of
from pictured.service.rendering import draft_folder, drafted, kept_back, told_of
from pictured.service.workers import Workers
from pictured.store.queue import Proposal

_KEPT: Final = 8


class Drafts:
    """The last 8 results that were looked at. `close` removes them; what a crash leaves, the daemon's next start."""

    def __init__(self, library: Library, workers: Workers) -> None:
        self._library = library
        self._workers = workers
        self._made: dict[int, tuple[Path, Card]] = {}
        self._turn = asyncio.Lock()

    async def of(self, proposal: Proposal) -> Card:
        """The card of a proposal with what its rule would make of the picture now.

        Raises:
            UsageError: it is no rule's proposal.
            FileError: the picture cannot be read, or the rule cannot be carried out on it.
        """
        if not isinstance(proposal.step, Render):
            raise UsageError(f"proposal {proposal.id} is a copy, which is made as it is")
        async with self._turn:
            known = self._made.get(proposal.id)
            if known is not None and known[0].exists():
                return known[1]
            folder = draft_folder(self._library)
            try:
                card = await self._drawn(proposal, proposal.step, folder)
            except BaseException:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
                raise
            self._made[proposal.id] = (folder, card)
            while len(self._made) > _KEPT:
                gone, _ = self._made.pop(next(iter(self._made)))
                await asyncio.to_thread(shutil.rmtree, gone, ignore_errors=True)
            return card

    def close(self) -> None:
        """Remove them."""
        for folder, _ in self._made.values():
            shutil.rmtree(folder, ignore_errors=True)
        self._made.clear()

    async def _drawn(self, proposal: Proposal, step: Render, folder: Path) -> Card:
        picture, rule = self._library.catalogue.picture(step.source), rule_of(proposal)
        if picture is None or picture.stamp != step.stamp:
            raise Refused("the picture changed or is gone; it is planned anew when you approve it")
        traits = await self._workers.examine(picture.path, picture.stamp)
        facts = facts_of(picture, traits.exif, rule.name)
        delivery = Delivery(rule, planned(rule, picture, facts), picture, facts)
        rendered = await drafted(self._workers, delivery, traits, folder)
        first = next((each for each in rendered.made if each.width), rendered.made[0])
        after = Wanted(first.file, stamp_of(first.file))
        before = Wanted(step.source, step.stamp)
        target = step.target.with_suffix(first.extension)
        known, size, told = picture.content, step.stamp.size, told_of(rendered)
        made = Made(rule.name, step.reason, step.source, before, size, target, after.stamp, known, told)
        return Card({**result_card(proposal.id, made).facts, "draft": _drafting(delivery, rendered)}, (before, after))


def _drafting(delivery: Delivery, rendered: Rendered) -> dict[str, Any]:
    """What a draft is said to be: bytes of all its files, their number, and why it would not be placed."""
    return {
        "bytes": sum(each.size for each in rendered.made),
        "files": len(rendered.made),
        "kept": kept_back(delivery, rendered),
    }
