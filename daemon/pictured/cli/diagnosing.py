"""The command `doctor`."""

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.installing import Kind, installation_of, kind_of, service_file, standing, text_of
from pictured.cli.options import ConfigOption, JsonOption, chosen, loaded, state
from pictured.cli.showing import console, plain, print_line
from pictured.config.model import Config
from pictured.disk.paths import shown
from pictured.errors import ConfigError, UsageError
from pictured.service.destinations import destinations
from pictured.service.diagnosis.engines import engines
from pictured.service.diagnosis.finding import Finding, State, good, note, wrong
from pictured.service.diagnosis.index import index
from pictured.service.diagnosis.installation import installed
from pictured.service.diagnosis.places import kept, watched, written
from pictured.service.orders import orders_of
from pictured.service.settings import shared_of

_MARKS = {State.GOOD: "[green]good [/green]", State.NOTE: "[yellow]note [/yellow]", State.WRONG: "[red]wrong[/red]"}


def doctor(
    thorough: Annotated[bool, typer.Option("--thorough", help="Read the whole index, too.")] = False,  # noqa: FBT002
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Look at all that pictured needs, and say what to do about what is wrong. Nothing is changed.

    Ends with exit code 1 where something is wrong. Run it as the account that runs the daemon.

    Examples: `pictured doctor`, `sudo -u pictured pictured doctor --config /etc/pictured/pictured.yaml`
    """
    ill = False
    for finding in _findings(config, thorough=thorough):
        ill |= finding.state is State.WRONG
        if json_lines:
            print_line(asdict(finding))
        else:
            console().print(f"{_MARKS[finding.state]} {finding.subject}: {plain(finding.text)}")
            if finding.advice:
                console().print(f"      [dim]{plain(finding.advice)}[/dim]")
    if ill:
        raise typer.Exit(1)


def _findings(config: Path | None, *, thorough: bool) -> Iterator[Finding]:
    settings = None
    try:
        settings = loaded(config)
    except ConfigError as error:
        yield wrong("configuration", str(error), "`pictured check` shows every fault with its line")
    else:
        yield from _configured(chosen(config))
    yield from engines(settings)
    if settings is not None:
        yield from watched(orders_of(settings).folders)
        yield from written(destinations(settings))
    yield from kept(state())
    yield from index(state(), shared_of(settings), _folders(settings), thorough=thorough)
    yield from _services(config)


def _configured(file: Path) -> Iterator[Finding]:
    yield good("configuration", f"{shown(file)} has no fault")
    if file.stat().st_mode & 0o022:
        yield note("configuration", f"{shown(file)} can be changed by others", f"run: chmod go-w {shown(file)}")


def _folders(settings: Config | None) -> tuple[Path, ...]:
    return () if settings is None else tuple(folder.path for folder in orders_of(settings).folders)


def _services(config: Path | None) -> Iterator[Finding]:
    for system in (False, True):
        try:
            kind = kind_of(sys.platform, system=system)
            file = service_file(kind, Path.home())
            text = standing(file)
        except UsageError:
            continue
        if text is None:
            continue
        # The system's unit is judged by the configuration of the system, whoever asks.
        place = installation_of(kind, None if kind is Kind.SYSTEM else config)
        yield from installed(file, text, text_of(kind, place))
        if kind is not Kind.SYSTEM and os.geteuid() == 0:
            yield note(
                "service", f"{shown(file)} runs pictured as root", "use --system, which has an account of its own"
            )
