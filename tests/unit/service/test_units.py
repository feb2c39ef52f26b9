import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.errors import UsageError
from pictured.service.units import Installation, agent, main, ours, shipped, system_unit, user_unit

CHECKOUT = Path(__file__).parents[3]
ODD = "a b/100%h %%/q\"q/it's/back\\slash/$HOME ${HOME} $$/ü ✓ 图/;/#/@{}[]*?~"
PLACE = Installation(
    command=("/usr/bin/env",),
    config=Path("/etc/pictured/pictured.yaml"),
    state=Path("/var/lib/pictured"),
    logs=Path("/var/log/pictured"),
)
Writes = Callable[[Installation], str]


def verified(folder: Path, text: str, *options: str) -> str:
    """Have systemd read a unit, and give what it understood."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    version = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=True).stdout
    if (found := re.search(r"systemd (\d+)", version)) is None or int(found[1]) < 250:
        pytest.skip("needs systemd 250, the first with --recursive-errors")
    unit = folder / "pictured.service"
    unit.write_text(text, encoding="utf-8")
    command = ["systemd-analyze", *options, "verify", "--man=no", "--recursive-errors=no", str(unit)]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"}
    quiet = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    environ["SYSTEMD_LOG_LEVEL"] = "debug"
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environ).stdout


def understood(dump: str) -> list[str]:
    """Take the first command line of a dump apart; systemd quotes it as a shell does."""
    line = next(line for line in dump.splitlines() if "Command Line: " in line).split("Command Line: ")[1]
    words = re.findall(r'"(?:[^"\\]|\\.)*"|[^" ]+', line)
    return [re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word for word in words]


def without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_shipped_service_files_are_up_to_date(name: str) -> None:
    told = "run: PYTHONPATH=daemon python -m pictured.service.units ."
    assert (CHECKOUT / name).read_text(encoding="utf-8") == shipped()[name], told


def test_one_command_writes_the_shipped_files(tmp_path: Path) -> None:
    main([str(tmp_path)])
    found = {str(file.relative_to(tmp_path)): file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    assert found == shipped()


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"], ["a", "b"]])
def test_the_folder_must_be_named_and_exist(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(arguments)


@pytest.mark.parametrize(
    ("name", "manager"), [("systemd/pictured.service", "--system"), ("systemd/user/pictured.service", "--user")]
)
def test_systemd_finds_no_fault_in_the_shipped_units(name: str, manager: str, tmp_path: Path) -> None:
    # The one thing that this machine need not have is the program.
    text = shipped()[name].replace("/usr/local/bin/pictured", sys.executable)
    assert text != shipped()[name]
    assert understood(verified(tmp_path, text, manager))[:2] == [sys.executable, "run"]


def test_the_shipped_user_unit_follows_the_home_folder(tmp_path: Path) -> None:
    text = shipped()["systemd/user/pictured.service"].replace("/usr/local/bin/pictured", sys.executable)
    dump = verified(tmp_path, text, "--user")
    assert understood(dump)[-1] == str(Path.home() / ".config/pictured/pictured.yaml")
    assert f"Environment: PICTURED_STATE_DIR={Path.home()}/.local/state/pictured" in dump


@pytest.mark.parametrize("write", [system_unit, user_unit])
def test_every_line_of_a_unit_has_a_comment_above_it(write: Writes) -> None:
    lines = write(PLACE).splitlines()
    settings = [number for number, line in enumerate(lines) if re.match(r"\w+=", line)]
    assert len(settings) > 15
    assert all(lines[number - 1].startswith("# ") for number in settings)


@pytest.mark.parametrize("write", [system_unit, user_unit])
def test_a_unit_starts_reloads_and_gives_up_as_promised(write: Writes) -> None:
    assert {
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=60",
        "ExecStart=:/usr/bin/env run --config /etc/pictured/pictured.yaml",
        "ExecReload=:/usr/bin/env reload --config /etc/pictured/pictured.yaml",
        "Restart=on-failure",
        "RestartPreventExitStatus=78",
        "KillMode=mixed",
        "NoNewPrivileges=yes",
        "IOSchedulingClass=idle",
    } <= set(without_comments(write(PLACE)))


def test_a_system_unit_keeps_the_index_in_the_folder_that_systemd_makes() -> None:
    text = system_unit(replace(PLACE, state=Path("/home/someone/state")))
    assert {"User=pictured", "StateDirectory=pictured", "Environment=PICTURED_STATE_DIR=%S/pictured"} <= set(
        without_comments(text)
    )
    assert "/home/someone" not in text


def test_a_system_unit_may_write_where_the_configuration_says_and_nowhere_else(tmp_path: Path) -> None:
    place = replace(PLACE, writable=(Path("/srv/best"), Path("/" + ODD)))
    assert "ProtectSystem=strict" in without_comments(system_unit(place))
    dump = verified(tmp_path, system_unit(place))
    (line,) = [line for line in dump.splitlines() if "ReadWritePaths:" in line]
    assert "/srv/best" in line
    assert "/" + ODD in line


@pytest.mark.parametrize("writable", [(), (Path("/srv/best"),)])
def test_a_system_unit_is_hardened(writable: tuple[Path, ...], tmp_path: Path) -> None:
    verified(tmp_path, text := system_unit(replace(PLACE, writable=writable)))
    unit = tmp_path / "pictured.service"
    unit.write_text(text, encoding="utf-8")
    # In tenths: an exposure of 0.5 at most.
    command = ["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=5", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_systemd_reads_every_odd_path_as_it_is(tmp_path: Path) -> None:
    place = replace(
        PLACE, command=(*PLACE.command, "-P", ODD, ";", ""), config=Path("/" + ODD), state=Path("/s/" + ODD)
    )
    dump = verified(tmp_path, user_unit(place))
    assert understood(dump) == ["/usr/bin/env", "-P", ODD, ";", "", "run", "--config", "/" + ODD]
    assert f"Environment: PICTURED_STATE_DIR=/s/{ODD}\n" in dump


@pytest.mark.parametrize("name", ["a b", "100%h", "d$HOME", "ü ✓", ";", "-@:+!"])
def test_the_program_may_have_an_odd_name(name: str, tmp_path: Path) -> None:
    program = tmp_path / name / name
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    dump = verified(tmp_path, user_unit(replace(PLACE, command=(str(program), "-P"))))
    assert understood(dump)[:3] == [str(program), "-P", "run"]


@pytest.mark.parametrize("name", ['q"q', "it's", "back\\slash", "d$HOME 'x'"])
def test_a_program_that_systemd_would_not_name_starts_through_the_shell(name: str, tmp_path: Path) -> None:
    program = tmp_path / name
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n')
    program.chmod(0o755)
    words = understood(verified(tmp_path, user_unit(replace(PLACE, command=(str(program), "-P")))))
    assert words[0] == "/bin/sh"
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [str(program), "-P", "run", "--config", str(PLACE.config)]


@pytest.mark.parametrize("write", [system_unit, user_unit, agent])
@pytest.mark.parametrize("name", ["line\nfeed", "tab\t", os.fsdecode(b"caf\xe9"), "\x7f"])
def test_a_path_that_no_service_file_can_hold_is_refused(write: Writes, name: str) -> None:
    with pytest.raises(UsageError, match="a character that a service file cannot hold"):
        write(replace(PLACE, config=Path("/etc") / name))


TYPES: dict[str, type] = {
    "Label": str,
    "ProgramArguments": list,
    "EnvironmentVariables": dict,
    "RunAtLoad": bool,
    "KeepAlive": dict,
    "ThrottleInterval": int,
    "ExitTimeOut": int,
    "LimitLoadToSessionType": str,
    "ProcessType": str,
    "Nice": int,
    "LowPriorityIO": bool,
    "LowPriorityBackgroundIO": bool,
    "SoftResourceLimits": dict,
    "StandardOutPath": str,
    "StandardErrorPath": str,
}
"""The keys as launchd.plist(5) has them: a wrong name is ignored in silence, a wrong type refuses the whole file."""


def test_an_agent_holds_only_keys_that_launchd_knows_with_their_types() -> None:
    read = plistlib.loads(agent(PLACE).encode())
    assert {key: type(value) for key, value in read.items()} == TYPES
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert read["ProcessType"] == "Background"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1))
def test_an_agent_gives_back_every_path(name: str) -> None:
    place = Installation(("/bin/" + name, "-P"), Path("/c/" + name), Path("/s/" + name), Path("/l/" + name))
    read = plistlib.loads(agent(place).encode())
    log = str(place.logs / "pictured.log")
    assert read["ProgramArguments"] == ["/bin/" + name, "-P", "run", "--config", str(place.config), "--log", log]
    assert read["EnvironmentVariables"] == {"PICTURED_STATE_DIR": str(place.state)}
    assert read["StandardErrorPath"] == read["StandardOutPath"] == str(place.logs / "launchd.log")


def test_every_key_of_an_agent_has_a_comment_above_it() -> None:
    lines = agent(PLACE).splitlines()
    keys = [number for number, line in enumerate(lines) if line.startswith("\t<key>")]
    assert len(keys) == len(TYPES)
    assert all(lines[number - 1].startswith("\t<!-- ") for number in keys)


@pytest.mark.parametrize("write", [system_unit, user_unit, agent])
def test_what_install_writes_is_known_again_and_nothing_else_is(write: Writes) -> None:
    assert ours(write(PLACE))
    assert not ours(write(PLACE).replace("Written by", "Adapted from"))
    assert not ours("")
    assert not any(ours(text) for text in shipped().values())
