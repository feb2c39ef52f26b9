"""The jobs that a command asks for, in its own process or of the daemon, and what two of them amount to."""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pictured.collecting.settings import CollectSettings
from pictured.disk.paths import shown
from pictured.service.reports import Decision
from pictured.store.renders import Rendering

Paths = tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Bring the index up to date with folders, but not with what lies at or below `exclude`.

    `again` reads what is known, too.

    `ignore` holds the globs of each folder, in the order of the folders; it may be shorter. With `cluster`, the address
    of a Dask scheduler, its workers read; `mounts` says as "NAME=FOLDER" where the shares are here.
    """

    do: ClassVar[str] = "scan"
    folders: Paths
    exclude: Paths = ()
    ignore: tuple[tuple[str, ...], ...] = ()
    again: bool = False
    cluster: str = ""
    mounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Find:
    """Index `folders` first, if there are any, and then find the copies of query pictures in them.

    With `top`, find that many pictures instead that are nearest by a measure, copies or not.
    """

    do: ClassVar[str] = "find"
    queries: Paths
    folders: Paths
    excluding: Paths
    prefer: tuple[str, ...]
    top: int = 0
    measure: str = "confidence"


@dataclass(frozen=True, slots=True)
class Dupes:
    """Index `folders` first, if there are any, and then group their pictures."""

    do: ClassVar[str] = "dupes"
    folders: Paths
    excluding: Paths
    prefer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Index `folders`, then collect from them; without queries, the best of each group of copies."""

    do: ClassVar[str] = "collect"
    queries: Paths
    folders: Paths
    into: Path
    form: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back placed files, by the numbers that `history` shows."""

    do: ClassVar[str] = "undo"
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """Carry out a rule on files, and on the pictures in folders; `again` also where that was done before.

    `rule` is the rule as JSON, so that what the command read is what is done, whoever does it.
    """

    do: ClassVar[str] = "apply"
    rule: str
    files: Paths
    dry_run: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Verify:
    """Read every placed file again, and compare it with its record."""

    do: ClassVar[str] = "verify"


@dataclass(frozen=True, slots=True)
class Prune:
    """Forget files that have been gone for so many seconds, and proposals that are over."""

    do: ClassVar[str] = "prune"
    older_than: float
    dry_run: bool


@dataclass(frozen=True, slots=True)
class NoteMark:
    """Take down that a picture was given a key by hand; `digest` is that of the picture, both in hexadecimal digits."""

    do: ClassVar[str] = "note_mark"
    key: str
    digest: str
    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Review:
    """Decide on proposals: "approve", "deny", "prefer" (which collects `copy` instead) or "undo"."""

    do: ClassVar[str] = "review"
    decision: Decision
    numbers: tuple[int, ...]
    copy: Path | None = None


Job = Scan | Find | Dupes | Collect | Undo | Apply | Verify | Prune | NoteMark | Review
JOBS: tuple[type[Job], ...] = (Scan, Find, Dupes, Collect, Undo, Apply, Verify, Prune, NoteMark, Review)
READING = (Scan, Find, Dupes, Collect, Apply)
"""Those that read pictures, for which workers may begin to load at once."""


def entry_of(job: Collect) -> CollectSettings:
    """The collect entry that a one-off collection amounts to; its name stands for its destination."""
    mark = hashlib.sha256(os.fsencode(job.into)).hexdigest()[:8]
    return CollectSettings.model_validate(
        {
            "name": f"once: {shown(job.into.name)[:60]} {mark}",
            "from": job.folders,
            "for": "queries" if job.queries else "duplicates",
            "into": job.into,
            "as": job.form,
            "mode": "auto",
        }
    )


def rendering_of(job: NoteMark) -> Rendering:
    """The record of a mark that was made by hand, beside those of the rules."""
    rule = hashlib.sha256(f"mark embed {job.key} {os.fsencode(job.target)!r}".encode()).digest()
    told = {"invisible_mark": {"key": job.key}, "target": str(job.target)}
    digest = bytes.fromhex(job.digest)
    return Rendering(digest, rule, "mark embed", job.source, time.time(), "placed", "marked by hand", told)
