import asyncio
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import Result

import pictured as package
from pictured.cli.main import COMMANDS, application
from pictured.errors import ExitCode
from pictured.service.control import socket_path
from pictured.store.holding import hold

Pictured = Callable[..., Result]
Draw = Callable[..., Path]
GROUPS = ("mark", "service")


def program(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PICTURED_", "XDG_"))}
    return subprocess.run(
        [sys.executable, "-m", "pictured", *arguments],
        env={**environ, "HOME": str(home), "PICTURED_STATE_DIR": str(home / "state")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_help_names_every_command(pictured: Pictured) -> None:
    shown = pictured("--help").stdout

    assert [command.name for command in COMMANDS if f" {command.name} " not in shown] == []


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself_and_only_itself_is_loaded(pictured: Pictured, command: str) -> None:
    result = pictured(command, "--help")

    assert result.exit_code == 0
    assert command in GROUPS or "--config" in result.stdout
    assert len(application([command]).registered_commands) + len(application([command]).registered_groups) == 1


def test_the_version_is_that_of_the_package(pictured: Pictured) -> None:
    assert pictured("--version").stdout.strip() == f"pictured {package.__version__}"


def test_the_script_of_the_package_is_the_command_line() -> None:
    project = Path(__file__).parents[3] / "pyproject.toml"

    assert tomllib.loads(project.read_text())["project"]["scripts"] == {"pictured": "pictured.cli.main:run"}


def test_a_usage_error_is_told_by_the_command_line_itself(tmp_path: Path) -> None:
    ended = program(tmp_path, "dance")

    assert ended.returncode == ExitCode.USAGE
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["scan", "absent"], ExitCode.USAGE, "pictured: there is no folder absent"),
        (["history"], ExitCode.STORE, "pictured: There is no index"),
        (["run"], ExitCode.CONFIG, "pictured: "),
    ],
)
def test_errors_are_a_message_and_an_exit_code(
    tmp_path: Path, arguments: list[str], code: ExitCode, message: str
) -> None:
    ended = program(tmp_path, *arguments)

    assert ended.returncode == code
    assert ended.stderr.startswith(message)
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_a_daemon_that_ends_in_the_middle_of_its_answer_is_told(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=100)
    ready, over = Event(), Event()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async def daemon() -> None:
        async with await asyncio.start_unix_server(hang_up, socket_path(tmp_path / "state")):
            ready.set()
            await asyncio.to_thread(over.wait, 60)

    held = hold(tmp_path / "state")
    assert held is not None
    with held:
        thread = Thread(target=asyncio.run, args=(daemon(),))
        thread.start()
        try:
            assert ready.wait(10)
            ended = program(tmp_path, "scan", tmp_path / "l")
        finally:
            over.set()
            thread.join()

    assert ended.returncode in set(ExitCode) - {ExitCode.OK}
    assert "Traceback" not in ended.stderr


def test_a_reader_that_went_away_is_no_error(tmp_path: Path, draw: Draw) -> None:
    draw(tmp_path / "l/a.jpg", "coffee", width=100)
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "pictured", "scan", "--json", tmp_path / "l"],
        env=os.environ | {"HOME": str(tmp_path), "PICTURED_STATE_DIR": str(tmp_path / "state")},
        stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(write)

    assert (ended.returncode, ended.stderr) == (0, "")
