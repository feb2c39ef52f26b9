"""Everything that is known of one file: what it is, its copies in order with the reasons, and what is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pictured.collecting.ranking import why
from pictured.collecting.settings import Criterion
from pictured.disk.reading import stamp_of
from pictured.errors import FileError
from pictured.flow import Collect, Fingerprint, Match, Picture, Render, Step
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.planning import plan
from pictured.service.reports import member
from pictured.service.searching import probed, related
from pictured.service.workers import Workers


async def explain(
    library: Library, workers: Workers, path: Path, scope: Scope, prefer: Sequence[Criterion], orders: Orders | None
) -> Mapping[str, Any]:
    """The object that `explain --json` prints; a file that is not indexed is read first."""
    told: dict[str, Any] = {
        "path": str(path),
        "indexed": library.catalogue.picture(path) is not None,
        "error": None,
        "placed_by_us": False,
        "content": None,
        "copies": [],
        "similar": [],
        "plan": [],
    }
    query = await probed(workers, path)
    if query.probe is None:
        return told | {"error": query.error}
    try:
        picture = await _read(library, workers, path)
        planned = (await plan(library, workers, orders, picture)).steps if orders else ()
    except FileError as error:
        return told | {"error": str(error)}
    copies, similar = await related(library, workers, path, query.probe, scope, prefer)
    return told | {
        "placed_by_us": library.journal.is_ours(picture.path, picture.stamp),
        "content": _content(picture.content),
        "copies": [_copy(place, copies, prefer, scope.folders) for place in range(len(copies))],
        "similar": [_match(match) for match in similar],
        "plan": [_step(step) for step in planned],
    }


async def _read(library: Library, workers: Workers, path: Path) -> Picture:
    stamp = stamp_of(path)
    known = library.catalogue.picture(path)
    if known is not None and known.stamp == stamp:
        return known
    return Picture(path, stamp, await workers.fingerprint(path, stamp))


def _content(content: Fingerprint) -> dict[str, Any]:
    return {
        "sha256": content.digest.hex(),
        "bytes": content.size,
        "width": content.width,
        "height": content.height,
        "format": content.format,
        "mode": content.mode,
        "bit_depth": content.bit_depth,
        "frames": content.frames,
        "luma_quantiser": content.luma_quantiser,
        "taken": content.taken,
        "camera": content.camera,
        "metadata": list(content.metadata),
        "phash": content.phash.hex(),
        "marr": content.marr.hex() if content.marr else None,
    }


def _match(match: Match) -> dict[str, Any]:
    return member(match) | {
        "orientation": match.transform.orientation,
        "box": list(match.transform.box),
        "angle": match.transform.angle,
        "scale": match.transform.scale,
        "detail": None if match.detail is None else asdict(match.detail),
    }


def _copy(place: int, copies: Sequence[Match], prefer: Sequence[Criterion], sources: Sequence[Path]) -> dict[str, Any]:
    match = copies[place]
    if len(copies) == 1:
        reason = "it is the only copy"
    elif place == 0:
        reason = "the best"
    else:
        reason = f"the best wins by {why(copies[0], match, prefer, sources, copies)}"
    return _match(match) | {"reason": reason}


def _step(step: Step | Render) -> dict[str, Any]:
    if isinstance(step, Render):
        told = {"query": None, "do": "render", "best": str(step.source), "target": str(step.target), "replaces": None}
        return {"entry": step.entry, **told, "reason": step.reason, "companions": []}
    query = str(step.query) if step.query else None
    if isinstance(step, Collect):
        replaces = str(step.replaces.target) if step.replaces else None
        told = {"do": "collect", "best": str(step.source), "target": str(step.target), "replaces": replaces}
    else:
        target = str(step.placed.target) if step.placed else None
        told = {"do": "keep", "best": str(step.best) if step.best else None, "target": target, "replaces": None}
    together = step.companions if isinstance(step, Collect) else ()
    companions = [{"source": str(each.source), "target": str(each.target), "reason": each.reason} for each in together]
    return {"entry": step.entry, "query": query, **told, "reason": step.reason, "companions": companions}
