"""The command line: the table of commands, and the one place where errors become messages and exit codes."""

import gc
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import typer

from pictured import __version__
from pictured.errors import ExitCode, PicturedError
from pictured.service.launching import prepare

_YOUNG = 50_000
"""Values that are made and not yet gone before garbage is looked for among them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, its panel in the help, and the module of `pictured.cli` that has it.

    `reads` tells that it reads pictures, so that workers may begin to load at once.
    """

    name: str
    panel: str
    module: str
    reads: bool = False


COMMANDS = (
    Command("scan", "Finding and collecting", "working", reads=True),
    Command("find", "Finding and collecting", "working", reads=True),
    Command("collect", "Finding and collecting", "working", reads=True),
    Command("dupes", "Finding and collecting", "working", reads=True),
    Command("undo", "Finding and collecting", "working"),
    Command("verify", "Finding and collecting", "working"),
    Command("prune", "Finding and collecting", "pruning"),
    Command("review", "Finding and collecting", "reviewing"),
    Command("apply", "Carrying out rules", "applying", reads=True),
    Command("untile", "Carrying out rules", "untiling"),
    Command("extract", "Carrying out rules", "extracting"),
    Command("mark", "Invisible marks", "marking"),
    Command("status", "Knowing", "knowing"),
    Command("history", "Knowing", "knowing"),
    Command("explain", "Knowing", "knowing", reads=True),
    Command("report", "Knowing", "reporting", reads=True),
    Command("init", "Setting up", "configuring"),
    Command("check", "Setting up", "configuring"),
    Command("schema", "Setting up", "configuring"),
    Command("doctor", "Setting up", "diagnosing"),
    Command("demo", "Setting up", "demonstrating"),
    Command("migrate", "Setting up", "migrating"),
    Command("run", "Running", "serving", reads=True),
    Command("reload", "Running", "serving"),
    Command("pause", "Running", "serving"),
    Command("resume", "Running", "serving"),
    Command("rescan", "Running", "serving"),
    Command("retry", "Running", "serving"),
    Command("service", "Running", "installing"),
)


def application(arguments: Sequence[str]) -> typer.Typer:
    """Make the application. Where the first argument names a command, only that one is loaded: it starts sooner."""
    app = typer.Typer(
        name="pictured",
        help="Keeps the best copy of every picture: watches folders, finds copies, collects the best one.",
        epilog="Exit codes: 0 done, 1 some files failed, 2 usage, 70 internal, 74 index, 78 configuration.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        callback=_main,
    )
    named = [command for command in COMMANDS if command.name in arguments[:1]]
    if any(command.reads for command in named) and "--help" not in arguments:
        prepare()
    for command in named or COMMANDS:
        module = import_module(f"pictured.cli.{command.module}")
        if command.name in ("service", "mark", "review"):
            app.add_typer(module.app, name=command.name, rich_help_panel=command.panel)
        else:
            app.command(command.name, rich_help_panel=command.panel)(getattr(module, command.name))
    return app


def _version(wanted: bool) -> None:  # noqa: FBT001  typer calls it
    if wanted:
        typer.echo(f"pictured {__version__}")
        raise typer.Exit


def _main(
    version: Annotated[  # noqa: FBT002  typer
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line and end the process."""
    try:
        # What is loaded stays, and what a million files come as is gone by itself: to look for garbage in either takes
        # a quarter of a second at each start, and a fifth of a rescan.
        gc.disable()
        made = application(sys.argv[1:])
        gc.freeze()
        gc.set_threshold(_YOUNG)
        gc.enable()
        made(prog_name="pictured")
    except PicturedError as error:
        _tell(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _tell("stopped")
        sys.exit(130)
    except ConnectionError as error:
        _tell(str(error))
        sys.exit(ExitCode.INTERNAL)
    except Exception:  # noqa: BLE001  whatever it is, it gets the documented exit code and its traceback
        traceback.print_exc()
        _tell("this is a fault of pictured; please report it with the lines above")
        sys.exit(ExitCode.INTERNAL)


def _tell(message: str) -> None:
    for line in message.splitlines() or [message]:
        typer.echo(f"pictured: {line}", err=True)
