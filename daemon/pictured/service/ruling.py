"""Which rules take a picture: asks the pure conditions in the order of what their answers cost."""

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from pictured.flow import Picture, Render, Role
from pictured.imaging.traits import Traits
from pictured.rules.naming import facts_of
from pictured.rules.planning import asks_inside, digest_of, planned, unmet, unmet_inside
from pictured.rules.rule import Rule
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.searching import CLAIMED
from pictured.service.workers import Workers
from pictured.store.queue import Queue
from pictured.store.renders import Renders


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule takes a picture.

    unmet   the first condition that does not hold; None where the rule takes the picture
    due     seconds until it may take it, where only time is lacking
    traits  of the picture, where the rule takes it
    """

    unmet: str | None = None
    due: float | None = None
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule that takes a picture, or will in `due` seconds and no other condition is against it by now."""

    rule: Rule
    render: Render
    traits: Traits | None
    due: float | None = None


async def judged(library: Library, workers: Workers, rule: Rule, picture: Picture, root: Path, role: Role) -> Verdict:
    """Ask whether a rule takes a picture that lies below a root of that role. Raises FileErrors of `examine`."""
    when, age = rule.when, max(0.0, time.time() - picture.stamp.mtime_ns / 1e9)
    if when.min_age is not None and age < when.min_age:
        later = unmet(when, picture, root, role, when.min_age)
        return Verdict(later) if later else Verdict(f"it is not yet {when.min_age:g} s old", when.min_age - age)
    reason = unmet(when, picture, root, role, age)
    if reason is not None:
        return Verdict(reason)
    if when.is_copy is not None and _is_copy(library, picture) != when.is_copy:
        return Verdict("it is no copy of a known picture" if when.is_copy else "it is a copy of a known picture")
    traits = await workers.examine(picture.path, picture.stamp)
    reason = unmet_inside(when, traits) if asks_inside(rule) else None
    return Verdict(reason) if reason else Verdict(traits=traits)


async def rulings(library: Library, workers: Workers, orders: Orders, picture: Picture) -> AsyncGenerator[Ruling]:
    """Give the rules that take a picture and were not carried out on its content nor denied, in their order.

    What pictured placed is never taken, nor what a rule made, wherever somebody moved it.
    """
    folder, content = orders.folder_of(picture.path), picture.content
    rules = [rule for rule in orders.rules if rule.enabled and _inside(picture.path, rule)]
    if folder is None or not rules or library.journal.made_by_rule(content.digest, picture.path):
        return
    records = Renders(library.db)
    for rule in rules:
        # Asked for each: a rule that works in place makes the picture its own.
        if library.journal.is_ours(picture.path, picture.stamp):
            return
        if records.of(content.digest, digest_of(rule)) is not None:
            continue
        if content.digest in Queue(library.db).denied(digest_of(rule)):
            continue
        verdict = await judged(library, workers, rule, picture, folder.path, folder.role)
        if verdict.unmet is None or verdict.due is not None:
            exif = verdict.traits.exif if verdict.traits else {}
            render = planned(rule, picture, facts_of(picture, exif, rule.name))
            yield Ruling(rule, render, verdict.traits, verdict.due)


def _inside(path: Path, rule: Rule) -> bool:
    return any(path.is_relative_to(folder) for folder in rule.folders)


def _is_copy(library: Library, picture: Picture) -> bool:
    number = library.catalogue.content_id(picture.content.digest)
    if number is not None and any(path != picture.path for path, _ in library.originals(number, Scope())):
        return True
    related = library.copies(library.recalled(picture.content), Scope())
    return any(match.kind in CLAIMED and match.picture.path != picture.path for match in related)
