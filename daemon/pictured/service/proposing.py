"""Turns a planned step into a proposal that waits, with all that is needed to carry it out later."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictured.collecting.settings import CollectSettings
from pictured.flow import Collect, Render
from pictured.rules.rule import Rule
from pictured.service.confirming import confirmed
from pictured.service.library import Library, Scope
from pictured.service.searching import CLAIMED
from pictured.service.workers import Workers
from pictured.store.queue import Proposal, Queue


@dataclass(frozen=True, slots=True)
class Wish:
    """A collect entry as it was when something was proposed for it, and where its copies may come from."""

    entry: CollectSettings
    scope: Scope


def propose_copy(library: Library, step: Collect, wish: Wish) -> Proposal | None:
    """Let a copy wait; None where that is nothing new, or was denied."""
    told = {
        "entry": wish.entry.model_dump(mode="json", by_alias=True),
        "excluding": [str(folder) for folder in wish.scope.excluding],
    }
    asked = asked_by(library, step.query) or asked_for(wish.entry)
    return Queue(library.db).propose(step, asked, json.dumps(told), time.time())


async def supersede(library: Library, workers: Workers, proposal: Proposal, scope: Scope) -> None:
    """Let other contents of the same group wait no longer: one of them waited where it was the best before.

    What full size contradicts is of another group.
    """
    step, number = proposal.step, library.catalogue.content_id(proposal.step.digest)
    if number is None:
        return
    related = library.copies(library.recalled(library.catalogue.content(number)), scope)
    claims = [match for match in related if match.kind in CLAIMED and match.picture.content.digest != step.digest]
    told = await confirmed(workers, step.source, claims, step.stamp)
    digests = {match.picture.content.digest for match in told if match.kind in CLAIMED}
    Queue(library.db).supersede(proposal, digests)


def propose_result(library: Library, render: Render, rule: Rule) -> Proposal | None:
    """Let a rule wait for one picture; None where that is nothing new, or was denied."""
    orders = json.dumps(rule.model_dump(mode="json"))
    return Queue(library.db).propose(render, render.rule, orders, time.time())


def asked_by(library: Library, query: Path | None) -> bytes | None:
    """The digest of a query picture; None where there is none."""
    known = None if query is None else library.catalogue.picture(query)
    return None if known is None else known.content.digest


def asked_for(entry: CollectSettings) -> bytes:
    """What asks for the best of each group of copies: the entry, by the digest of its name."""
    return hashlib.sha256(entry.name.encode()).digest()


def wish_of(proposal: Proposal) -> Wish:
    """The entry that a copy was proposed for."""
    told = json.loads(proposal.orders)
    entry = CollectSettings.model_validate(told["entry"])
    return Wish(entry, Scope(entry.sources, tuple(map(Path, told["excluding"]))))


def rule_of(proposal: Proposal) -> Rule:
    """The rule that was proposed for a picture."""
    return Rule.model_validate(json.loads(proposal.orders))


def told_of(proposal: Proposal) -> dict[str, Any]:
    """The published JSON object."""
    step = proposal.step
    collect = step if isinstance(step, Collect) else None
    return {
        "id": proposal.id,
        "at": proposal.at,
        "do": "collect" if collect else "render",
        "state": proposal.state,
        "entry": step.entry,
        "query": str(collect.query) if collect and collect.query else None,
        "source": str(step.source),
        "target": str(step.target),
        "replaces": str(collect.replaces.target) if collect and collect.replaces else None,
        "sha256": step.digest.hex(),
        "reason": step.reason,
        "note": proposal.note,
        "companions": [
            {"source": str(each.source), "target": str(each.target), "reason": each.reason}
            for each in (collect.companions if collect else ())
        ],
    }
