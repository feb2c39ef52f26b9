"""What `status --watch` shows: the daemon's state, drawn anew every second until somebody ends it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pictured.disk.paths import shown

Told = Mapping[str, Any]

_SECONDS = 1.0
_WINDOW = 10
_FAILURES = 8
_DEEDS = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted at a moment, in seconds of a clock that never goes back."""

    at: float
    files: int
    placed: int
    pending: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Files each second over the last seconds. `left` are seconds until nothing waits, where that can be told."""

    indexed: float = 0.0
    placed: float = 0.0
    left: float | None = None


def sample_of(told: Told, at: float) -> Sample:
    """Give what a status counts."""
    return Sample(at, told["files"], told["placed"], told["pending"])


def rates(samples: Sequence[Sample]) -> Rates:
    """Give how fast the counts go, from the first sample to the last."""
    if len(samples) < 2 or samples[-1].at <= samples[0].at:
        return Rates()
    first, last = samples[0], samples[-1]
    seconds = last.at - first.at
    fewer = (first.pending - last.pending) / seconds
    left = last.pending / fewer if fewer > 0 and last.pending else None
    return Rates(max(0.0, (last.files - first.files) / seconds), max(0.0, (last.placed - first.placed) / seconds), left)


async def watch(look: Callable[[], Awaitable[Told]], deeds: Callable[[], Sequence[Told]], console: Console) -> None:
    """Draw what `look` and `deeds` tell, once a second, until it is cancelled."""
    samples: list[Sample] = []
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        while True:
            told = await look()
            samples = [*samples[-_WINDOW:], sample_of(told, time.monotonic())]
            live.update(view(told, deeds(), rates(samples)), refresh=True)
            await asyncio.sleep(_SECONDS)


def view(told: Told, deeds: Sequence[Told], speed: Rates) -> RenderableType:
    """Give the whole picture: the daemon, its folders, what it did last, and what failed and why.

    Args:
        told: the object of `status --json`.
        deeds: those of `history --json`, the latest first.
        speed: of the last seconds.
    """
    parts: list[RenderableType] = [_head(told, speed)]
    if told["roots"]:
        parts += [_folders(told["roots"])]
    if deeds:
        parts += [Text("\nLast actions", style="bold"), _actions(deeds[:_DEEDS])]
    if told["failing"]:
        parts += [Text(f"\nFailures ({len(told['failing'])})", style="bold"), _failures(told["failing"])]
    return Group(*parts, Text("\nCtrl-C ends this view; the daemon goes on.", style="dim"))


def _head(told: Told, speed: Rates) -> RenderableType:
    if told["running"]:
        first = f"[green]running[/green] [dim]pid {told['pid']}, up {span(told['uptime'])}[/dim]"
    else:
        first = "[yellow]not running[/yellow] [dim]start it with `pictured run`[/dim]"
    left = f", about {span(speed.left)} left" if speed.left is not None else ""
    rendering = told.get("rendering")
    waiting = f"\n[bold]{proposals(told['waiting'])}[/bold]: pictured review --serve" if told["waiting"] else ""
    now = f"\nrendering {escape(shown(rendering['path']))} by {escape(shown(rendering['rule']))}" if rendering else ""
    return Text.from_markup(
        f"{first}\n"
        f"{told['pictures']} pictures in {told['files']} files, {told['placed']} placed, {told['failed']} failed\n"
        f"backlog {told['pending']}{left}; {speed.indexed:.1f} files/s indexed, {speed.placed:.1f} files/s placed"
        f"{now}{waiting}\n"
    )


def _folders(roots: Sequence[Told]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for name in ("Folder", "Role", "Watched by", "Last scan", "Last event"):
        table.add_column(name, overflow="fold" if name == "Folder" else "ellipsis", no_wrap=name != "Folder")
    for root in roots:
        mode = Text(root["mode"]) if root["online"] else Text("offline", style="red")
        busy = scanning(root)
        scan = Text(busy, style="cyan") if busy else Text(_clock(root["last_scan"]))
        table.add_row(Text(shown(root["path"])), Text(root["role"]), mode, scan, Text(_clock(root["last_event"])))
    return table


def _actions(deeds: Sequence[Told]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for deed in deeds:
        what = Text(shown(deed["target"]))
        what.append(f"\n{shown(deed['reason'])}", style="dim")
        table.add_row(Text(_clock(deed["at"])), Text(deed["what"], style="green"), what)
    return table


def _failures(failing: Sequence[Told]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in failing[:_FAILURES]:
        again = f" (again in {span(each['retry_in'])})" if each["retry_in"] is not None else ""
        error = each["error"] if each["path"] in each["error"] else f"{each['path']}: {each['error']}"
        table.add_row(Text(each["kind"], style="red"), Text(f"{shown(error)}{again}"))
    if len(failing) > _FAILURES:
        table.add_row("", Text(f"… and {len(failing) - _FAILURES} more; `pictured status --json` lists them all"))
    return table


def scanning(root: Told) -> str:
    """Say how far the scan of a folder is; nothing where none runs."""
    scan = root.get("scan")
    if scan is None:
        return "scanning now" if root["scanning"] else ""
    total = "" if scan["total"] is None else f" of {scan['total']}"
    left = "" if scan["left"] is None else f", about {span(scan['left'])} left"
    return f"scanning: {scan['done']}{total}, {scan['rate']:.0f}/s{left}"


def proposals(count: int) -> str:
    """Say how many steps wait for a person."""
    return f"{count} {'step waits' if count == 1 else 'steps wait'} for you"


def span(seconds: float) -> str:
    """Give a length of time for people."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _clock(at: float | None) -> str:
    return "never" if not at else datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")
