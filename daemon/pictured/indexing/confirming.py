"""Whether what thumbs proved holds at full size. Runs in worker processes.

Thumbs of 128 pixels cannot tell two frames of a burst apart in which one thing moved, nor two letters that differ in a
name. Here both files are compared at up to 512 pixels, pages at up to 1152. What an encoder, a filter, a tone curve or
a pen does to a copy contradicts nothing; a thing that lies elsewhere, another point of view and other words do.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pictured.disk.paths import shown
from pictured.disk.reading import open_unchanged
from pictured.errors import FileError
from pictured.flow import Match, Stamp
from pictured.imaging.decoding import decode
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.displacing import displaced
from pictured.indexing.overlaying import View, overlaid, product, realigned, snapped
from pictured.indexing.rewriting import paper, rewritten
from pictured.indexing.tracking import bend, fitted, tracked

BENT: Final = "near and far things lie otherwise against each other"
MOVED: Final = "a part of it has moved"
REWRITTEN: Final = "something else is written or drawn on it"

_SHORT_SIDE: Final = 512
_SIDE: Final = 512
_LEAST: Final = 256
_PAGE: Final = 1152
_BENT: Final = 0.4
_STEADY: Final = 1.2
_BALANCE: Final = 0.3
_BLOCKS: Final = 5
_SHARE: Final = 0.28
_PAPER: Final = 0.4
_REWRITTEN: Final = 1.65
_CLEAN: Final = 8.0


def confirm(path: Path, stamp: Stamp, claims: Sequence[Match], limits: DecodingLimits) -> tuple[str | None, ...]:
    """Say for each claimed copy of the query at `path` what contradicts it; None where nothing does.

    A copy that cannot be read (any more) is contradicted by nothing.

    Raises:
        FileError: the query cannot be read.
    """
    query = _read(path, stamp, limits)
    told: list[str | None] = []
    for claim in claims:
        try:
            copy = _read(claim.picture.path, claim.picture.stamp, limits)
        except FileError:
            told.append(None)
        else:
            told.append(contradiction(query, copy, claim))
    return tuple(told)


def contradiction(query: View, copy: View, claim: Match) -> str | None:
    """What in the pixels says that a query and a copy, aligned as a match tells, are not one picture."""
    first = overlaid(copy, query, claim.transform, _SIDE, _LEAST)
    if first is None:
        return None
    tracks = tracked(first, far=True)
    if tracks is None:
        return None
    moved, _ = fitted(tracks)
    seen = realigned(first, copy, query, moved)
    tracks = tracked(seen, far=False)
    if tracks is not None:
        nudged, departures = fitted(tracks)
        bent = bend(tracks, departures)
        if bent is not None and bent.size > _BENT * max(1.0, seen.enlarged) and bent.steadiness > _STEADY:
            return BENT
        moved = product(moved, nudged)
    elsewhere = displaced(seen)
    if elsewhere.least >= _BALANCE * elsewhere.both and elsewhere.both >= _BLOCKS and elsewhere.share > _SHARE:
        return MOVED
    if paper(seen.copy, seen.there) < _PAPER:
        return None
    finer = min(_PAGE / max(seen.copy.shape), 1 / seen.enlarged)
    whole = snapped(claim.transform)
    exact = None if whole is None else overlaid(copy, query, whole, _PAGE, 0)
    best = None if exact is None else rewritten(exact)
    if best is None or best.noise > _CLEAN:
        refined = rewritten(realigned(first, copy, query, moved, finer))
        best = refined if best is None else min(best, refined, key=lambda each: each.noise)
    return REWRITTEN if best.rise > _REWRITTEN else None


def _read(path: Path, stamp: Stamp, limits: DecodingLimits) -> View:
    with open_unchanged(path, stamp) as file:
        try:
            decoded = decode(file, limits, _SHORT_SIDE)
        except FileError as error:
            raise type(error)(f"{shown(path)} {error}") from error
    return View(decoded.luminance, decoded.box, (decoded.width, decoded.height))
