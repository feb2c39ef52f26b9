"""The daemon's own commands: `run`, `reload`, `pause`, `resume`, `rescan`, `retry`."""

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, chosen, loaded, state
from pictured.cli.showing import print_line
from pictured.disk.paths import real
from pictured.errors import UsageError
from pictured.service.control import ask
from pictured.service.daemon import Place
from pictured.service.lifecycle import serve
from pictured.service.logs import set_up, terminal
from pictured.service.notifying import supervisor_in


def run(
    config: ConfigOption = None,
    log_file: Annotated[
        Path | None,
        typer.Option(
            "--log", metavar="FILE", help="Log to this file, which is set aside by its size, not to standard error."
        ),
    ] = None,
) -> None:
    """Run the daemon in the foreground; SIGTERM or Ctrl-C ends it, SIGHUP reads the configuration again.

    Examples: `pictured run`, `pictured run --config ./pictured.yaml`
    """
    settings = loaded(config)
    if log_file is None:
        log = set_up(settings.logging, terminal(), os.environ)
    else:
        log = set_up(settings.logging.model_copy(update={"file": log_file.absolute()}), None, os.environ)
    place = Place(chosen(config).absolute(), partial(loaded, config))
    asyncio.run(serve(settings, place, state(), log, supervisor_in(os.environ, os.getpid())))


def reload(config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: FBT002  typer
    """Have the running daemon read its configuration again; a faulty one is refused and the old one stays in force."""
    loaded(config)
    lines = asyncio.run(_asked({"do": "reload"}))
    for line in lines:
        if json_lines:
            print_line(line)
        else:
            typer.echo(f"Reloaded {line['reloaded']}.")


def pause(config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: ARG001, FBT002  typer
    """Let the running daemon rest: what happens is noted and waits, until `pictured resume` or its next start.

    Example: `pictured pause` before a large copy, `pictured resume` after it
    """
    _tell({"do": "pause"}, "The daemon rests; `pictured resume` ends that.", json_lines=json_lines)


def resume(config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: ARG001, FBT002  typer
    """Let the daemon go on after `pictured pause`."""
    _tell({"do": "resume"}, "The daemon goes on.", json_lines=json_lines)


def rescan(
    accept: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Take the drive that is mounted at this folder for it from now on, though it is another one.",
        ),
    ] = None,
    config: ConfigOption = None,  # noqa: ARG001  every command takes it
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Have the running daemon compare its folders with the index now; unchanged files are not read again.

    Examples: `pictured rescan`, `pictured rescan --accept /media/photos` after the drive there was replaced for good
    """
    _tell(
        {"do": "rescan", "accept": [str(real(folder)) for folder in accept or ()]},
        "The folders are being compared; `pictured status` shows how far it is.",
        json_lines=json_lines,
    )


def retry(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Files that failed; all of them by default.")
    ] = None,
    config: ConfigOption = None,  # noqa: ARG001  every command takes it
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Have the running daemon take files again that failed, also those that broke their worker and were given up.

    Examples: `pictured retry`, `pictured retry ~/Pictures/broken.jpg`
    """
    paths = [str(real(file.parent) / file.name) for file in files or ()]
    _tell({"do": "retry", "paths": paths}, "{retrying} files are taken again.", json_lines=json_lines)


def _tell(request: Mapping[str, object], said: str, *, json_lines: bool) -> None:
    for line in asyncio.run(_asked(request)):
        if json_lines:
            print_line(line)
        else:
            counts = {name: len(value) for name, value in line.items() if isinstance(value, list)}
            typer.echo(said.format(**counts))


async def _asked(request: Mapping[str, object]) -> list[dict[str, object]]:
    try:
        return [dict(line) async for line in ask(state(), request)]
    except ConnectionError:
        raise UsageError("no daemon is running; start it with `pictured run`") from None
