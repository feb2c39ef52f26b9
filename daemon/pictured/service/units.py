"""The text of the service files: a systemd system unit, a systemd user unit and a launchd agent.

Escaping follows systemd.syntax(7), systemd.service(5) (command lines) and systemd.unit(5) (specifiers), version 252;
the agent's keys are those of launchd.plist(5). `python -m pictured.service.units FOLDER` writes systemd/ and launchd/.
"""

import plistlib
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import ExitCode, UsageError
from pictured.service.hardening import EVERYWHERE, NAMESPACES, NETWORKED, NETWORKLESS, SOCKETS, Setting

MARKER = "Written by `pictured service install`"
UNIT = "pictured.service"
LABEL = "local.pictured"
ACCOUNT = "pictured"

_INSTALLED = (
    f"{MARKER}; run it again after pictured or its configuration moved.",
    "Take the line above away, and pictured never writes or removes this file again.",
)
_BARE = re.compile(r"[A-Za-z0-9_%:/.,=+@-]+")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one pictured lives. Every path is absolute.

    command   what starts pictured: the program, and its arguments before `run`
    config    the configuration file
    state     the folder of the index; a system unit keeps it in systemd's own place instead
    logs      the folder of an agent's output; systemd has its journal
    writable  folders that results are written to, which need not be there; a system unit can write nowhere else
    networked whether the index is shared, in a database that other machines reach, too
    """

    command: tuple[str, ...]
    config: Path
    state: Path
    logs: Path
    writable: tuple[Path, ...] = ()
    networked: bool = False


def system_unit(place: Installation, heading: Sequence[str] = _INSTALLED) -> str:
    """Give the unit for systemd's system manager; it runs as the account `pictured` and keeps its index in /var/lib.

    Raises:
        UsageError: a path has a character that no service file can hold.
    """
    return _unit(
        heading,
        [
            *_UNIT_SECTION,
            (
                "Network shares are mounted first, so that folders on them are not offline at the start.",
                "After=local-fs.target remote-fs.target",
            ),
        ],
        [
            *_process(place, home=None),
            ("Runs as an account of its own, which needs read access to the pictures.", f"User={ACCOUNT}"),
            ("The folder of the index, /var/lib/pictured, belongs to that account;", "StateDirectory=pictured"),
            ("nobody else may look into it,", "StateDirectoryMode=0700"),
            ("and this is where pictured finds it.", "Environment=PICTURED_STATE_DIR=%S/pictured"),
            ("The configuration lies in /etc/pictured,", "ConfigurationDirectory=pictured"),
            ("and a log file, where `logging.file` asks for one, goes to /var/log/pictured.", "LogsDirectory=pictured"),
            ("Nothing else can be written,", "ProtectSystem=strict"),
            ("not even in the home folders, where pictures may lie,", "ProtectHome=read-only"),
            *_writable(place),
            *_BEHAVIOUR,
            *(each for each in NAMESPACES if not (place.networked and each in NETWORKLESS)),
            *_everywhere(place),
        ],
        ("Started with the machine.", "WantedBy=multi-user.target"),
    )


def user_unit(place: Installation, heading: Sequence[str] = _INSTALLED, home: Path | None = None) -> str:
    """Give the unit for a person's own manager; what lies below `home`, where that is given, is written with `%h`.

    Raises:
        UsageError: a path has a character that no service file can hold.
    """
    state = _quoted("PICTURED_STATE_DIR=" + _path(place.state, home))
    return _unit(
        heading,
        [*_UNIT_SECTION],
        [
            *_process(place, home),
            ("The folder of the index; `pictured status` looks in the same one.", f"Environment={state}"),
            *_BEHAVIOUR,
            *_everywhere(place),
        ],
        (
            "Started when the person logs in, or with the machine after `loginctl enable-linger`.",
            "WantedBy=default.target",
        ),
    )


def metrics_socket(heading: Sequence[str]) -> str:
    """Give the socket unit that opens an address of this machine for the metrics, and hands it to the hardened unit."""
    return _sections(
        heading,
        {
            "Unit": [("Shown by systemctl and in the journal.", "Description=metrics of pictured for Prometheus")],
            "Socket": [
                ("systemd listens, so that the service needs no right to any network;", "ListenStream=127.0.0.1:9464"),
                ("few wait at a time,", "Backlog=8"),
                ("this service answers,", f"Service={UNIT}"),
                ("and nobody but this machine is heard,", "IPAddressDeny=any"),
                ("whatever address is written above.", "IPAddressAllow=localhost"),
            ],
            "Install": [("Opened with the machine, before the service.", "WantedBy=sockets.target")],
        },
    )


def agent(place: Installation, heading: Sequence[str] = _INSTALLED) -> str:
    """Give the property list of a launchd agent. The folder `logs` has to be there before it is loaded.

    Raises:
        UsageError: a path has a character that no service file can hold.
    """
    keys = {key: value for key, (_, value) in _agent_keys(place).items()}
    lines = plistlib.dumps(keys, sort_keys=False).decode("utf-8").splitlines()
    text = [lines[0], *(f"<!-- {line} -->" for line in heading)]
    for line in lines[1:]:
        # Only the keys of the outermost dictionary are indented by a single tab.
        if key := re.fullmatch(r"\t<key>(\w+)</key>", line):
            text.append(f"\t<!-- {_agent_keys(place)[key[1]][0]} -->")
        text.append(line)
    return "\n".join(text) + "\n"


def ours(text: str) -> bool:
    """Tell whether `pictured service install` wrote this file. In a property list the XML declaration comes first."""
    return any(MARKER in line for line in text.splitlines()[:2])


_UNIT_SECTION: tuple[Setting, ...] = (
    ("Shown by systemctl and in the journal.", "Description=pictured keeps the best copy of every picture"),
    ("A full disk may be cleared tomorrow: starting is tried for ever, RestartSec apart.", "StartLimitIntervalSec=0"),
)

_BEHAVIOUR: tuple[Setting, ...] = (
    ("Starts again after a crash, not after it was stopped,", "Restart=on-failure"),
    ("after a pause,", "RestartSec=5"),
    (
        "but not where the configuration has faults: nothing gets better until a person mends it.",
        f"RestartPreventExitStatus={ExitCode.CONFIG}",
    ),
    ("Only the daemon is told to stop; it finishes its step and ends its workers.", "KillMode=mixed"),
    ("A copy to a slow disk may take a while; what is cut off is finished at the next start.", "TimeoutStopSec=90"),
    ("A worker that takes too much memory costs one picture, not the service.", "OOMPolicy=continue"),
    ("Everything else on the machine goes first: for the processor,", "Nice=10"),
    ("for the disks,", "IOSchedulingClass=idle"),
    ("and not before anything else either.", "CPUSchedulingPolicy=batch"),
)


def _process(place: Installation, home: Path | None) -> tuple[Setting, ...]:
    words = list(place.command)
    if set(place.command[0]) & set("\"'\\"):
        # systemd refuses these in a program's name, even escaped; in an argument it takes them.
        words = ["/bin/sh", "-c", 'exec "$0" "$@"', *words]
    line = [_quoted(_escaped(word)) for word in words]
    line[0] = _quoted(":" + _escaped(words[0]))
    config = _quoted(_path(place.config, home))
    start = " ".join([*line, "run", "--config", config])
    again = " ".join([*line, "reload", "--config", config])
    return (
        ("Counts as started once the folders are watched; it says so itself,", "Type=notify"),
        ("and nobody else for it.", "NotifyAccess=main"),
        ("Many folders take a while, and so does finishing what was cut off.", "TimeoutStartSec=10min"),
        ("A daemon that does not say in this time that it is well is started anew.", "WatchdogSec=60"),
        ("The colon takes every $ in the line for itself, not for a variable.", f"ExecStart={start}"),
        ("`systemctl reload` waits for the result; a faulty configuration fails it.", f"ExecReload={again}"),
    )


def _writable(place: Installation) -> tuple[Setting, ...]:
    why = (
        "but for the destinations; the minus lets one be missing."
        if place.writable
        else ("but for what you list here: each destination, and each folder whose pictures a rule changes in place.")
    )
    paths = place.writable or (Path("/srv/pictured"),)
    return tuple(
        (why if number == 0 else "And this one.", f"ReadWritePaths=-{_quoted(_path(path, None))}")
        for number, path in enumerate(paths)
    )


def _everywhere(place: Installation) -> tuple[Setting, ...]:
    return tuple(NETWORKED if place.networked and each == SOCKETS else each for each in EVERYWHERE)


def _unit(heading: Sequence[str], unit: Sequence[Setting], service: Sequence[Setting], install: Setting) -> str:
    return _sections(heading, {"Unit": unit, "Service": service, "Install": (install,)})


def _sections(heading: Sequence[str], sections: Mapping[str, Sequence[Setting]]) -> str:
    lines = [f"# {line}".rstrip() for line in heading]
    for name, settings in sections.items():
        lines += ["", f"[{name}]", *(part for why, line in settings for part in (f"# {why}", line))]
    return "\n".join(lines) + "\n"


def _path(path: Path, home: Path | None) -> str:
    if home is not None and path.is_relative_to(home):
        return "%h/" + _escaped(str(path.relative_to(home)))
    return _escaped(str(path))


def _escaped(text: str) -> str:
    return _held(text).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _quoted(escaped: str) -> str:
    return escaped if _BARE.fullmatch(escaped) else f'"{escaped}"'


def _held(text: str) -> str:
    # systemd drops lines that are not UTF-8 and takes no control character in a command; XML has no form for either.
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise UsageError(f"{shown(text)} has a character that a service file cannot hold; give it a plain name")
    return text


def _agent_keys(place: Installation) -> Mapping[str, tuple[str, object]]:
    output, log = _held(str(place.logs / "launchd.log")), str(place.logs / "pictured.log")
    command = [_held(word) for word in (*place.command, "run", "--config", str(place.config), "--log", log)]
    return {
        "Label": ("The name that launchctl knows it by.", LABEL),
        "ProgramArguments": ("launchd expands neither ~ nor variables: every path is absolute.", command),
        "EnvironmentVariables": (
            "The folder of the index; `pictured status` looks in the same one.",
            {"PICTURED_STATE_DIR": _held(str(place.state))},
        ),
        "RunAtLoad": ("Started when the person logs in,", True),
        "KeepAlive": ("and again after a crash, not after it was stopped,", {"SuccessfulExit": False}),
        "ThrottleInterval": (
            "at most once in so many seconds: launchd also starts it again where the configuration has faults.",
            60,
        ),
        "ExitTimeOut": ("Seconds to finish its step in; what is cut off is finished at the next start.", 90),
        "LimitLoadToSessionType": ("Belongs to a desktop session.", "Aqua"),
        "ProcessType": ("Everything else on the machine goes first:", "Background"),
        "Nice": ("for the processor,", 10),
        "LowPriorityIO": ("for the disks,", True),
        "LowPriorityBackgroundIO": ("always.", True),
        "SoftResourceLimits": ("Open files: launchd's own limit is 256.", {"NumberOfFiles": 4096}),
        "StandardOutPath": ("launchd makes the file, but not its folder.", output),
        "StandardErrorPath": ("Last words only: launchd never shortens it; the log is the other file.", output),
    }


_SYSTEM_HEADING = (
    "pictured for the whole machine. Install by hand:",
    "    useradd --system --home-dir /var/lib/pictured --shell /usr/sbin/nologin pictured",
    "    pictured init /etc/pictured/pictured.yaml     (then put your folders into it)",
    "    cp pictured.service /etc/systemd/system/",
    "    systemctl enable --now pictured.service",
    "`pictured service install --system` writes the same with the paths of your installation.",
    "What it does: PICTURED_STATE_DIR=/var/lib/pictured pictured status",
)
_USER_HEADING = (
    "pictured for one person. Install by hand:",
    "    pictured init     (then put your folders into the file that it names)",
    "    cp pictured.service ~/.config/systemd/user/",
    "    systemctl --user enable --now pictured.service",
    "`pictured service install` writes the same with the paths of your installation.",
)
_SOCKET_HEADING = (
    "The metrics of pictured over HTTP, for Prometheus on this machine. Only if you want that:",
    "    cp pictured-metrics.socket /etc/systemd/system/",
    "    systemctl enable --now pictured-metrics.socket",
    "    systemctl restart pictured.service",
    "    curl http://127.0.0.1:9464/metrics",
)
_AGENT_HEADING = (
    "pictured on macOS, for one person. Install by hand:",
    "    mkdir -p /usr/local/var/log/pictured /usr/local/var/lib/pictured",
    "    pictured init /usr/local/etc/pictured/pictured.yaml     (then put your folders into it)",
    f"    cp {LABEL}.plist ~/Library/LaunchAgents/",
    f"    launchctl bootstrap gui/$UID ~/Library/LaunchAgents/{LABEL}.plist",
    "`pictured service install` writes the same with the paths of your installation and of your home.",
    "What it does: PICTURED_STATE_DIR=/usr/local/var/lib/pictured pictured status",
)


def shipped() -> dict[str, str]:
    """Give the text of each service file that comes with the source, by its path, for the usual places."""
    program, home, local = ("/usr/local/bin/pictured",), Path("/home/pictured"), Path("/usr/local")
    machine = Installation(program, Path("/etc/pictured/pictured.yaml"), Path("/var/lib/pictured"), Path("/var/log"))
    person = Installation(
        program, home / ".config/pictured/pictured.yaml", home / ".local/state/pictured", home / ".local/state"
    )
    mac = Installation(
        program, local / "etc/pictured/pictured.yaml", local / "var/lib/pictured", local / "var/log/pictured"
    )
    return {
        f"systemd/{UNIT}": system_unit(machine, _SYSTEM_HEADING),
        "systemd/pictured-metrics.socket": metrics_socket(_SOCKET_HEADING),
        f"systemd/user/{UNIT}": user_unit(person, _USER_HEADING, home),
        f"launchd/{LABEL}.plist": agent(mac, _AGENT_HEADING),
    }


def main(arguments: Sequence[str]) -> None:
    """Write the shipped files into the one folder that is named."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.exit("usage: python -m pictured.service.units FOLDER (a folder that exists)")
    for name, text in shipped().items():
        file = Path(arguments[0]) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
