"""The commands that tell what is known: `status`, `history`, `explain`."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pictured.cli import live
from pictured.cli.live import span
from pictured.cli.options import ConfigOption, JsonOption, index, optional, settings_of, state
from pictured.cli.showing import console, plain, print_line, size
from pictured.cli.working import PREFER
from pictured.collecting.settings import Criterion
from pictured.disk.paths import real
from pictured.errors import ExitCode, StoreError, UsageError
from pictured.flow import Role
from pictured.service.access import opened
from pictured.service.control import ask
from pictured.service.explaining import explain as explained
from pictured.service.library import Scope
from pictured.service.orders import orders_of
from pictured.service.resting import history as told
from pictured.service.resting import resting_status


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every second, until Ctrl-C.")] = False,  # noqa: FBT002
    quarantine: Annotated[  # noqa: FBT002  typer
        bool, typer.Option("--quarantine", help="List the files that broke their worker and were given up.")
    ] = False,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Show what the daemon does, or what is known if none runs.

    Examples: `pictured status`, `pictured status --watch`, `pictured status --json`
    """
    if watch:
        _watch(config, json_lines=json_lines)
        return
    found = asyncio.run(_status(config))
    if quarantine:
        _print_quarantine(found, json_lines=json_lines)
    elif json_lines:
        print_line(found)
    else:
        _print_status(found)


def history(
    path: Annotated[Path | None, typer.Argument(help="Only what concerns this file.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many deeds, the latest first.")] = 50,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """List what was placed, replaced and taken back, the latest first.

    Examples: `pictured history`, `pictured history ~/Best/beach.jpg --json`
    """
    where = None if path is None else real(path.parent) / path.name
    with closing(index(config)) as db:
        deeds = told(db, where, limit)
    for deed in deeds:
        if json_lines:
            print_line(deed)
        else:
            when = _moment(deed["at"], "%Y-%m-%d %H:%M:%S")
            console().print(f"{deed['id']:4}  {when}  {deed['what']:8}  {plain(deed['target'])}")
            console().print(f"      from {plain(deed['source'])} [dim]({plain(deed['reason'])})[/dim]")
            for each in deed["companions"]:
                console().print(f"      with {plain(Path(each['target']).name)} [dim]({plain(each['reason'])})[/dim]")
    if not deeds and not json_lines:
        console().print("Nothing was placed yet.")


def explain(
    file: Annotated[Path, typer.Argument(help="Any picture, indexed or not.")],
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Tell all that is known of a file: its copies in order, the plan, and every reason.

    Examples: `pictured explain from-pdf/page3.jpg`, `pictured explain photo.jpg --json`
    """
    found = asyncio.run(_explain(real(file.parent) / file.name, config))
    if json_lines:
        print_line(found)
    else:
        _print_explained(found)
    if found["error"]:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _watch(config: Path | None, *, json_lines: bool) -> None:
    terminal = Console(highlight=False)
    if json_lines or not terminal.is_terminal:
        raise UsageError("--watch needs a terminal and no --json; programs ask `pictured status --json` again instead")
    with suppress(KeyboardInterrupt):
        asyncio.run(live.watch(lambda: _status(config), lambda: _deeds(config), terminal))


def _deeds(config: Path | None) -> Sequence[Mapping[str, Any]]:
    try:
        with closing(index(config)) as db:
            return told(db, None, 10)
    except StoreError:
        # Whether there is an index, and what is wrong with it, is for the status to say.
        return ()


async def _status(config: Path | None) -> Mapping[str, Any]:
    try:
        async for line in ask(state(), {"do": "status"}):
            return line
    except ConnectionError:
        pass  # no daemon runs, so the index has to tell
    settings = optional(config)
    folders = tuple((real(folder.path), folder.role) for folder in settings.folders) if settings else ()
    try:
        with closing(index(config)) as db:
            return resting_status(db, folders)
    except StoreError:
        if (settings and settings.store) or (state() / "index.sqlite3").exists():
            raise
        return resting_status(None, folders)


async def _explain(file: Path, config: Path | None) -> Mapping[str, Any]:
    settings = optional(config)
    orders = orders_of(settings) if settings else None
    scope = Scope(excluding=orders.paths(Role.QUERY) if orders else ())
    async with opened(state(), settings_of(settings), writer=False) as (library, workers):
        return await explained(library, workers, file, scope, tuple(map(Criterion, PREFER)), orders)


def _print_quarantine(found: Mapping[str, Any], *, json_lines: bool) -> None:
    given_up = [each for each in found["failing"] if each["kind"] == "crashed" and each["retry_in"] is None]
    for each in given_up:
        if json_lines:
            print_line(each)
        else:
            console().print(f"{plain(each['error'])} [dim]({each['tries']} times)[/dim]")
    if not json_lines:
        more = "`pictured retry FILE` takes one of them again." if given_up else "No file was given up."
        console().print(more)


def _print_status(found: Mapping[str, Any]) -> None:
    out = console()
    if found["running"]:
        out.print(
            f"[green]running[/green] (pid {found['pid']}, up {span(found['uptime'])}), {found['pending']} pending"
        )
    else:
        out.print(f"[yellow]not running[/yellow]; {found['pending']} files wait for the daemon")
    out.print(
        f"{found['pictures']} pictures in {found['files']} files, {found['placed']} placed, {found['failed']} failed"
    )
    if found["waiting"]:
        out.print(f"{live.proposals(found['waiting'])}: [bold]pictured review[/bold]")
    for root in found["roots"]:
        state_of = root["mode"] if root["online"] else "[red]offline[/red]"
        scanned = (
            datetime.fromtimestamp(root["last_scan"]).astimezone().strftime("%H:%M:%S")
            if root["last_scan"]
            else "never"
        )
        busy = f", {now}" if (now := live.scanning(root)) else ""
        event = f", last event {_moment(root['last_event'], '%H:%M:%S')}" if root["last_event"] else ""
        waits = f", {root['backlog']} waiting" if root["backlog"] else ""
        out.print(f"  {root['role']:8} {plain(root['path'])}  {state_of}, last scan {scanned}{event}{waits}{busy}")
        if root["reason"]:
            out.print(f"           [dim]{plain(root['reason'])}[/dim]")
    for each in found["destinations"]:
        if not each["answers"]:
            told = f"{each['path']} does not answer, for {span(each['silent'] or 0)} now; what goes there waits"
            out.print(f"  [red]hangs[/red]    {plain(told)}")
    for failing in found["failing"][:20]:
        again = f" [dim](again in {span(failing['retry_in'])})[/dim]" if failing["retry_in"] is not None else ""
        named = failing["path"] in failing["error"]
        told = failing["error"] if named else f"{failing['path']}: {failing['error']}"
        out.print(f"  [red]failed[/red] {plain(told)}{again}")
    if len(found["failing"]) > 20:
        out.print(f"  … and {len(found['failing']) - 20} more; `pictured status --json` lists them all")


def _print_explained(found: Mapping[str, Any]) -> None:
    out = console()
    out.print(f"[bold]{plain(found['path'])}[/bold]")
    if found["error"]:
        out.print(f"  [red]failed[/red]: {plain(found['error'])}")
        return
    content = found["content"]
    out.print(f"  {content['format']}, {content['width']} x {content['height']}, {size(content['bytes'])}")
    for name in ("taken", "camera", "luma_quantiser", "sha256"):
        if content[name] is not None:
            out.print(f"  [dim]{name.replace('_', ' ')}: {plain(str(content[name]))}[/dim]")
    if found["placed_by_us"]:
        out.print("  pictured placed this file; it is never taken for an original")
    out.print(f"  {len(found['copies'])} copies")
    for copy in found["copies"]:
        _print_related(copy)
        out.print(f"           [dim]{plain(copy['reason'])}[/dim]")
    if found["similar"]:
        out.print(f"  {len(found['similar'])} similar, which are never collected by themselves")
    for similar in found["similar"]:
        _print_related(similar)
    for step in found["plan"]:
        target = f" at {plain(step['target'])}" if step["target"] else ""
        out.print(f"  {plain(step['entry'])}: {step['do']} {plain(step['best'] or '')}{target}")
        out.print(f"    [dim]because {plain(step['reason'])}[/dim]")
        for each in step["companions"]:
            out.print(f"    with {plain(Path(each['target']).name)} [dim]({plain(each['reason'])})[/dim]")


def _print_related(match: Mapping[str, Any]) -> None:
    out = console()
    about = f"{match['kind']:7} {match['confidence']:.2f}  {match['width']} x {match['height']}"
    out.print(f"    {about}  {plain(match['path'])}")
    if match["measures"]:
        told = ", ".join(f"{name} {value:g}" for name, value in match["measures"].items())
        out.print(f"           [dim]{told}[/dim]")


def _moment(at: float, form: str) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime(form)
