"""`demo`: the real daemon at work on a small library of drawn pictures."""

import asyncio
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pictured.cli.options import ConfigOption, JsonOption
from pictured.cli.showing import console, plain, print_line
from pictured.disk.paths import real
from pictured.service.demonstration.happenings import (
    Collected,
    Drawn,
    Dropped,
    Ended,
    Happening,
    Indexed,
    InPlace,
    NoCopy,
    Started,
    line_of,
)
from pictured.service.demonstration.playing import play
from pictured.service.demonstration.script import CONFIG, LIBRARY, POOR, STATE, WANTED


def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to play; new or empty. A temporary folder by default.")
    ] = None,
    pace: Annotated[
        float, typer.Option("--pace", metavar="SECONDS", min=0, max=30, help="Pause between two pictures.")
    ] = 0.7,
    config: ConfigOption = None,  # noqa: ARG001  every command takes it; the demonstration writes its own
    json_lines: JsonOption = False,  # noqa: FBT002  typer reads options from the signature
) -> None:
    """Show what pictured does, on a small library of drawn pictures in a folder of its own.

    The real daemon watches that folder, is given poor pictures one by one, and collects the best copy of each. The
    folder is left for you to look at.

    Examples: `pictured demo`, `pictured demo ~/pictured-demo --pace 2`
    """
    stage = real(folder or Path(tempfile.mkdtemp(prefix="pictured-demo-")))
    if json_lines:
        asyncio.run(_played(stage, pace, lambda happening: print_line(line_of(happening))))
        return
    out = console()
    with out.status("[dim]Ctrl-C ends it[/dim]") if out.is_terminal else nullcontext():
        asyncio.run(_played(stage, pace, lambda happening: out.print(told(happening, stage))))
    _print_next(out, stage)


async def _played(stage: Path, pace: float, show: Callable[[Happening], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # They end it as Ctrl-C does: the daemon first.
        loop.add_signal_handler(number, signal.raise_signal, signal.SIGINT)
    async with aclosing(play(stage, pace)) as happenings:
        async for happening in happenings:
            show(happening)


def told(happening: Happening, stage: Path) -> str:
    """Give a happening in words, with rich's markup; paths in the folder of the demonstration are shown from there."""

    def name(path: Path) -> str:
        return plain(path.relative_to(stage))

    match happening:
        case Started(folder, _, pid):
            return f"The daemon watches [bold]{plain(folder)}[/bold] (pid {pid}). A small library is drawn for it:"
        case Drawn(path, about):
            return f"  {name(path):45} [dim]{about}[/dim]"
        case Indexed(pictures):
            return (
                f"It knows all {pictures} pictures. Now poor copies are dropped into {WANTED}; "
                "each is read when it has been quiet for 0.5 s."
            )
        case Dropped(path, about) if path.is_relative_to(stage / LIBRARY):
            return f"\nA better copy comes to the library: [bold]{name(path)}[/bold] ({about})"
        case Dropped(path, about):
            return f"\n[bold]{name(path)}[/bold] ({about})"
        case Collected():
            return _collected(happening, name)
        case InPlace(_, seconds):
            return f"  -> [green]its best copy is collected already[/green], nothing is written twice ({seconds:.2f} s)"
        case NoCopy(_, seconds):
            return f"  -> [yellow]no copy in the library[/yellow], so nothing is collected ({seconds:.2f} s)"
        case Ended(folder, collected, seconds):
            listed = "".join(f"\n  {name(path)}" for path in collected)
            return f"\nThe daemon has stopped; all of it took {seconds:.0f} s. Look at {plain(folder)}:{listed}"


def _collected(happening: Collected, name: Callable[[Path], str]) -> str:
    source, target = f"{name(happening.source)} ({happening.about})", name(happening.target)
    took = f"in {happening.seconds:.2f} s;\n     [dim]chosen because {plain(happening.reason)}[/dim]"
    if happening.replaced is None:
        return f"  -> [green]best copy found[/green]: {source}, now in {target} {took}"
    asked = name(happening.query)
    return f"  -> [green]upgraded[/green]: {target}, collected for {asked}, is now a copy of {source}, {took}"


def _print_next(out: Console, stage: Path) -> None:
    """Print commands to go on with, to be copied as they are."""
    state, config, query = (shlex.quote(str(stage / part)) for part in (STATE, CONFIG, POOR[0].path))
    here = f"PICTURED_STATE_DIR={state} {_program()}"
    out.print("\nTry next:")
    for command, purpose in (
        (f"{here} explain {query} --config {config}", "every copy, and the reasons"),
        (f"{here} history", "what was placed, and why; `undo` takes it back"),
        (f"{_program()} init", "begin with your own folders"),
    ):
        out.print(f"  {plain(command)}   [dim]# {purpose}[/dim]")


def _program() -> str:
    """How this program was called, for a shell."""
    called = Path(sys.argv[0])
    if called.name != "pictured":
        return f"{shlex.quote(sys.executable)} -m pictured"
    return "pictured" if shutil.which("pictured") == str(called) else shlex.quote(str(called))
