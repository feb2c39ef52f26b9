"""What monitoring reads: a text file in Prometheus' exposition format, for the textfile collector of its node exporter.

See https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pictured.errors import PicturedError
from pictured.events import Event
from pictured.service.logs import Log
from pictured.service.ticking import tick


class Counted:
    """A log that counts what is told through it, by event."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.events: Counter[str] = Counter()

    def debug(self, event: str, **fields: Any) -> None:  # noqa: ANN401  as the log's
        """Count and pass on."""
        self._log.debug(self._noted(event), **fields)

    def info(self, event: str, **fields: Any) -> None:  # noqa: ANN401
        """Count and pass on."""
        self._log.info(self._noted(event), **fields)

    def warning(self, event: str, **fields: Any) -> None:  # noqa: ANN401
        """Count and pass on."""
        self._log.warning(self._noted(event), **fields)

    def error(self, event: str, **fields: Any) -> None:  # noqa: ANN401
        """Count and pass on."""
        self._log.error(self._noted(event), **fields)

    def _noted(self, event: str) -> str:
        self.events[str(event)] += 1
        return event


def exposition(status: Mapping[str, Any], events: Mapping[str, int], now: float) -> str:
    """Give the text of the file: what `status --json` says of a running daemon, and events since its start."""
    given_up = [each for each in status["failing"] if each["kind"] == "crashed" and each["retry_in"] is None]
    gauges: dict[str, tuple[str, float]] = {
        "start_time_seconds": ("When the daemon started.", now - status["uptime"]),
        "written_timestamp_seconds": ("When this file was written.", now),
        "paused": ("Whether the daemon rests.", status["paused"]),
        "pending_files": ("Files that were seen and are not finished.", status["pending"]),
        "pictures": ("Different pictures in the index.", status["pictures"]),
        "files": ("Files in the index.", status["files"]),
        "failed_files": ("Files that could not be taken.", status["failed"]),
        "quarantined_files": ("Files that broke their worker and were given up.", len(given_up)),
        "placed_files": ("Files that stand where the daemon placed them.", status["placed"]),
    }
    lines: list[str] = []
    for name, (text, value) in gauges.items():
        lines += [*_head(name, "gauge", text), f"pictured_{name} {float(value):.17g}"]
    lines += _of_roots("root_online", "Whether a watched folder is there.", status, "online")
    lines += _of_roots(
        "root_scanned_timestamp_seconds", "When a watched folder was last compared.", status, "last_scan"
    )
    lines += _head("destination_answers", "gauge", "Whether a destination answers, or hangs.")
    for each in status["destinations"]:
        lines.append(f'pictured_destination_answers{{path="{_escaped(each["path"])}"}} {float(each["answers"]):.17g}')
    lines += _head("events_total", "counter", "Events since the start, by their name in the log.")
    lines += [f'pictured_events_total{{event="{_escaped(event)}"}} {count}' for event, count in sorted(events.items())]
    return "\n".join(lines) + "\n"


def export(file: Path, text: str) -> None:
    """Write the file so that whoever reads it finds the old text or the new one.

    Raises:
        PicturedError: it cannot be written.
    """
    # The collector reads *.prom and nothing else.
    fresh = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise PicturedError(f"{file} cannot be written ({error.strerror}); correct `logging.metrics`.") from error


async def exporting(
    target: Callable[[], Path | None], status: Callable[[], Mapping[str, Any]], log: Counted, every: float = 30.0
) -> None:
    """Write the file, where there is one, every so many seconds until cancelled."""
    failed: Path | None = None
    while True:
        file = target()
        if file is not None:
            try:
                await asyncio.to_thread(export, file, exposition(status(), log.events, time.time()))
                failed = None
            except PicturedError as error:
                # Told once: monitoring sees by itself that the file is old.
                if failed != file:
                    log.warning(Event.METRICS_FAILED, path=file, error=str(error))
                failed = file
        await tick(every)


def _of_roots(name: str, text: str, status: Mapping[str, Any], key: str) -> Iterator[str]:
    yield from _head(name, "gauge", text)
    for root in status["roots"]:
        if root[key] is not None:
            labels = f'path="{_escaped(root["path"])}",role="{root["role"]}",mode="{root["mode"]}"'
            yield f"pictured_{name}{{{labels}}} {float(root[key]):.17g}"


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP pictured_{name} {text}", f"# TYPE pictured_{name} {kind}"]


def _escaped(text: str) -> str:
    # The format is UTF-8; a name of other bytes cannot be in it.
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
