"""The `service` commands: they write the file that systemd or launchd wants, and leave starting it to the person."""

import json
import os
import pwd
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pictured.cli.options import ConfigOption, JsonOption, chosen, loaded, state
from pictured.disk.paths import real, shown
from pictured.errors import ConfigError, UsageError
from pictured.service.destinations import destinations
from pictured.service.units import ACCOUNT, LABEL, UNIT, Installation, agent, ours, system_unit, user_unit

app = typer.Typer(
    help="Have systemd or launchd keep the daemon running.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

SystemOption = Annotated[bool, typer.Option("--system/--user", help="For the whole machine, or for you alone.")]


class Kind(StrEnum):
    """Who keeps the daemon running."""

    SYSTEM = "system"
    USER = "user"
    AGENT = "agent"


@app.command()
def install(
    system: SystemOption = False,  # noqa: FBT002  typer reads options from the signature
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Write the service file with the paths of this very installation, and say how to start it.

    A file that pictured did not write is left alone. Run it again after an update moved pictured.

    Examples: `pictured service install`, `sudo pictured service install --system`
    """
    kind = kind_of(sys.platform, system=system)
    place = installation_of(kind, config)
    file = service_file(kind, Path.home())
    if kind is Kind.SYSTEM:
        _reachable(place)
    before = standing(file)
    if kind is Kind.AGENT:
        _make(place.logs)
    after = text_of(kind, place)
    if after != before:
        _put(file, after)
    steps = [*_preparing(kind, place), *starting(kind, file, os.getuid(), again=before is not None)]
    notes = _notes(kind)
    if json_lines:
        written = after != before
        typer.echo(json.dumps({"file": str(file), "written": written, "next": steps, "notes": notes}))
        return
    typer.echo(f"{'Wrote' if after != before else 'Nothing has changed in'} {shown(file)}. Next:")
    _tell(steps, notes)


@app.command()
def uninstall(
    system: SystemOption = False,  # noqa: FBT002  typer
    config: ConfigOption = None,  # noqa: ARG001  every command takes it
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Remove the service file, and say how to stop the daemon. The configuration and the index stay.

    Examples: `pictured service uninstall`, `sudo pictured service uninstall --system`
    """
    kind = kind_of(sys.platform, system=system)
    file = service_file(kind, Path.home())
    if standing(file) is None:
        raise UsageError(f"there is no {shown(file)}; nothing is installed")
    try:
        file.unlink()
        for wants in file.parent.glob("*.target.wants"):
            # What `systemctl enable` made. Once the file is gone, `disable` no longer knows the unit.
            if (wants / file.name).is_symlink():
                (wants / file.name).unlink()
    except OSError as error:
        raise _refused(file, error, "removed") from None
    steps = stopping(kind, os.getuid())
    if json_lines:
        typer.echo(json.dumps({"file": str(file), "removed": True, "next": steps}))
        return
    typer.echo(f"Removed {shown(file)}. If the daemon runs:")
    _tell(steps, [])


@app.command()
def show(
    system: SystemOption = False,  # noqa: FBT002  typer
    config: ConfigOption = None,
    json_lines: JsonOption = False,  # noqa: FBT002  typer
) -> None:
    """Print the service file that `install` would write.

    Examples: `pictured service show`, `pictured service show --system --config /etc/pictured/pictured.yaml`
    """
    kind = kind_of(sys.platform, system=system)
    text = text_of(kind, installation_of(kind, config))
    if not json_lines:
        typer.echo(text, nl=False)
        return
    file = service_file(kind, Path.home())
    there = _read(file)
    installed = there is not None and ours(there)
    line = {"file": str(file), "installed": installed, "current": there == text, "text": text}
    typer.echo(json.dumps(line))


def kind_of(platform: str, *, system: bool) -> Kind:
    """Give the kind of service for a value of `sys.platform`.

    Raises:
        UsageError: the platform has none of that kind.
    """
    if platform == "linux":
        return Kind.SYSTEM if system else Kind.USER
    if platform != "darwin":
        raise UsageError(f"services are for systemd and launchd, which {platform} lacks; start `pictured run` yourself")
    if system:
        raise UsageError("--system is for systemd; on macOS pictured runs as your own agent, so leave it out")
    return Kind.AGENT


def service_file(kind: Kind, home: Path) -> Path:
    """Give the file that the service manager reads."""
    match kind:
        case Kind.SYSTEM:
            return Path("/etc/systemd/system") / UNIT
        case Kind.USER:
            return home / ".config" / "systemd" / "user" / UNIT
        case Kind.AGENT:
            return home / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def text_of(kind: Kind, place: Installation) -> str:
    """Give the text of the service file; errors as of `service.units`."""
    match kind:
        case Kind.SYSTEM:
            return system_unit(place)
        case Kind.USER:
            return user_unit(place)
        case Kind.AGENT:
            return agent(place)


def starting(kind: Kind, file: Path, uid: int, *, again: bool) -> list[str]:
    """Give the commands that start the service; `again` where an older file of ours may be running."""
    if kind is Kind.AGENT:
        load = f"launchctl bootstrap gui/{uid} {shlex.quote(str(file))}"
        return [*stopping(kind, uid), load] if again else [load]
    control = _control(kind)
    start = [f"{control} enable {UNIT}", f"{control} restart {UNIT}"] if again else [f"{control} enable --now {UNIT}"]
    return [f"{control} daemon-reload", *start]


def stopping(kind: Kind, uid: int) -> list[str]:
    """Give the commands that stop the service and have it forgotten."""
    if kind is Kind.AGENT:
        return [f"launchctl bootout gui/{uid}/{LABEL}"]
    control = _control(kind)
    return [f"{control} stop {UNIT}", f"{control} daemon-reload"]


def barred(path: Path) -> Path | None:
    """Give the first folder above `path`, or above what it links to, that other accounts may not enter."""
    for way in (path, Path(os.path.realpath(path))):
        for folder in reversed(way.parents):
            if folder.is_dir() and not folder.stat().st_mode & 0o001:
                return folder
    return None


def _control(kind: Kind) -> str:
    return "sudo systemctl" if kind is Kind.SYSTEM else "systemctl --user"


def installation_of(kind: Kind, config: Path | None) -> Installation:
    """Give where this very pictured lives.

    Raises:
        UsageError: this Python does not know its own path.
    """
    if not sys.executable:
        raise UsageError("this Python does not know its own path; start pictured by its absolute path")
    usual = Path("/etc/pictured/pictured.yaml") if kind is Kind.SYSTEM and config is None else chosen(config)
    return Installation(
        # -P: what happens to lie in the working directory is not imported.
        command=(sys.executable, "-P", "-m", "pictured"),
        config=usual.absolute(),
        state=state().absolute(),
        logs=Path.home() / "Library" / "Logs" / "pictured",
        writable=_writable(usual),
        networked=_networked(usual),
    )


def _writable(config: Path) -> tuple[Path, ...]:
    try:
        return tuple(real(folder) for folder in destinations(loaded(config)))
    except ConfigError:
        # It may be written later, and `pictured check` tells its faults.
        return ()


def _networked(config: Path) -> bool:
    try:
        return loaded(config).store is not None
    except ConfigError:
        return False


def _reachable(place: Installation) -> None:
    for needed in (Path(place.command[0]), Path(__file__), place.config):
        if folder := barred(needed):
            raise UsageError(
                f"the account {ACCOUNT} may not enter {shown(folder)}, on the way to {shown(needed)}; "
                "put that into a folder that is open to all, such as /opt/pictured or /etc/pictured"
            )


def _preparing(kind: Kind, place: Installation) -> list[str]:
    sudo = "sudo " if kind is Kind.SYSTEM else ""
    steps = []
    if kind is Kind.SYSTEM and not _has_account():
        steps.append(f"sudo useradd --system --home-dir /var/lib/pictured --shell /usr/sbin/nologin {ACCOUNT}")
    if not place.config.exists():
        steps.append(f"{sudo}{shlex.join([*place.command, 'init', str(place.config)])}")
    return steps


def _has_account() -> bool:
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        return False
    return True


def _notes(kind: Kind) -> list[str]:
    match kind:
        case Kind.SYSTEM:
            return [
                f"the account {ACCOUNT} needs read access to the folders, and write access to the destinations",
                "the service writes to the destinations of today's configuration only; run this again when they change",
            ]
        case Kind.USER:
            return ["to have it run while you are not logged in: loginctl enable-linger"]
        case Kind.AGENT:
            python = os.path.realpath(sys.executable)
            folders = "Desktop, Documents, Downloads, Pictures and other drives"
            where = "System Settings, Privacy & Security, Full Disk Access"
            return [f"macOS may keep {folders} from pictured; allow {python} in {where}"]


def _tell(steps: list[str], notes: list[str]) -> None:
    for step in steps:
        typer.echo(f"    {shown(step)}")
    for note in notes:
        typer.echo(f"note: {shown(note)}")


def _read(file: Path) -> str | None:
    """Give what stands there; nothing where there is no file, and empty text where it is of another kind."""
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(file, error, "read") from None


def standing(file: Path) -> str | None:
    """Give the text of a service file of ours; None where there is none.

    Raises:
        UsageError: somebody else wrote it, or it cannot be read.
    """
    text = _read(file)
    if text is not None and not ours(text):
        raise UsageError(f"{shown(file)} was not written by pictured and is left alone; move it away first")
    return text


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(folder, error, "made") from None


def _put(file: Path, text: str) -> None:
    _make(file.parent)
    fresh = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise _refused(file, error, "written") from None


def _refused(path: Path, error: OSError, what: str) -> UsageError:
    hint = "for --system, run it with sudo" if isinstance(error, PermissionError) else "then run it again"
    return UsageError(f"{shown(path)} cannot be {what}: {error.strerror}; mend that, {hint}")
