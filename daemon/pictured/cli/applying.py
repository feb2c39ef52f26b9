"""The command that carries out a rule by hand: `apply`."""

from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, loaded, settings_of, state
from pictured.cli.showing import console, end, follow, plain, size, waiting
from pictured.config.model import Config
from pictured.disk.paths import real
from pictured.errors import UsageError
from pictured.rules.rule import Rule
from pictured.service import jobs
from pictured.service.access import done
from pictured.service.orders import real_rule
from pictured.service.reports import Line


def apply(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Name of a rule of the configuration.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Pictures, or folders of pictures.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,  # noqa: FBT002
    again: Annotated[bool, typer.Option("--again", help="Also where it was done before.")] = False,  # noqa: FBT002
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Carry out a rule on files, whatever its mode; its conditions hold here too.

    Sources are not changed (unless the rule says `in_place`, and then the originals are kept), nothing is overwritten
    that pictured did not write. `pictured history` lists what was done and `pictured undo` takes it back.

    Examples: `pictured apply web holiday.jpg --dry-run`, `pictured apply web ~/Pictures/Export --json`
    """
    settings = loaded(config)
    job = jobs.Apply(_named(settings, rule).model_dump_json(), tuple(map(_file, files)), dry_run, again)
    end(failed=follow(done(job, state(), settings_of(settings), waiting), _show, json_lines=json_lines))


def _named(config: Config, name: str) -> Rule:
    found = next((rule for rule in config.rules if rule.name == name), None)
    if found is None:
        known = ", ".join(rule.name for rule in config.rules) or "none"
        raise UsageError(f"there is no rule {name!r} in the configuration; there are: {known}")
    return real_rule(found)


def _file(path: Path) -> Path:
    return real(path) if path.is_dir() else real(path.parent) / path.name


def _show(line: Line) -> None:
    if "rule" not in line or line["error"]:
        return
    match line["done"]:
        case "placed":
            targets = line["targets"]
            more = f" and {len(targets) - 1} more" if len(targets) > 1 else ""
            verdict = f"[green]made[/green] {plain(targets[0])}{more}  {size(line['bytes'])} -> {size(line['made'])}"
        case "planned":
            verdict = f"[yellow]would make[/yellow] {plain(line['targets'][0])} [dim]({plain(line['reason'])})[/dim]"
        case "skipped":
            verdict = f"[dim]not for this rule: {plain(line['reason'])}[/dim]"
        case _:
            verdict = f"[dim]nothing written: {plain(line['reason'])}[/dim]"
    console().print(f"{plain(line['path'])}\n    {verdict}")
