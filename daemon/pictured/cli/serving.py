"""The daemon's own commands: `run` and `reload`."""

import asyncio
import os
from functools import partial

import typer

from pictured.cli.options import ConfigOption, JsonOption, chosen, loaded, state
from pictured.cli.showing import print_line
from pictured.errors import UsageError
from pictured.service.control import ask
from pictured.service.daemon import Place
from pictured.service.lifecycle import serve
from pictured.service.logs import set_up, terminal


def run(config: ConfigOption = None) -> None:
    """Run the daemon in the foreground; SIGTERM or Ctrl-C ends it, SIGHUP reads the configuration again.

    Examples: `pictured run`, `pictured run --config ./pictured.yaml`
    """
    settings = loaded(config)
    log = set_up(settings.logging, terminal(), os.environ)
    place = Place(chosen(config).absolute(), partial(loaded, config))
    asyncio.run(serve(settings, place, state(), log))


def reload(config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: FBT002  typer
    """Have the running daemon read its configuration again; a faulty one is refused and the old one stays in force."""
    loaded(config)
    lines = asyncio.run(_asked({"do": "reload"}))
    for line in lines:
        if json_lines:
            print_line(line)
        else:
            typer.echo(f"Reloaded {line['reloaded']}.")


async def _asked(request: dict[str, str]) -> list[dict[str, object]]:
    try:
        return [dict(line) async for line in ask(state(), request)]
    except ConnectionError:
        raise UsageError("no daemon is running; start it with `pictured run`") from None
