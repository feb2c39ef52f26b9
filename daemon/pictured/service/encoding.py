"""Jobs as JSON objects, as they go through the daemon's socket. Names of files that are no text go round, too."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar, get_args

from pictured.collecting.settings import Criterion
from pictured.errors import UsageError
from pictured.flow import Form
from pictured.matching.scales import Measure
from pictured.rules.rule import Rule
from pictured.service.jobs import JOBS, Job
from pictured.service.reports import Decision

_T = TypeVar("_T")


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
