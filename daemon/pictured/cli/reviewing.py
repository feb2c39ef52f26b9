"""`review`: what waits for a person, on the terminal or as a page, and the person's decisions."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from pictured.cli.options import ConfigOption, JsonOption, index, optional, settings_of, state
from pictured.cli.showing import console, end, follow, plain, print_line, waiting
from pictured.disk.paths import real
from pictured.errors import UsageError
from pictured.service import jobs
from pictured.service.access import done
from pictured.service.proposing import told_of
from pictured.service.reports import Decision, Line
from pictured.store.queue import Queue

app = typer.Typer(
    help="Look at what waits for you, and decide on it: entries and rules in the mode `review` only propose.",
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

Numbers = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers that `pictured review` shows.")]
EntryOption = Annotated[str | None, typer.Option("--entry", metavar="NAME", help="Only what this entry proposes.")]


@app.callback(invoke_without_command=True)
def review(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--list", help="List what waits; so does `pictured review` alone.")] = False,  # noqa: ARG001, FBT002  typer
    entry: EntryOption = None,
    serve: Annotated[  # noqa: FBT002  typer
        bool, typer.Option("--serve", help="Show it as a page on this machine, to be decided there.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Its port; any free one by default.")] = 0,
    address: Annotated[
        str, typer.Option("--address", metavar="IP", help="Another address of this machine: others can then reach it.")
    ] = "127.0.0.1",
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """List what waits for you, or show it as a page.

    Examples: `pictured review`, `pictured review --list --json`, `pictured review --serve`
    """
    if context.invoked_subcommand is not None:
        return
    if serve:
        _serve(address, port, config, json_lines=json_lines)
        return
    proposals = _waiting(entry, config)
    for each in proposals:
        if json_lines:
            print_line(each)
        else:
            _show(each)
    if not json_lines:
        console().print(
            "`pictured review approve ID…`, `deny ID…` or `prefer ID PATH` decides." if proposals else "Nothing waits."
        )


@app.command()
def approve(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="ID…", help="Numbers that `pictured review` shows.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that waits.")] = False,  # noqa: FBT002  typer
    entry: EntryOption = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Have proposed steps carried out, if all is still as it was when they were planned.

    Examples: `pictured review approve 3 4`, `pictured review approve --all --entry best`
    """
    if everything == bool(numbers):
        raise UsageError("name numbers that `pictured review` shows, or give --all")
    if entry is not None and not everything:
        raise UsageError("--entry goes with --all")
    chosen = [each["id"] for each in _waiting(entry, config)] if everything else numbers or []
    _decide("approve", chosen, None, config, json_lines=json_lines)


@app.command()
def deny(numbers: Numbers, config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: FBT002  typer
    """Refuse proposed steps: this copy is never proposed again to this query picture, group or rule.

    Example: `pictured review deny 5`
    """
    _decide("deny", numbers, None, config, json_lines=json_lines)


@app.command()
def prefer(
    number: Annotated[int, typer.Argument(metavar="ID", help="A number that `pictured review` shows.")],
    copy: Annotated[Path, typer.Argument(metavar="PATH", help="The copy that is collected instead.")],
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Choose another copy: it is collected instead, and those known now are not proposed again in its place.

    Example: `pictured review prefer 5 ~/Pictures/2019/beach.jpg`
    """
    _decide("prefer", [number], real(copy.parent) / copy.name, config, json_lines=json_lines)


@app.command()
def undo(numbers: Numbers, config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: FBT002  typer
    """Take decisions back, and with them what was written, unless somebody changed it since.

    Example: `pictured review undo 5`
    """
    _decide("undo", numbers, None, config, json_lines=json_lines)


def _decide(
    decision: Decision, numbers: Sequence[int], copy: Path | None, config: Path | None, *, json_lines: bool
) -> None:
    job = jobs.Review(decision, tuple(numbers), copy)
    lines = done(job, state(), settings_of(optional(config)), waiting)
    end(failed=follow(lines, _show_decided, json_lines=json_lines))


def _waiting(entry: str | None, config: Path | None) -> list[Mapping[str, Any]]:
    with closing(index(config)) as db:
        return [told_of(each) for each in Queue(db).waiting(entry)]


def _show(proposal: Mapping[str, Any]) -> None:
    out = console()
    asked = f" for {plain(proposal['query'])}" if proposal["query"] else ""
    out.print(f"{proposal['id']:4}  [bold]{plain(proposal['source'])}[/bold]{asked}")
    over = f", in place of {plain(proposal['replaces'])}" if proposal["replaces"] else ""
    out.print(f"      {plain(proposal['entry'])}: to {plain(proposal['target'])}{over}")
    out.print(f"      [dim]{plain(proposal['reason'])}[/dim]")


def _show_decided(line: Line) -> None:
    if line["error"] is None:
        console().print(
            f"{line['id']:4}  {line['state']}  {plain(line['target'])} [dim]({plain(line['reason'])})[/dim]"
        )


def _serve(address: str, port: int, config: Path | None, *, json_lines: bool) -> None:
    try:
        from pictured.service.review_server import serve  # noqa: PLC0415  an extra, which other commands do without
    except ImportError as error:
        raise UsageError(
            f"the page needs {error.name}, which is not installed; install pictured[review], or decide with "
            "`pictured review approve` and `deny`"
        ) from error

    def ready(url: str) -> None:
        if json_lines:
            print_line({"url": url})
        else:
            console().print(f"Open {plain(url)}\nThe address works once. Ctrl-C ends the page.")

    # Ctrl-C is how the page ends.
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(state(), settings_of(optional(config)), address, port, ready))
