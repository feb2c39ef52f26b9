"""The command `migrate`."""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from pictured.cli.options import ConfigOption, JsonOption, loaded, state
from pictured.cli.showing import console, end, follow, plain
from pictured.config.model import Config
from pictured.errors import UsageError
from pictured.service.migrating import migrate as moved
from pictured.service.reports import Line
from pictured.service.settings import naming_of
from pictured.store.engines import Shared

_SQLITE, _POSTGRESQL = "sqlite", "postgresql"


def migrate(
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="WHERE", help="postgresql://USER@HOST/DATABASE, postgresql (as under `store`), or sqlite."
        ),
    ],
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Move the index of this machine to a PostgreSQL database that several machines share, or back to a file.

    Stop the daemon first. A move that was cut off goes on where it was. Everything is compared afterwards. The
    configuration is not changed: write the address under `store`, or remove it.

    Examples: `pictured migrate --to postgresql://pictured@server/pictured`, `pictured migrate --to sqlite`
    """
    settings = loaded(config)
    shared = _shared(to, settings)
    lines = moved(state(), shared, "file" if to == _SQLITE else "shared")

    def show(line: Line) -> None:
        if line.get("event") == "index.moved":
            out = console()
            out.print(f"Moved {line['contents']} pictures in {line['files']} files and {line['placed']} placed files.")
            out.print(f"[dim]All of them were compared afterwards, SHA-256 {line['sha256']}.[/dim]")
            if line["aside"]:
                out.print(f"The file is kept as {plain(line['aside'])}.")
            said = "Remove `store` from" if to == _SQLITE else "Write the address under `store` into"
            out.print(f"{said} the configuration before the next start.")

    end(failed=follow(lines, show, json_lines=json_lines))


def _shared(to: str, settings: Config) -> Shared:
    naming = naming_of(settings)
    if to in (_SQLITE, _POSTGRESQL):
        if settings.store is None:
            raise UsageError(f"--to {to} needs the address of the database under `store` in the configuration")
        return Shared(settings.store, naming)
    if not to.startswith(("postgresql://", "postgres://")):
        raise UsageError("--to takes postgresql://USER@HOST/DATABASE, postgresql or sqlite")
    parts = urlsplit(to)
    if parts.password is not None or "password" in parse_qs(parts.query):
        raise UsageError(
            "everybody on this machine can read the password of --to in its list of processes; leave it out, and put "
            "it into ~/.pgpass or PGPASSWORD"
        )
    return Shared(to, naming)
