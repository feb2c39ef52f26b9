"""`report`: the groups of copies, and what rules made, as pages to be looked at."""

import webbrowser
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, optional, settings_of, state
from pictured.cli.showing import complain, console, end, follow, plain, size, waiting
from pictured.cli.working import PREFER, Folders, WorkersOption, folders_of, query_folders
from pictured.collecting.settings import Criterion
from pictured.disk.paths import real
from pictured.service import jobs
from pictured.service.access import done, opened
from pictured.service.library import Scope
from pictured.service.reporting import Reported, write_report
from pictured.service.reporting import line_of as reported_line
from pictured.service.reports import Line, line_of
from pictured.service.settings import Settings


def report(
    folders: Folders = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The page to write; only a report is ever replaced.")
    ] = Path("report.html"),
    open_page: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,  # noqa: FBT002  typer
    workers: WorkersOption = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Show every group of copies side by side on a page of its own: the best one, and why it is the best.

    The page is one file that works from the disk and asks no network. It shows what rules made, too, before and after.
    It holds previews, and of the first 1,000 groups the part in which copies differ most, pixel by pixel. More than
    1,000 groups are split into numbered pages. No picture is changed.

    Examples: `pictured report --in ~/Pictures --open`, `pictured report --out /tmp/copies.html`
    """
    settings = optional(config)
    target = real(out.parent) / out.name
    scope = Scope(folders_of(folders), () if folders else query_folders(settings))
    failed = follow(_lines(scope, target, settings_of(settings, workers)), _show, json_lines=json_lines)
    if open_page and not webbrowser.open(target.as_uri()):
        complain(str(target), "no browser could be started; open the file yourself")
        failed = True
    end(failed=failed)


async def _lines(scope: Scope, out: Path, settings: Settings) -> AsyncGenerator[Line]:
    if scope.folders:
        async with aclosing(done(jobs.Scan(scope.folders), state(), settings, waiting)) as lines:
            async for line in lines:
                # Who asks for a report did not ask for the sums of the scan.
                if line.get("event") != "scan.finished":
                    yield line
    async with (
        opened(state(), settings, writer=False) as (library, workers),
        aclosing(write_report(library, workers, scope, tuple(map(Criterion, PREFER)), out)) as reports,
    ):
        async for each in reports:
            yield reported_line(each) if isinstance(each, Reported) else line_of(each)


def _show(line: Line) -> None:
    if line.get("event") != "report.written":
        return
    out = console()
    out.print(
        f"{line['groups']} groups of copies, {size(line['saved'])} in those that are not the best, "
        f"{line['results']} results of rules"
    )
    if line["without_preview"]:
        out.print(f"[yellow]{line['without_preview']} files could not be read[/yellow]; the page says why")
    out.print(f"written to [bold]{plain(line['files'][0])}[/bold] ({size(line['bytes'])})")
