"""Forgets files that are gone, and proposals that are over."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pictured.disk.volumes import presence
from pictured.errors import Unanswered
from pictured.events import Event
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.recognising import recognised
from pictured.store.queue import Queue
from pictured.store.roots import Root


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was forgotten, or would be in a dry run; nothing of the folders that are `offline`."""

    files: int
    proposals: int
    offline: tuple[Path, ...]
    dry_run: bool


async def prune(library: Library, older_than: float, *, dry_run: bool = False) -> Pruned:
    """Forget what has been gone or over for so many seconds. Whether a folder is there is looked at before."""
    before, queue = time.time() - older_than, Queue(library.db)
    offline = tuple([root.path for root in library.catalogue.roots() if not await _online(root, library)])
    if dry_run:
        files, proposals = library.catalogue.forgettable(before, offline), queue.forgettable(before)
    else:
        files, proposals = library.prune(before, offline), queue.prune(before)
    return Pruned(files, proposals, offline, dry_run)


def tell(pruned: Pruned, log: Log) -> None:
    """Log what was forgotten, if anything was."""
    if not pruned.dry_run and (pruned.files or pruned.proposals):
        log.info(Event.INDEX_PRUNED, files=pruned.files, proposals=pruned.proposals, offline=list(pruned.offline))


async def _online(root: Root, library: Library) -> bool:
    lane = library.lanes.of(root.path)
    try:
        if not (await lane.do(partial(presence, root.path, root.device, was_filled=True))).online:
            return False
        return root.volume is None or (await recognised(library.catalogue, root.path, lane.do)).presence.online
    except Unanswered:
        return False
