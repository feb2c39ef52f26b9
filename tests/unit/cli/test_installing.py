import json
import os
import plistlib
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pictured.cli.installing import Kind, barred, kind_of, service_file, starting, stopping, text_of
from pictured.errors import ExitCode, UsageError
from pictured.service.units import Installation, agent, system_unit, user_unit

PLACE = Installation(("/opt/p/bin/python",), Path("/etc/p.yaml"), Path("/var/p"), Path("/var/log/p"))
HOME = Path("/home/someone")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: the commands go by the platform")
on_macos = pytest.mark.skipif(sys.platform != "darwin", reason="needs macOS: the commands go by the platform")


def service(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `pictured service …` as a person whose home this is."""
    ignored = ("PICTURED_", "XDG_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ignored)}
    return subprocess.run(
        [sys.executable, "-m", "pictured", "service", *arguments],
        env={**environ, "HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def tree(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def exec_start(text: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart=:").replace("%%", "%"))


UNIT = ".config/systemd/user/pictured.service"


@on_linux
def test_install_writes_one_unit_and_says_what_to_do_next(tmp_path: Path) -> None:
    done = service(tmp_path, "install")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tree(tmp_path)) == [UNIT]
    assert "systemctl --user daemon-reload\n    systemctl --user enable --now pictured.service\n" in done.stdout
    assert f"init {tmp_path}/.config/pictured/pictured.yaml" in done.stdout


@on_linux
def test_the_unit_starts_this_very_installation(tmp_path: Path) -> None:
    service(tmp_path, "install")
    command = exec_start(tree(tmp_path)[UNIT])
    assert command[0] == sys.executable
    assert command[-3:] == ["run", "--config", str(tmp_path / ".config/pictured/pictured.yaml")]
    asked = subprocess.run([*command[:-3], "--version"], capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout[:9]) == (0, "pictured ")


@on_linux
def test_the_unit_names_the_index_that_the_other_commands_use(tmp_path: Path) -> None:
    told = service(tmp_path, "show", PICTURED_STATE_DIR=str(tmp_path / "the index")).stdout
    assert f'Environment="PICTURED_STATE_DIR={tmp_path}/the index"' in told.splitlines()


@on_linux
def test_only_a_unit_for_a_shared_index_may_reach_the_network(tmp_path: Path) -> None:
    config = tmp_path / "pictured.yaml"
    folders = f"folders:\n  - {{path: '{tmp_path}', role: library}}\n"
    config.write_text(folders)
    alone = service(tmp_path, "show", "--config", str(config)).stdout
    config.write_text(f"store: postgresql://pictured@server/pictured\n{folders}")
    shared = service(tmp_path, "show", "--config", str(config)).stdout
    assert "RestrictAddressFamilies=AF_UNIX" in alone.splitlines()
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6" in shared.splitlines()


@on_linux
def test_a_relative_configuration_becomes_absolute(tmp_path: Path) -> None:
    command = exec_start(service(tmp_path, "show", "--config", "here.yaml").stdout)
    assert command[-1] == str(Path.cwd() / "here.yaml")


@on_linux
def test_a_configuration_that_is_there_need_not_be_written(tmp_path: Path) -> None:
    config = tmp_path / "p.yaml"
    config.touch()
    steps = json.loads(service(tmp_path, "install", "--json", "--config", str(config)).stdout)["next"]
    assert steps == ["systemctl --user daemon-reload", "systemctl --user enable --now pictured.service"]


@on_linux
def test_install_again_changes_nothing(tmp_path: Path) -> None:
    service(tmp_path, "install")
    before = tree(tmp_path)
    line = json.loads(service(tmp_path, "install", "--json").stdout)
    assert (line["file"], line["written"]) == (str(tmp_path / UNIT), False)
    assert tree(tmp_path) == before


@on_linux
def test_install_brings_its_own_older_unit_up_to_date(tmp_path: Path) -> None:
    service(tmp_path, "install")
    new = str(tmp_path / "new.yaml")
    line = json.loads(service(tmp_path, "install", "--json", "--config", new).stdout)
    assert line["written"]
    assert line["next"][-1] == "systemctl --user restart pictured.service"
    assert list(tree(tmp_path)) == [UNIT]
    assert exec_start(tree(tmp_path)[UNIT])[-1] == new


@on_linux
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_unit_of_somebody_else_is_left_alone(command: str, tmp_path: Path) -> None:
    file = tmp_path / UNIT
    file.parent.mkdir(parents=True)
    file.write_text("[Service]\nExecStart=/my/own\n")
    done = service(tmp_path, command)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr == f"pictured: {file} was not written by pictured and is left alone; move it away first\n"
    assert tree(tmp_path) == {UNIT: "[Service]\nExecStart=/my/own\n"}


@on_linux
@pytest.mark.parametrize("target", ["/dev/null", "nowhere"])
def test_a_link_in_place_of_the_unit_is_left_alone(target: str, tmp_path: Path) -> None:
    file = tmp_path / UNIT
    file.parent.mkdir(parents=True)
    file.symlink_to(target)
    assert service(tmp_path, "install").returncode == ExitCode.USAGE
    assert str(file.readlink()) == target


@on_linux
def test_uninstall_takes_away_the_unit_and_what_enable_made(tmp_path: Path) -> None:
    service(tmp_path, "install")
    other = tmp_path / ".config/systemd/user/default.target.wants/other.service"
    other.parent.mkdir()
    other.touch()
    other.with_name("pictured.service").symlink_to(tmp_path / UNIT)
    line = json.loads(service(tmp_path, "uninstall", "--json").stdout)
    assert line == {
        "file": str(tmp_path / UNIT),
        "removed": True,
        "next": ["systemctl --user stop pictured.service", "systemctl --user daemon-reload"],
    }
    assert os.listdir(other.parent) == ["other.service"]  # noqa: PTH208  dangling links count
    assert list(tree(tmp_path)) == [str(other.relative_to(tmp_path))]


@on_linux
def test_uninstall_without_a_unit_says_so(tmp_path: Path) -> None:
    done = service(tmp_path, "uninstall")
    assert done.returncode == ExitCode.USAGE
    assert done.stderr == f"pictured: there is no {tmp_path / UNIT}; nothing is installed\n"


@on_linux
def test_show_prints_what_install_writes(tmp_path: Path) -> None:
    shown = service(tmp_path, "show").stdout
    before = json.loads(service(tmp_path, "show", "--json").stdout)
    assert tree(tmp_path) == {}
    service(tmp_path, "install")
    assert tree(tmp_path) == {UNIT: shown}
    after = json.loads(service(tmp_path, "show", "--json").stdout)
    file = {"file": str(tmp_path / UNIT), "text": shown}
    assert before == {**file, "installed": False, "current": False}
    assert after == {**file, "installed": True, "current": True}


@on_linux
def test_show_system_has_the_usual_places_of_the_machine(tmp_path: Path) -> None:
    line = json.loads(service(tmp_path, "show", "--system", "--json").stdout)
    assert line["file"] == "/etc/systemd/system/pictured.service"
    assert exec_start(line["text"])[-1] == "/etc/pictured/pictured.yaml"
    assert "User=pictured" in line["text"].splitlines()


@on_linux
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / ".config").touch()
    done = service(tmp_path, "install")
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith(f"pictured: {(tmp_path / UNIT)} cannot be read: Not a directory;")


@on_macos
def test_install_writes_an_agent_and_makes_the_folder_of_its_log(tmp_path: Path) -> None:
    done = service(tmp_path, "install")
    file = tmp_path / "Library/LaunchAgents/local.pictured.plist"
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(plistlib.loads(file.read_bytes())["StandardErrorPath"]).parent.is_dir()
    assert f"launchctl bootstrap gui/{os.getuid()} {file}" in done.stdout


def test_each_platform_has_its_kinds() -> None:
    assert kind_of("linux", system=True) is Kind.SYSTEM
    assert kind_of("linux", system=False) is Kind.USER
    assert kind_of("darwin", system=False) is Kind.AGENT


@pytest.mark.parametrize(("platform", "system"), [("darwin", True), ("freebsd14", False), ("win32", True)])
def test_other_kinds_are_refused(platform: str, *, system: bool) -> None:
    with pytest.raises(UsageError, match="systemd"):
        kind_of(platform, system=system)


def test_each_kind_has_its_file_and_text() -> None:
    assert [service_file(kind, HOME) for kind in Kind] == [
        Path("/etc/systemd/system/pictured.service"),
        HOME / UNIT,
        HOME / "Library/LaunchAgents/local.pictured.plist",
    ]
    assert [text_of(kind, PLACE) for kind in Kind] == [system_unit(PLACE), user_unit(PLACE), agent(PLACE)]


def test_the_next_commands_can_be_pasted() -> None:
    file = Path("/home/some one/x.plist")
    load = "launchctl bootstrap gui/501 '/home/some one/x.plist'"
    stop = "launchctl bootout gui/501/local.pictured"
    assert starting(Kind.AGENT, file, 501, again=False) == [load]
    assert starting(Kind.AGENT, file, 501, again=True) == [stop, load]
    assert stopping(Kind.AGENT, 501) == [stop]
    assert starting(Kind.SYSTEM, file, 0, again=False) == [
        "sudo systemctl daemon-reload",
        "sudo systemctl enable --now pictured.service",
    ]


@pytest.fixture
def enterable() -> Iterator[Path]:
    """A folder that every account may enter, which those of pytest are not."""
    with TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder).resolve()
        path.chmod(0o755)
        yield path


def test_a_closed_folder_on_the_way_is_found_through_links_too(enterable: Path) -> None:
    program, link = enterable / "closed" / "bin" / "python", enterable / "open" / "python"
    for file in (program, link):
        file.parent.mkdir(parents=True)
        for folder in (file.parent, file.parent.parent):
            folder.chmod(0o755)
    program.touch()
    link.symlink_to(program)
    assert barred(link) is None
    (enterable / "closed").chmod(0o700)
    assert barred(link) == enterable / "closed"
    assert barred(enterable / "not" / "there") is None
