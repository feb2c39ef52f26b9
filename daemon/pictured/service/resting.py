"""What can be told from the index alone, with or without a daemon."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pictured import __version__
from pictured.config.model import Config
from pictured.disk.paths import real
from pictured.flow import Role
from pictured.service.destinations import destinations
from pictured.service.library import Library
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database
from pictured.store.journal import Journal
from pictured.store.queue import Queue

Told = Mapping[str, Any]


def resting_status(db: Database | None, folders: Sequence[tuple[Path, Role]]) -> Told:
    """What `status --json` shows while no daemon runs; without an index, that nothing is known."""
    roots = [_root(Catalogue(db) if db else None, path, role) for path, role in folders if role is not Role.IGNORE]
    told: dict[str, Any] = {"running": False, "pid": None, "version": __version__, "paused": False, "quiet": False}
    told |= {"config": None, "uptime": None, "pending": 0}
    if db is None:
        counted = dict.fromkeys(("pictures", "files", "failed", "placed", "waiting"), 0)
        return {**told, "roots": roots, "destinations": [], **counted, "failing": [], "rendering": None}
    pending = Catalogue(db).waiting([path for path, role in folders if role is not Role.IGNORE])
    return {**told, "pending": pending, "roots": roots, "destinations": [], **known(db), "rendering": None}


def known(db: Database) -> Told:
    """What `status --json` shows of the index, whether a daemon runs or not. `waiting` are proposals."""
    catalogue = Catalogue(db)
    counts = catalogue.count()
    return {
        "pictures": counts.pictures,
        "files": counts.files,
        "failed": counts.failed,
        "placed": Journal(db).count(),
        "waiting": Queue(db).count(),
        "failing": failing(catalogue),
    }


def failing(catalogue: Catalogue) -> list[Told]:
    """The files that could not be taken, with the seconds until each is tried again."""
    now = time.time()
    return [
        {
            "path": str(each.failure.path),
            "kind": each.failure.kind,
            "error": each.failure.reason,
            "tries": each.tries,
            "retry_in": None if each.retry_at is None else round(max(0.0, each.retry_at - now), 1),
        }
        for each in catalogue.failures(None)
    ]


def answering(config: Config, library: Library) -> list[Told]:
    """Where files are written to, and whether it answers; `silent` counts the seconds for which it does not."""
    silent = library.lanes.silent()
    named = list(map(real, destinations(config)))
    return [
        {"path": str(path), "answers": path not in silent, "silent": round(silent.get(path, 0.0), 1) or None}
        for path in dict.fromkeys([*named, *silent])
    ]


def history(db: Database, path: Path | None, limit: int) -> list[Told]:
    """What `history --json` prints, the latest first."""
    return [
        {
            "id": deed.id,
            "at": deed.at,
            "what": deed.what,
            "entry": deed.entry,
            "query": str(deed.query) if deed.query else None,
            "source": str(deed.source),
            "target": str(deed.target),
            "sha256": deed.digest.hex(),
            "reason": deed.reason,
            "companions": [
                {"source": str(each.source), "target": str(each.target), "reason": each.reason}
                for each in deed.companions
            ],
        }
        for deed in Journal(db).history(path, limit)
    ]


def _root(catalogue: Catalogue | None, path: Path, role: Role) -> Told:
    known = catalogue.root(path) if catalogue else None
    return {
        "path": str(path),
        "role": role.value,
        "mode": "none",
        "online": path.is_dir(),
        "reason": None,
        "scanning": False,
        "backlog": 0,
        "scan": None,
        "last_scan": known.scanned_at if known else None,
        "last_event": None,
    }
