"""The jobs that a command asks for: run in the command's own process, or by the daemon, with the same reports."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

from pictured.collecting.settings import CollectSettings, Criterion
from pictured.disk.paths import shown
from pictured.errors import UsageError
from pictured.flow import Form
from pictured.matching.scales import Measure
from pictured.rules.rule import Rule
from pictured.service.acting import undo
from pictured.service.applying import apply
from pictured.service.closest import closest
from pictured.service.gathering import gather
from pictured.service.library import Library, Scope
from pictured.service.pruning import prune
from pictured.service.reports import Decision, Report, Undone
from pictured.service.reviewing import review
from pictured.service.scanning import scan
from pictured.service.searching import dupes, find
from pictured.service.spreading import readers
from pictured.service.verifying import verify
from pictured.service.workers import Workers
from pictured.store.renders import Rendering, Renders

Paths = tuple[Path, ...]

_T = TypeVar("_T")


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


async def run(job: Job, library: Library, workers: Workers, desk: asyncio.Lock | None = None) -> AsyncGenerator[Report]:
    """Do a job and report line by line. `desk` is the line's, where there is one that places files, too."""
    match job:
        case Scan(folders, exclude, ignore, again):
            globs = dict(zip(folders, ignore, strict=False))
            async with readers(job.cluster, job.mounts, workers) as reader:
                async for report in scan(library, reader, folders, ignore=globs, exclude=exclude, again=again):
                    yield report
        case Find(queries, folders, excluding, prefer, top, measure):
            async for report in _indexed(library, workers, folders):
                yield report
            scope = Scope(folders, (*excluding, *queries))
            if top:
                async for report in closest(library, workers, queries, scope, Measure(measure), top):
                    yield report
                return
            async for report in find(library, workers, queries, scope, tuple(map(Criterion, prefer))):
                yield report
        case Dupes(folders, excluding, prefer):
            async for report in _indexed(library, workers, folders):
                yield report
            async for report in dupes(library, workers, Scope(folders, excluding), tuple(map(Criterion, prefer))):
                yield report
        case Collect(queries, folders, into, _, dry_run):
            async for report in scan(library, workers, folders, exclude=(into,)):
                yield report
            async for report in gather(library, workers, entry_of(job), queries, dry_run=dry_run):
                yield report
        case Apply(rule, files, dry_run, again):
            asked = Rule.model_validate_json(rule)
            async for report in apply(library, workers, asked, files, dry_run=dry_run, again=again):
                yield report
        case NoteMark():
            Renders(library.db).record(rendering_of(job))
        case Prune(older_than, dry_run):
            yield await prune(library, older_than, dry_run=dry_run)
        case Verify():
            async for report in verify(library):
                yield report
        case Review(decision, numbers, copy):
            async for report in review(library, workers, desk or asyncio.Lock(), decision, numbers, copy):
                yield report
        case Undo(numbers):
            for number in numbers or _latest(library):
                yield await _undone(number, library)


def rendering_of(job: NoteMark) -> Rendering:
    """The record of a mark that was made by hand, beside those of the rules."""
    rule = hashlib.sha256(f"mark embed {job.key} {os.fsencode(job.target)!r}".encode()).digest()
    told = {"invisible_mark": {"key": job.key}, "target": str(job.target)}
    digest = bytes.fromhex(job.digest)
    return Rendering(digest, rule, "mark embed", job.source, time.time(), "placed", "marked by hand", told)


async def _indexed(library: Library, workers: Workers, folders: Paths) -> AsyncGenerator[Report]:
    if folders:
        async for report in scan(library, workers, folders):
            yield report


def encoded(job: Job) -> dict[str, Any]:
    """A job as a JSON object."""
    return {"do": job.do} | {name: _plain(value) for name, value in asdict(job).items()}


def decoded(line: Mapping[str, Any]) -> Job:
    """The job that a JSON object stands for.

    Raises:
        UsageError: it stands for none.
    """
    for kind in JOBS:
        if kind.do == line.get("do"):
            try:
                return kind(**{each.name: _typed(each.name, line[each.name]) for each in fields(kind)})
            except KeyError as error:
                raise UsageError(f"the request {kind.do!r} lacks {error}") from error
            except (TypeError, ValueError) as error:
                raise UsageError(f"the request {kind.do!r} cannot be understood: {error}") from error
    raise UsageError(f"unknown request {line.get('do')!r}")


def _latest(library: Library) -> list[int]:
    """The file that was placed last and is still in place."""
    return [deed.id for deed in library.journal.history(None, 1000) if _in_place(deed.id, library)][:1]


def _in_place(number: int, library: Library) -> bool:
    placed = library.journal.placed(number)
    return placed is not None and library.journal.placed_at(placed.target) == placed


async def _undone(number: int, library: Library) -> Undone:
    placed = library.journal.placed(number)
    if placed is None:
        return Undone(number, None, undone=False, reason="there is no such entry; `pictured history` lists them")
    refusal = await undo(placed, library)
    return Undone(number, placed.target, undone=refusal is None, reason=refusal or "taken back")


def _plain(value: Any) -> Any:  # noqa: ANN401 -- the door to JSON
    if isinstance(value, Path):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401 -- the door to JSON
    match name:
        case "into" | "source" | "target":
            return Path(value)
        case "key" | "digest":
            return bytes.fromhex(_a(str, value)).hex()
        case "form":
            return Form(value).value
        case "dry_run":
            return _a(bool, value)
        case "decision":
            if value not in get_args(Decision):
                raise ValueError(f"there is no decision {value!r}")
            return value
        case "copy":
            return None if value is None else Path(_a(str, value))
        case "rule":
            return Rule.model_validate_json(_a(str, value)).model_dump_json()
        case "top":
            return _a(int, value)
        case "older_than":
            return _a(float, value)
        case "cluster":
            return _a(str, value)
        case "mounts":
            return tuple(_a(str, each) for each in _a(list, value))
        case "measure":
            return Measure(value).value
        case "again":
            return _a(bool, value)
        case "numbers":
            return tuple(_a(int, each) for each in _a(list, value))
        case "prefer":
            return tuple(Criterion(each).value for each in _a(list, value))
        case "ignore":
            return tuple(tuple(_a(str, glob) for glob in _a(list, globs)) for globs in _a(list, value))
        case _:
            return tuple(Path(each) for each in _a(list, value))


def _a(kind: type[_T], value: object) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, not {value!r}")
    return value
