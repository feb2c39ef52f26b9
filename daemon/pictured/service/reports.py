r"""What the jobs report, line by line: the same values for the terminal, for `--json` and over the socket.

`json_line` gives the published JSON shapes. Paths that are not UTF-8 keep their bytes as lone surrogates (`\udcXX`,
PEP 383), which `ensure_ascii` writes as plain ASCII: `os.fsencode` of the parsed text restores the path.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pictured.flow import Collect, Match, Outcome
from pictured.service.pruning import Pruned
from pictured.service.rendering import Applied
from pictured.store.queue import Proposal

Line = Mapping[str, Any]
"""One JSON object, as `--json` prints it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is. There is no `total` as long as it is not known."""

    done: int
    total: int | None
    what: str


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file that could not be taken."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that people should know, though the job goes on without it."""

    warning: str


@dataclass(frozen=True, slots=True)
class ScanFinished:
    """The sums of a scan. Every file seen is in exactly one of the other counts."""

    seen: int
    hashed: int
    unchanged: int
    moved: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Copies:
    """The answer to one query picture, the best match first; the nearest first where they are ranked by a measure."""

    query: Path
    matches: tuple[Match, ...]
    error: str | None = None
    ranked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one query picture or group. `planned` where a dry run or a shadow entry would have written."""

    query: Path | None
    best: Path | None
    collected: Path | None
    planned: bool
    reason: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """A group of copies, the best match first."""

    members: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one placed file that was to be taken back."""

    id: int
    target: Path | None
    undone: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """What became of one picture by a rule that was carried out by hand.

    done      "placed", "planned" (a dry run), "kept" (nothing had to be written), "skipped" (the rule does not take
              the picture), or "failed"
    targets   the files that were placed, or the one that would be
    reason    what was done or why not
    size      bytes of the source
    made      bytes of all results
    told      what the operations had to tell
    """

    rule: str
    path: Path
    done: str
    targets: tuple[Path, ...] = ()
    reason: str = ""
    size: int = 0
    made: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The state of one placed file.

    state   "sound"; "damaged" (other bytes, though nobody wrote to it) or "unreadable", which are errors; "changed" or
            "missing", which a person may do; "offline" (its drive is not there)
    reason  for people; empty for a sound file
    """

    id: int
    entry: str
    target: Path
    state: str
    reason: str


Decision = Literal["approve", "deny", "prefer", "undo"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of one proposal.

    proposal   as it is now; None where there is none of that number
    reason     what was done, for people
    error      why the decision could not be followed
    did        the outcome of the step, where one was carried out
    again      a picture that has to go down the line once more
    """

    id: int
    decision: Decision
    proposal: Proposal | None
    reason: str
    error: str | None = None
    did: Outcome | Applied | None = None
    again: Path | None = None


Report = (
    Pruned
    | Progress
    | FileFailed
    | Warned
    | ScanFinished
    | Copies
    | Collected
    | Copied
    | Undone
    | Ruled
    | Verified
    | Reviewed
)


def line_of(report: Report) -> dict[str, Any]:
    """The published JSON object of a report; for `Progress`, which is not published, the one used on the socket."""
    match report:
        case Progress(done, total, what):
            return {"event": "progress", "done": done, "total": total, "what": what}
        case FileFailed(path, error):
            return {"event": "file.failed", "path": str(path), "error": error}
        case Warned(warning):
            return {"event": "warning", "warning": warning}
        case ScanFinished():
            counts = {name: getattr(report, name) for name in ScanFinished.__slots__}
            return {"event": "scan.finished", **counts, "seconds": round(report.seconds, 3)}
        case Pruned(files, proposals, offline, dry_run):
            told = {"files": files, "proposals": proposals, "offline": [str(path) for path in offline]}
            return {"event": "index.pruned", **told, "dry_run": dry_run}
        case Copies(query, matches, error, by):
            shown = [member(match) | {"best": place == 0 and by is None} for place, match in enumerate(matches)]
            return {"query": str(query), "matches": shown, "ranked_by": by, "error": error}
        case Collected(query, best, collected, planned, reason, error):
            return {
                "query": _text(query),
                "best": _text(best),
                "collected": _text(collected),
                "planned": planned,
                "reason": reason,
                "error": error,
            }
        case Copied(members):
            return {"best": str(members[0].picture.path), "members": [member(match) for match in members]}
        case Ruled(rule, path, done, targets, reason, size, made, told, error):
            return {
                "rule": rule,
                "path": str(path),
                "done": done,
                "targets": [str(target) for target in targets],
                "reason": reason,
                "bytes": size,
                "made": made,
                "told": dict(told),
                "error": error,
            }
        case Verified(number, entry, target, condition, reason):
            error = reason if condition in ("damaged", "unreadable") else None
            told = {"id": number, "entry": entry, "target": str(target), "state": condition}
            return {**told, "reason": reason, "error": error}
        case Reviewed(number, decision, proposal, reason, error):
            return {
                "id": number,
                "decision": decision,
                "state": None if proposal is None else proposal.state,
                "source": None if proposal is None else str(proposal.step.source),
                "target": None if proposal is None else str(proposal.step.target),
                "reason": reason,
                "error": error,
            }
        case Undone(number, target, undone, reason):
            error = None if undone else reason
            return {"id": number, "target": _text(target), "undone": undone, "reason": reason, "error": error}


def json_line(line: Line) -> str:
    """One line of ASCII."""
    return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def collected(outcome: Outcome, *, planned: bool) -> Collected:
    """The report of an outcome. A file that was in place already counts as collected."""
    step = outcome.step
    if isinstance(step, Collect):
        target = None if planned or outcome.error else step.target
        return Collected(step.query, step.source, target, planned, step.reason, outcome.error)
    target = step.placed.target if step.placed else None
    return Collected(step.query, step.best, target, planned=False, reason=step.reason)


def member(match: Match) -> dict[str, Any]:
    """What every match is told with."""
    content = match.picture.content
    return {
        "path": str(match.picture.path),
        "kind": match.kind.value,
        "confidence": match.confidence,
        "width": content.width,
        "height": content.height,
        "bytes": content.size,
        "measures": dict(match.measures),
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
