"""The log: structlog on top of the standard library's, so that libraries speak through it too.

Console lines on a terminal, else one JSON object a line on standard error, with the journal's `<N>` priority in front
where standard error is the journal's. The only import of structlog.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Protocol, TextIO

import structlog
from structlog.typing import EventDict, Processor

from pictured.config.logs import Logging
from pictured.disk.paths import shown
from pictured.events import Event

_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


class Log(Protocol):
    """What the service logs with; events are of the catalogue in `events.py`."""

    def debug(self, event: str, **fields: Any) -> None: ...  # noqa: D102, ANN401
    def info(self, event: str, **fields: Any) -> None: ...  # noqa: D102, ANN401
    def warning(self, event: str, **fields: Any) -> None: ...  # noqa: D102, ANN401
    def error(self, event: str, **fields: Any) -> None: ...  # noqa: D102, ANN401


def set_up(settings: Logging, stream: TextIO | None, environ: Mapping[str, str]) -> Log:
    """Send everything that is logged to a stream, if one is given, and to the file of the settings, if they name one.

    May be called again.
    """
    handlers: list[logging.Handler] = []
    if stream is not None:
        console = stream.isatty()
        journal = "" if console else environ.get("JOURNAL_STREAM", "")
        prefixed = bool(journal) and journal == _identity(stream)
        handlers.append(_handler(logging.StreamHandler(stream), _renderer(console, prefixed)))
    if settings.file is not None:
        settings.file.parent.mkdir(parents=True, exist_ok=True)
        rotating = RotatingFileHandler(settings.file, maxBytes=settings.max_bytes, backupCount=settings.keep)
        handlers.append(_handler(rotating, _json_line))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(settings.level.upper())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    log: Log = structlog.get_logger("pictured")
    threading.excepthook = partial(_thread_failed, log)
    return log


def _thread_failed(log: Log, fault: threading.ExceptHookArgs) -> None:
    """Log what ends a thread: Python would write it to standard error, where it is no line of the log."""
    told = fault.exc_type, fault.exc_value, fault.exc_traceback
    log.error(Event.THREAD_FAILED, thread=fault.thread.name if fault.thread else "", exc_info=told)


def _shared() -> list[Processor]:
    return [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), _plain]


def _handler(handler: logging.Handler, render: Callable[..., str]) -> logging.Handler:
    transform = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(transform),
                render,
            ],
        )
    )
    return handler


def _renderer(console: bool, prefixed: bool) -> Callable[..., str]:  # noqa: FBT001
    if console:
        plain = structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ, pad_event_to=16, sort_keys=False)
        return lambda logger, name, fields: str(plain(logger, name, _readable(fields)))
    return _with_priority if prefixed else _json_line


def _json_line(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> str:
    first = {key: fields.pop(key) for key in ("timestamp", "level", "event") if key in fields}
    return json.dumps({**first, **fields}, ensure_ascii=True, default=str, separators=(",", ":"))


def _with_priority(logger: object, name: str, fields: MutableMapping[str, Any]) -> str:
    priority = _PRIORITY.get(str(fields.get("level")), 6)
    return f"<{priority}>{_json_line(logger, name, fields)}"


def _plain(_logger: object, _name: str, fields: EventDict) -> EventDict:
    """Write paths as text and leave out what is not known."""
    kept = {key: str(value) if isinstance(value, Path) else value for key, value in fields.items() if value is not None}
    kept["event"] = str(kept["event"])
    return kept


def _readable(fields: EventDict) -> EventDict:
    return {
        key: shown(value) if isinstance(value, str) and key != "timestamp" else value for key, value in fields.items()
    }


def _identity(stream: TextIO) -> str:
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return ""
    return f"{found.st_dev}:{found.st_ino}"


def terminal() -> TextIO:
    """Where the daemon's log goes."""
    return sys.stderr
