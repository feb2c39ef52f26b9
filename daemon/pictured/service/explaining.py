"""Everything that is known of one file: what it is, its copies in order with the reasons, and what is planned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pictured.collecting.ranking import why
from pictured.collecting.settings import Criterion
from pictured.flow import Collect, Match, Picture, Step
from pictured.service.library import Library, Scope
from pictured.service.orders import Orders
from pictured.service.planning import plan
from pictured.service.searching import copies_of, read
from pictured.service.workers import Workers


async def explain(
    library: Library, workers: Workers, path: Path, scope: Scope, prefer: Sequence[Criterion], orders: Orders | None
) -> Mapping[str, Any]:
    """The object that `explain --json` prints; a file that is not indexed is read first."""
    query = await read(library, workers, path)
    told = {
        "path": str(path),
        "indexed": library.catalogue.picture(path) is not None,
        "error": query.error,
        "placed_by_us": False,
        "content": None,
        "copies": [],
        "plan": [],
    }
    return told if query.picture is None else told | _explained(library, query.picture, scope, prefer, orders)


def _explained(
    library: Library, picture: Picture, scope: Scope, prefer: Sequence[Criterion], orders: Orders | None
) -> dict[str, Any]:
    copies = copies_of(library, picture, scope, prefer)
    content = picture.content
    return {
        "placed_by_us": library.journal.is_ours(picture.path, picture.stamp),
        "content": {
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
        },
        "copies": [_copy(place, copies, prefer, scope.folders) for place in range(len(copies))],
        "plan": [_step(step) for step in plan(library, orders, picture).steps] if orders else [],
    }


def _copy(place: int, copies: Sequence[Match], prefer: Sequence[Criterion], sources: Sequence[Path]) -> dict[str, Any]:
    match = copies[place]
    content = match.picture.content
    reason = "the best" if place == 0 else f"the best wins: {why(copies[0], match, prefer, sources)}"
    return {
        "path": str(match.picture.path),
        "kind": match.kind.value,
        "confidence": match.confidence,
        "orientation": match.transform.orientation,
        "box": list(match.transform.box),
        "width": content.width,
        "height": content.height,
        "bytes": content.size,
        "reason": reason if len(copies) > 1 else "it is the only copy",
    }


def _step(step: Step) -> dict[str, Any]:
    query = str(step.query) if step.query else None
    if isinstance(step, Collect):
        replaces = str(step.replaces.target) if step.replaces else None
        told = {"do": "collect", "best": str(step.source), "target": str(step.target), "replaces": replaces}
    else:
        target = str(step.placed.target) if step.placed else None
        told = {"do": "keep", "best": str(step.best) if step.best else None, "target": target, "replaces": None}
    return {"entry": step.entry, "query": query, **told, "reason": step.reason}
