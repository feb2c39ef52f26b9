"""What the page of proposals asks for while it is looked at: the page, results of rules, copies confirmed, all pixels.

Files are named by a proposal and a place on its card, so nothing can be asked for that is not on the page. Pictures are
decoded by workers, one at a time, and kept in memory only.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from pictured.errors import UsageError
from pictured.reporting.cards import Card, Pair, pairs
from pictured.reporting.document import Drawing, block
from pictured.reporting.outlines import Affine
from pictured.service.library import Library, Scope
from pictured.service.proposing import wish_of
from pictured.service.review_drafts import Drafts
from pictured.service.review_page import Previews, card_of, path_of, review_page
from pictured.service.reviewing import alternatives
from pictured.service.sighting import closeup, full, lie
from pictured.service.workers import Workers
from pictured.store.queue import Proposal, Queue

FULL: Final = 24_000_000
"""Pixels of a picture that is shown whole at 100 %; of a larger one, a part is."""

_CARDS: Final = 200
_BYTES: Final = 192_000_000
_PART: Final = 2048
_PART_BYTES: Final = 6_000_000


class Desk:
    """One person's look at what waits. `fresh` gives a library that knows what the index holds now."""

    def __init__(self, fresh: Callable[[], Library], workers: Workers) -> None:
        self._fresh = fresh
        self._library = fresh()
        self._workers = workers
        self._previews = Previews(workers)
        self._drafts = Drafts(self._library, workers)
        self._cards: dict[int, Card] = {}
        self._lies: dict[Pair, Affine] = {}
        self._pixels: dict[tuple[int, int], bytes] = {}
        self._turn = asyncio.Lock()
        self._confirming = asyncio.Lock()

    def close(self) -> None:
        """Let go of all that was made to be looked at."""
        self._drafts.close()

    async def drawn(self) -> str:
        """The page."""
        # What is kept in memory of a library is as it was when it was first asked.
        self._library = self._fresh()
        text, cards = await review_page(self._library, self._previews)
        for card in cards:
            self._show(card)
        return text

    async def draft(self, number: int) -> Mapping[str, Any]:
        """What the rule of a proposal would make: its card, and the previews of it. Raises as `Drafts.of` does."""
        proposal = self._proposal(number)
        made = await self._drafts.of(proposal)
        card = Card(
            {**card_of(self._library, proposal).facts, **made.facts, "reasons": [proposal.step.reason]}, made.wanted
        )
        self._show(card)
        return {"card": card.facts, "pictures": block(await self._previews.drawing(card))}

    async def copies(self, number: int) -> Mapping[str, Any]:
        """Which files of a card are copies at full size, too, by place; `choice` where it may be collected instead."""
        proposal, card = self._proposal(number), self._card(number)
        scope = wish_of(proposal).scope
        # One card after the other: whoever compares two pictures meanwhile must not wait for all of them.
        async with self._confirming:
            found = await alternatives(self._library, self._workers, proposal, Scope())
        agreed = {match.picture.path for match in found}
        told = {}
        for place, member in enumerate(card.facts["members"]):
            if place > 0 and "key" in member:
                path = path_of(member["key"])
                told[str(place)] = {"agreed": path in agreed, "choice": path in agreed and scope.holds(path)}
        return {"members": told}

    async def compared(self, number: int, place: int) -> Mapping[str, Any]:
        """How a file of a card lies on the first one, exactly; where one is too large to be shown, a part of both."""
        pair = self._pair(number, place)
        members = self._card(number).facts["members"]
        large = max(each.get("width", 0) * each.get("height", 0) for each in (members[0], members[place])) > FULL
        async with self._turn:
            if large:
                part = await closeup(self._workers, pair, _PART, _PART_BYTES)
                return {"part": block(Drawing((), {place: part}))["c"]}
            if pair not in self._lies:
                self._lies[pair] = await lie(self._workers, pair)
            return {"at": list(self._lies[pair])}

    async def full(self, number: int, place: int) -> bytes:
        """Every pixel of a file of a card, as a BMP. Raises FileError."""
        card, key = self._card(number), (number, place)
        members = card.facts["members"]
        if not 0 <= place < len(members) or members[place]["preview"] is None:
            raise UsageError("there is no such picture on the page")
        async with self._turn:
            if key not in self._pixels:
                found = await full(self._workers, card.wanted[members[place]["preview"]], FULL)
                self._pixels[key] = found.bmp
                while len(self._pixels) > 1 and sum(map(len, self._pixels.values())) > _BYTES:
                    del self._pixels[next(iter(self._pixels))]
            return self._pixels[key]

    def _show(self, card: Card) -> None:
        number = card.facts["id"]
        self._cards.pop(number, None)
        self._cards[number] = card
        for key in [key for key in self._pixels if key[0] == number]:
            del self._pixels[key]
        while len(self._cards) > _CARDS:
            del self._cards[next(iter(self._cards))]

    def _card(self, number: int) -> Card:
        if number not in self._cards:
            raise UsageError(f"proposal {number} is not on the page; load it anew")
        return self._cards[number]

    def _pair(self, number: int, place: int) -> Pair:
        card = self._card(number)
        members = card.facts["members"]
        if 0 < place < len(members):
            shown = members[place]["preview"]
            for pair in pairs(card):
                if members[pair.place]["preview"] == shown:
                    return pair
        raise UsageError("these two cannot be laid on each other")

    def _proposal(self, number: int) -> Proposal:
        found = Queue(self._library.db).of(number)
        if found is None:
            raise UsageError(f"there is no proposal {number}")
        return found
