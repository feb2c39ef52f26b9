"""The commands that do something once: `scan`, `find`, `collect`, `dupes`, `undo`, `verify`."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, loaded, optional, settings_of, state
from pictured.cli.showing import console, end, follow, plain, size, waiting
from pictured.collecting.settings import CollectSettings
from pictured.config.model import Config
from pictured.disk.paths import real, shown
from pictured.errors import UsageError
from pictured.flow import Form, Role
from pictured.matching.scales import Measure
from pictured.service import jobs
from pictured.service.access import answered, done
from pictured.service.reports import Line

Folders = Annotated[
    list[Path] | None,
    typer.Option("--in", metavar="FOLDER", help="Search here; may be given several times. Indexed first, if need be."),
]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, max=256, help="Processes that read pictures.")]

_TOP = 10

PREFER = tuple(each.value for each in CollectSettings.model_fields["prefer"].default)


def scan(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders; those of the configuration by default.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read what is known, too; see `depth`.")] = False,  # noqa: FBT002
    workers: WorkersOption = None,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="ADDRESS", help="Let the workers of this Dask scheduler read.")
    ] = "",
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Bring the index up to date with folders, once.

    Examples: `pictured scan ~/Pictures`, `pictured scan --json ~/Pictures | tail -n 1`,
    `pictured scan --cluster tcp://scheduler:8786 /mnt/photos`
    """
    settings = optional(config) if folders else loaded(config)
    mounts = tuple(f"{share}={folder}" for share, folder in settings.mounts.items()) if settings and cluster else ()
    wanted = jobs.Scan(folders_of(folders)) if folders else _whole(settings)
    job = replace(wanted, again=again, cluster=cluster, mounts=mounts)
    lines = done(job, state(), settings_of(settings, workers), waiting)
    end(failed=follow(lines, _show_scan, json_lines=json_lines))


def find(
    queries: Annotated[list[Path], typer.Argument(metavar="QUERY", help="Pictures, or folders of pictures.")],
    folders: Folders = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, metavar="N", help="Show the N nearest pictures, copies or not.")
    ] = None,
    measure: Annotated[
        Measure | None, typer.Option("--measure", help="What --top goes by; 10 pictures where --top is not given.")
    ] = None,
    workers: WorkersOption = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Find every copy of a picture: reverse image search in your own files.

    Only proven copies are shown. With --top or --measure, the whole library is ranked by one measure instead, and
    nothing is claimed.

    Examples: `pictured find scan.jpg --in ~/Pictures`, `pictured find from-pdf/ --json`,
    `pictured find logo.png --top 5 --measure ssim`
    """
    settings = optional(config)
    asked = (_queries(queries), folders_of(folders), query_folders(settings), PREFER)
    ranked = top is not None or measure is not None
    job = jobs.Find(*asked, top or _TOP if ranked else 0, (measure or Measure.SSIM).value)
    limits = settings_of(settings, workers)
    lines = done(job, state(), limits, waiting) if folders else answered(job, state(), limits)
    end(failed=follow(_answers(lines), _show_find, json_lines=json_lines))


def collect(
    into: Annotated[Path, typer.Option("--into", metavar="DEST", help="The folder that gets the copies.")],
    folders: Annotated[
        list[Path], typer.Option("--in", metavar="FOLDER", help="Search here; may be given several times.")
    ],
    queries: Annotated[
        list[Path] | None, typer.Argument(metavar="QUERY", help="Poor pictures, or folders of them.")
    ] = None,
    form: Annotated[Form, typer.Option("--as", help="How the copies are made.")] = Form.COPY,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be collected.")] = False,  # noqa: FBT002
    workers: WorkersOption = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Copy the best copy of each query picture into one folder; without queries, of each group of copies.

    Sources are never changed, and nothing in DEST is overwritten. `pictured history` lists what was done and
    `pictured undo` takes it back.

    Examples: `pictured collect from-pdf/ --in ~/Pictures --into ~/Best`, the same with `--dry-run` first
    """
    settings = optional(config)
    target = real(into)
    if target.exists() and not target.is_dir():
        raise UsageError(f"--into {shown(into)} is a file; name a folder")
    if target == Path("/") or target in {real(folder) for folder in folders}:
        raise UsageError(f"--into {shown(into)} is one of the folders that are searched; name another folder")
    job = jobs.Collect(_queries(queries or []), folders_of(folders), target, form.value, dry_run)
    lines = done(job, state(), settings_of(settings, workers), waiting)
    end(failed=follow(_answers(lines), _show_collect, json_lines=json_lines))


def dupes(
    folders: Folders = None,
    workers: WorkersOption = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Show the groups of copies, each with its best picture first.

    Examples: `pictured dupes --in ~/Pictures`, `pictured dupes --json`
    """
    settings = optional(config)
    job = jobs.Dupes(folders_of(folders), () if folders else query_folders(settings), PREFER)
    limits = settings_of(settings, workers)
    lines = done(job, state(), limits, waiting) if folders else answered(job, state(), limits)
    end(failed=follow(_answers(lines), _show_dupes, json_lines=json_lines))


def undo(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="ID", help="Numbers from `pictured history`; the last by default."),
    ] = None,
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Take back what was placed, unless somebody changed it since. It is not placed again by itself.

    Examples: `pictured undo`, `pictured undo 17 18`
    """
    job = jobs.Undo(tuple(numbers or ()))
    lines = done(job, state(), settings_of(optional(config)), waiting)
    end(failed=follow(lines, _show_undo, json_lines=json_lines))


def verify(
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Read every file that pictured placed again, and compare it with its record.

    Says which files a disk has damaged (their bytes differ though nobody wrote to them), and which somebody changed,
    moved or removed. Nothing is changed.

    Examples: `pictured verify`, `pictured verify --json | grep damaged`
    """
    counts: dict[str, int] = {}

    def show(line: Line) -> None:
        if "state" in line:
            counts[line["state"]] = counts.get(line["state"], 0) + 1
            if line["state"] in ("changed", "missing", "offline"):
                console().print(f"{plain(line['target'])}: {line['state']} [dim]({plain(line['reason'])})[/dim]")

    lines = answered(jobs.Verify(), state(), settings_of(optional(config)))
    failed = follow(lines, show, json_lines=json_lines)
    if not json_lines:
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
        console().print(f"Verified: {told or 'nothing was placed yet'}.")
    end(failed=failed)


async def _answers(lines: AsyncGenerator[Line]) -> AsyncGenerator[Line]:
    """Leave out the sums of the scan that went before: who asks for copies did not ask for them."""
    async with aclosing(lines):
        async for line in lines:
            if line.get("event") != "scan.finished":
                yield line


def _whole(settings: Config | None) -> jobs.Scan:
    """The scan of all configured folders, each with what it ignores."""
    folders = settings.folders if settings else ()
    wanted = [folder for folder in folders if folder.role is not Role.IGNORE]
    ignored = [folder for folder in folders if folder.role is Role.IGNORE]
    return jobs.Scan(
        tuple(real(folder.path) for folder in wanted),
        exclude=tuple(real(folder.path) for folder in ignored),
        ignore=tuple(folder.ignore for folder in wanted),
    )


def query_folders(settings: Config | None) -> tuple[Path, ...]:
    """Give the configured query folders, as real paths."""
    folders = settings.folders if settings else ()
    return tuple(real(folder.path) for folder in folders if folder.role is Role.QUERY)


def folders_of(folders: list[Path] | None) -> tuple[Path, ...]:
    """Give the folders that a command names, as real paths, without those that lie in others.

    Raises:
        UsageError: one is not there, is a file or may not be read.
    """
    for folder in folders or ():
        if not folder.is_dir():
            raise UsageError(
                f"{shown(folder)} is a file; name the folder it is in"
                if folder.exists()
                else f"there is no folder {shown(folder)}; check its name, or connect its drive"
            )
        if not os.access(folder, os.R_OK | os.X_OK):
            raise UsageError(f"{shown(folder)} may not be read; check its permissions")
    found = sorted({real(folder) for folder in folders or ()})
    return tuple(one for one in found if not any(one != other and one.is_relative_to(other) for other in found))


def _queries(queries: list[Path]) -> tuple[Path, ...]:
    return tuple(real(query) if query.is_dir() else real(query.parent) / query.name for query in queries)


def _show_scan(line: Line) -> None:
    if line.get("event") == "scan.finished":
        console().print(
            f"{line['seen']} seen: {line['hashed']} read, {line['unchanged']} unchanged, {line['moved']} moved, "
            f"{line['failed']} failed ({line['seconds']:.1f} s)"
        )


def _show_find(line: Line) -> None:
    if "query" not in line:
        return
    out = console()
    if not line["matches"] and not line["error"]:
        out.print(f"{plain(line['query'])}: [dim]no copy found[/dim]")
    elif line["matches"]:
        out.print(f"{plain(line['query'])}")
        for match in line["matches"]:
            _print_match(match, best=match["best"], measure=line["ranked_by"])


def _show_dupes(line: Line) -> None:
    if "members" in line:
        out = console()
        for place, member in enumerate(line["members"]):
            _print_match(member, best=place == 0)
        out.print()


def _print_match(match: Line, *, best: bool, measure: str | None = None) -> None:
    mark = "[green]best[/green]" if best else "    "
    value = f"{match['measures'][measure]:8.3f}" if measure else f"{match['confidence']:.2f}"
    about = f"{match['kind']:6} {value}  {match['width']} x {match['height']}  {size(match['bytes'])}"
    console().print(f"  {mark}  {about:44} {plain(match['path'])}")


def _show_collect(line: Line) -> None:
    if "collected" not in line or line["error"]:
        return
    asked = plain(line["query"]) if line["query"] else "a group of copies"
    if line["collected"]:
        verdict = f"[green]collected[/green] {plain(line['collected'])}"
    elif line["planned"]:
        verdict = f"[yellow]would collect[/yellow] {plain(line['best'])}"
    else:
        verdict = "[dim]nothing collected[/dim]"
    console().print(f"{asked}\n    {verdict} [dim]({plain(line['reason'])})[/dim]")


def _show_undo(line: Line) -> None:
    if line.get("undone"):
        console().print(f"{line['id']}  {plain(line['target'])}  [green]taken back[/green]")
