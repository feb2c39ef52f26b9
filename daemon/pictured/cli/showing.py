"""Shows what jobs report: progress and tables on a terminal, JSON lines for programs."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pictured.disk.paths import shown
from pictured.errors import ExitCode
from pictured.service.reports import Line, json_line

Show = Callable[[Line], None]


def waiting() -> None:
    """Say that another command has to end first."""
    typer.echo("pictured: another command is writing the index; waiting for it to end", err=True)


def follow(lines: AsyncGenerator[Line], show: Show, *, json_lines: bool) -> bool:
    """Show every line as it comes, with a progress bar on a terminal; says whether any told of a failure."""
    return asyncio.run(_follow(lines, show, json_lines=json_lines))


def end(*, failed: bool) -> None:
    """End the command, with exit code 1 where some files failed."""
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def print_line(line: Line) -> None:
    """Print one JSON line, at once. Ends the command where nobody reads on, as `head` does."""
    try:
        sys.stdout.write(json_line(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Else the interpreter would try once more to write what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitCode.OK) from None


def complain(path: str | None, error: str) -> None:
    """Name a file that failed on standard error."""
    text = shown(error)
    named = path is None or shown(path) in text
    typer.echo(f"pictured: {text}" if named else f"pictured: {shown(path or '')}: {text}", err=True)


def console() -> Console:
    """The terminal, or whatever standard output is."""
    return Console(highlight=False, soft_wrap=True)


def plain(path: str | Path) -> str:
    """A path for the console: printable, and not taken for markup."""
    return escape(shown(path))


def size(count: int) -> str:
    """A number of bytes for people."""
    number = float(count)
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


async def _follow(lines: AsyncGenerator[Line], show: Show, *, json_lines: bool) -> bool:
    failed = False
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=json_lines or not sys.stderr.isatty(),
    )
    async with aclosing(lines):
        with bar:
            task = bar.add_task("", total=None, rate="")
            async for line in lines:
                if line.get("event") == "progress":
                    _advance(bar, task, line)
                    continue
                if line.get("event") == "warning":
                    complain(None, str(line["warning"]))
                if line.get("error"):
                    failed = True
                    complain(line.get("path") or line.get("query"), str(line["error"]))
                if json_lines:
                    print_line(line)
                else:
                    show(line)
    return failed


def _advance(bar: Progress, task: Any, line: Line) -> None:  # noqa: ANN401  rich's id
    state = bar.tasks[0]
    if state.description != line["what"]:
        bar.reset(task, description=str(line["what"]), total=line["total"])
    speed = state.finished_speed or state.speed
    bar.update(task, completed=line["done"], total=line["total"], rate=f"{speed:.0f}/s" if speed else "")
