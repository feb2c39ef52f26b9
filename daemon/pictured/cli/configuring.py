"""The commands about the configuration: `init`, `check`, `schema`."""

import json
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, chosen, loaded
from pictured.config.document import InvalidConfigError, written
from pictured.config.example import example_text
from pictured.config.model import Config
from pictured.config.publishing import SCHEMA
from pictured.config.schema import schema_text
from pictured.disk.paths import shown
from pictured.errors import ConfigError, ExitCode, UsageError
from pictured.flow import Role


def init(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; the usual place by default.")] = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Write a commented configuration to begin with. A file that is there is never overwritten."""
    target = file or chosen(config)
    if os.path.lexists(target):
        raise UsageError(
            f"{shown(target)} is there already and is not overwritten; `pictured check` checks it, "
            "`pictured init OTHER` writes another"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_new(target, example_text())
    except OSError as error:
        raise UsageError(f"{shown(target)} cannot be written: {error.strerror}; name another file") from None
    # Only editors want the schema, and one that is there may be somebody's own.
    with suppress(OSError):
        _write_new(target.parent / SCHEMA, schema_text())
    if json_lines:
        typer.echo(json.dumps({"config": str(target.absolute())}))
    else:
        typer.echo(f"Wrote {shown(target)}. Put your folders into it, then run `pictured check`.")


def check(config: ConfigOption = None, json_lines: JsonOption = False) -> None:  # noqa: FBT002  typer
    """Check the configuration and tell every fault with its line and column."""
    file = chosen(config)
    try:
        found = loaded(config)
    except ConfigError as error:
        if not json_lines:
            raise
        typer.echo(json.dumps({"config": str(file.absolute()), "valid": False, "faults": _faults(error), "notes": []}))
        raise typer.Exit(ExitCode.CONFIG) from None
    notes = _notes(found)
    if json_lines:
        typer.echo(json.dumps({"config": str(file.absolute()), "valid": True, "faults": [], "notes": notes}))
        return
    typer.echo(f"{shown(file)}: no faults. {_summary(found)}")
    for note in notes:
        typer.echo(f"note: {note}")


def schema(config: ConfigOption = None) -> None:  # noqa: ARG001  every command takes it
    """Print the JSON schema of the configuration, for editors."""
    typer.echo(schema_text(), nl=False)


def _write_new(file: Path, text: str) -> None:
    with file.open("x", encoding="utf-8") as opened:
        try:
            opened.write(text)
            opened.flush()
        except OSError:
            file.unlink()
            raise


def _faults(error: ConfigError) -> list[dict[str, object]]:
    if not isinstance(error, InvalidConfigError):
        return [{"line": None, "column": None, "key": "", "message": str(error)}]
    return [
        {
            "line": fault.position.line,
            "column": fault.position.column,
            "key": written(fault.key),
            "message": fault.message,
        }
        for fault in error.faults
    ]


def _summary(config: Config) -> str:
    roles = Counter(folder.role for folder in config.folders)
    folders = ", ".join(f"{count} {role}" for role, count in roles.items())
    entries = ", ".join(f"{entry.name} ({entry.mode})" for entry in config.collect) or "none"
    rules = ", ".join(f"{rule.name} ({rule.mode if rule.enabled else 'off'})" for rule in config.rules) or "none"
    return f"Folders: {folders}. Collect entries: {entries}. Rules: {rules}."


def _notes(config: Config) -> list[str]:
    notes = [
        f"{shown(folder.path)} is not there now; it counts as offline until it is"
        for folder in config.folders
        if folder.role is not Role.IGNORE and not folder.path.is_dir()
    ]
    if not any(folder.role is Role.QUERY for folder in config.folders):
        notes += [
            f"collect entry {entry.name!r} is for queries, but no folder has the role query, so nothing will ask"
            for entry in config.collect
            if entry.purpose == "queries"
        ]
    return notes
