"""Writes the report: every group of copies, and what rules made, as pages to be looked at.

It only reads the index, so it runs beside a daemon; the previews are drawn by the workers of this process.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pictured import __version__
from pictured.collecting.ranking import why
from pictured.collecting.settings import Criterion
from pictured.disk.paths import shown
from pictured.disk.renewing import is_free, renewed
from pictured.errors import FileError, UsageError
from pictured.flow import Match
from pictured.imaging.preview import Preview
from pictured.reporting.cards import PAIRS, Card, Made, Wanted, group_card, pairs, result_card
from pictured.reporting.document import About, Drawing, contents, is_ours, page
from pictured.reporting.encoding import data
from pictured.reporting.splitting import allowance, part_names, parted, shares, side_for, tile_for
from pictured.service.library import Library, Scope
from pictured.service.reports import Copied, Progress
from pictured.service.searching import dupes
from pictured.service.sighting import closeup
from pictured.service.workers import Workers
from pictured.store.results import Result, latest

_RESULTS = 2000
_AHEAD = 4
_COMPARED = 1000
"""Cards, those with the largest savings, that show parts at 100 %: every pixel of their files has to be read."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The sums of a report. `saved` are the bytes that the copies take which are not the best of their group."""

    files: tuple[Path, ...]
    groups: int
    copies: int
    results: int
    saved: int
    size: int
    unseen: int


def line_of(reported: Reported) -> dict[str, Any]:
    """The published JSON object."""
    return {
        "event": "report.written",
        "files": [str(file) for file in reported.files],
        "groups": reported.groups,
        "copies": reported.copies,
        "results": reported.results,
        "saved": reported.saved,
        "bytes": reported.size,
        "without_preview": reported.unseen,
    }


async def write_report(
    library: Library, workers: Workers, scope: Scope, prefer: Sequence[Criterion], out: Path
) -> AsyncGenerator[Progress | Reported]:
    """Write the report to `out`; where that would be too large, to numbered files beside it, with `out` their index.

    Raises:
        UsageError: one of these names is taken by a file that is no report of ours.
        FileError: the system does not let us write there.
    """
    _require_free([out])
    groups: list[tuple[Match, ...]] = []
    async with aclosing(dupes(library, workers, scope, prefer)) as found:
        async for report in found:
            if isinstance(report, Copied):
                groups.append(report.members)
            else:
                yield report
    # The largest saving comes first, so that it is on the first of several pages.
    groups.sort(key=lambda members: -_saved(members))
    cards = [group_card(n, each, _reasons(each, prefer, scope)) for n, each in enumerate(groups, start=1)]
    made = [each for each in latest(library.db, _RESULTS) if scope.holds(each.placed.source)]
    cards += [result_card(n, _made(library, each)) for n, each in enumerate(made, start=len(groups) + 1)]
    weights = [len(data(card.facts)) for card in cards]
    pages = parted(weights)
    files = part_names(out, len(pages))
    _require_free(files)
    about = _about(groups, len(made), files, out)
    size = unseen = done = 0
    for number, (file, each) in enumerate(zip(files, pages, strict=True)):
        most = allowance(weights[each.start : each.stop])
        shown_on_page = cards[each.start : each.stop]
        drawings: list[Drawing] = []
        async with aclosing(_drawn(workers, shown_on_page, most)) as drawing:
            async for each_drawing in drawing:
                drawings.append(each_drawing)
                unseen += sum(isinstance(one, str) for one in each_drawing.previews)
                done += 1
                yield Progress(done, len(cards), "drawing previews")
        size += await asyncio.to_thread(_write, file, page(number, shown_on_page, drawings, about))
    if len(files) > 1:
        size += await asyncio.to_thread(_write, out, contents([cards[each.start : each.stop] for each in pages], about))
        files = [out, *files]
    copies = sum(len(members) for members in groups)
    yield Reported(tuple(files), len(groups), copies, len(made), sum(map(_saved, groups)), size, unseen)


def _require_free(files: Sequence[Path]) -> None:
    for file in files:
        if not is_free(file, is_ours):
            raise UsageError(f"{shown(file)} exists and is no report of pictured's; name another file with --out")


def _saved(members: Sequence[Match]) -> int:
    return sum(match.picture.content.size for match in members[1:])


def _reasons(members: Sequence[Match], prefer: Sequence[Criterion], scope: Scope) -> list[str]:
    best, *others = members
    return [why(best, each, prefer, scope.folders, members) for each in others]


def _made(library: Library, result: Result) -> Made:
    placed, kept = result.placed, result.kept
    number = None if result.origin is None else library.catalogue.content_id(result.origin)
    content = None if number is None else library.catalogue.content(number)
    before: Wanted | None = None
    if kept is not None:
        before = Wanted(kept.target, kept.stamp)
    elif (known := library.catalogue.picture(placed.source)) and known.content.digest == result.origin:
        before = Wanted(known.path, known.stamp)
    size = content.size if content else kept.stamp.size if kept else None
    rule = placed.entry.removeprefix("rules/")
    source = kept.target if kept else placed.source
    made = Made(rule, placed.reason, source, before, size, placed.target, placed.stamp, content)
    return replace(made, told=result.told)


def _about(groups: Sequence[Sequence[Match]], results: int, files: Sequence[Path], out: Path) -> About:
    copies, saved = sum(map(len, groups)), sum(map(_saved, groups))
    summary = "No picture has a copy."
    if groups:
        counted = f"{len(groups)} {'group' if len(groups) == 1 else 'groups'} of copies with {copies} files"
        summary = f"{counted}. The copies that are not the best take {_size(saved)}."
    if results:
        summary += f" {results} {'file was' if results == 1 else 'files were'} made by rules."
    now = datetime.now().astimezone()
    return About(
        title="Copies of pictures",
        summary=summary,
        made=f"Made by pictured {__version__} on {now:%Y-%m-%d at %H:%M}. Nothing is changed by looking at it.",
        version=__version__,
        pages=tuple(file.name for file in files),
        contents=out.name if len(files) > 1 else None,
    )


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


async def _drawn(workers: Workers, cards: Sequence[Card], most: int) -> AsyncGenerator[Drawing]:
    """The pictures of each card in its order, several cards at a time."""
    waiting: list[asyncio.Task[Drawing]] = []
    try:
        for card in cards:
            waiting.append(asyncio.create_task(_drawing(workers, card, most)))
            if len(waiting) > _AHEAD * workers.count:
                yield await waiting.pop(0)
        while waiting:
            yield await waiting.pop(0)
    finally:
        for task in waiting:
            task.cancel()


async def _drawing(workers: Workers, card: Card, most: int) -> Drawing:
    compared = pairs(card)[:PAIRS] if card.facts["id"] <= _COMPARED else []
    each, count, both = shares(most, len(card.wanted), len(compared))
    previews = [await _preview(workers, wanted, each) for wanted in card.wanted]
    closeups = {pair.place: await closeup(workers, pair, tile_for(both), both) for pair in compared[:count]}
    return Drawing(previews, closeups)


async def _preview(workers: Workers, wanted: Wanted, most: int) -> Preview | str:
    try:
        return await workers.preview(wanted.path, wanted.stamp, side_for(most), most)
    except FileError as error:
        return str(error)


def _write(file: Path, text: str) -> int:
    content = text.encode()
    with renewed(file, is_ours) as temporary:
        temporary.write_bytes(content)
    return len(content)
