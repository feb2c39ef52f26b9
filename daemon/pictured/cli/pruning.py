"""The command `prune`."""

from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, optional, settings_of, state
from pictured.cli.showing import console, end, follow, plain, waiting
from pictured.errors import UsageError
from pictured.quantities import seconds
from pictured.service import jobs
from pictured.service.access import done
from pictured.service.reports import Line


def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="TIME", help="Only what has been gone for so long, such as 30d.")
    ] = "0s",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be forgotten; change nothing.")] = False,  # noqa: FBT002
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Forget files that are gone, and proposals that were carried out or dropped.

    The daemon does so by itself after `limits.forget`. A file that comes back later is read again, as a new one.
    Nothing is forgotten of a folder whose drive is not there, and no file is touched.

    Examples: `pictured prune --dry-run`, `pictured prune --older-than 7d`
    """
    job = jobs.Prune(_seconds(older_than), dry_run)

    def show(line: Line) -> None:
        if line.get("event") == "index.pruned":
            would = "would be " if line["dry_run"] else ""
            console().print(f"{line['files']} files and {line['proposals']} proposals {would}forgotten.")
            for folder in line["offline"]:
                console().print(f"  [dim]{plain(folder)} is not there, so nothing of it is forgotten[/dim]")

    end(failed=follow(done(job, state(), settings_of(optional(config)), waiting), show, json_lines=json_lines))


def _seconds(text: str) -> float:
    try:
        length = seconds(text)
    except ValueError as error:
        raise UsageError(f"--older-than {text}: {error}") from error
    if not isinstance(length, float):
        raise UsageError(f"--older-than {text}: expected a duration such as 30d")
    return length
