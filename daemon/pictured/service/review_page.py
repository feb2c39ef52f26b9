"""The page of what waits: each proposal as a card, with the picture that asks and the copies that are known.

Only previews are drawn for it, so that it comes at once; what is behind the cards is asked for by itself
(`review_desk`): copies confirmed, results of rules, every pixel.
"""

import asyncio
import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pictured import __version__
from pictured.collecting.ranking import why
from pictured.errors import FileError
from pictured.flow import Collect, Kind, Match, Stamp, Transform
from pictured.imaging.preview import Preview
from pictured.reporting.cards import Card, Made, Wanted, group_card, result_card
from pictured.reporting.document import About, Drawing, page
from pictured.service.library import Library, Scope
from pictured.service.proposing import wish_of
from pictured.service.searching import CLAIMED
from pictured.service.workers import Workers
from pictured.store.queue import Proposal, Queue

SHOWN = 30
"""Proposals on the page at most; the others come when these are decided."""

_SIDE = 640
_BYTES = 60_000
_KEPT = 500


class Previews:
    """The previews that were drawn; the last 500 are kept, since a page is loaded again and again."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._drawn: dict[tuple[Path, Stamp], Preview | str] = {}

    async def of(self, wanted: Wanted) -> Preview | str:
        """The preview of a file, or why there is none."""
        place = (wanted.path, wanted.stamp)
        if place not in self._drawn:
            try:
                drawn: Preview | str = await self._workers.preview(wanted.path, wanted.stamp, _SIDE, _BYTES)
            except FileError as error:
                return str(error)
            self._drawn[place] = drawn
            if len(self._drawn) > _KEPT:
                del self._drawn[next(iter(self._drawn))]
        return self._drawn[place]

    async def drawing(self, card: Card) -> Drawing:
        """The previews of a card."""
        return Drawing(await asyncio.gather(*map(self.of, card.wanted)))


async def review_page(library: Library, previews: Previews) -> tuple[str, list[Card]]:
    """Give the page with the proposals that have waited longest, and their cards."""
    waiting = Queue(library.db).waiting()
    cards = [card_of(library, proposal) for proposal in waiting[:SHOWN]]
    drawings = await asyncio.gather(*map(previews.drawing, cards))
    return page(0, cards, drawings, _about(len(waiting)), live=True), cards


def key_of(path: Path) -> str:
    """A path as the page sends it back: every byte of it, in ASCII."""
    return base64.urlsafe_b64encode(os.fsencode(path)).decode()


def path_of(key: str) -> Path:
    """The path of a key. Raises ValueError where it is none."""
    return Path(os.fsdecode(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True)))


def card_of(library: Library, proposal: Proposal) -> Card:
    """The card of a proposal."""
    step = proposal.step
    card = _copies(library, proposal, step) if isinstance(step, Collect) else _result(library, proposal)
    replaces = step.replaces if isinstance(step, Collect) else None
    told = {
        "entry": step.entry,
        "target": str(step.target),
        "replaces": None if replaces is None else str(replaces.target),
    }
    return Card({**card.facts, "reasons": [step.reason], "proposal": told}, card.wanted)


def _copies(library: Library, proposal: Proposal, step: Collect) -> Card:
    source = library.catalogue.picture(step.source)
    if source is None:
        # It is gone or changed; who approves it is told so, and it is planned anew.
        gone = Made("", step.reason, step.source, None, step.stamp.size, step.source, step.stamp)
        facts = result_card(proposal.id, gone).facts
        return Card({**facts, "type": "copies", "kinds": [], "saved": 0, "members": [_best(facts)]}, ())
    wish, best = wish_of(proposal), library.itself(source)
    related = [each for each in library.copies(library.recalled(source.content), Scope()) if each.kind in CLAIMED]
    others = [each for each in related if each.picture.path not in (step.source, step.query)]
    asking = [each for each in related if each.picture.path == step.query] or _asking(library, step)
    members = [best, *asking, *others]
    reasons = ["" for _ in asking] + [
        why(best, each, wish.entry.prefer, wish.entry.sources, [best, *others]) for each in others
    ]
    card = group_card(proposal.id, members, reasons)
    told = [
        _member(member, match, step, apart=match in asking and match not in related)
        for member, match in zip(card.facts["members"], members, strict=False)
    ]
    return Card({**card.facts, "members": told}, card.wanted)


def _asking(library: Library, step: Collect) -> list[Match]:
    """The query picture where it is not found by what is kept of the copy: it is shown, but not laid on it."""
    known = None if step.query is None else library.catalogue.picture(step.query)
    return [] if known is None else [Match(known, Kind.SAME, 0.0, Transform())]


def _member(told: Mapping[str, Any], match: Match, step: Collect, *, apart: bool) -> Mapping[str, Any]:
    path, more = match.picture.path, {"key": key_of(match.picture.path)}
    if path == step.query:
        more["label"] = "Asked for"
    return {**told, **more, **({"at": None, "crop": False, "kind": None} if apart else {})}


def _best(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**facts["members"][0], "label": "Best", "at": None}


def _result(library: Library, proposal: Proposal) -> Card:
    """What a rule would do: the picture, and the name of the result."""
    step = proposal.step
    known = library.catalogue.picture(step.source)
    rule, content = step.entry.removeprefix("rules/"), None if known is None else known.content
    before = Wanted(step.source, step.stamp)
    made = Made(rule, step.reason, step.source, before, step.stamp.size, step.target, step.stamp, content)
    facts = result_card(proposal.id, made).facts
    first, second = facts["members"]
    unmade = {**second, "label": "After", "bytes": None, "preview": None, "unmade": True}
    return Card({**facts, "saved": 0, "members": [first, unmade]}, (before,))


def _about(waiting: int) -> About:
    more = f" The first {SHOWN} are shown." if waiting > SHOWN else ""
    told = "Nothing waits for you." if not waiting else f"{waiting} {'step waits' if waiting == 1 else 'steps wait'}."
    return About(
        title="Waiting for you",
        summary=f"{told}{more} Nothing is written until you approve it.",
        made=f"Served by pictured {__version__}; it ends with the command that serves it.",
        version=__version__,
        pages=("review",),
    )
