import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pictured.errors import ConfigError, UsageError

Pictured = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "l").mkdir()
    file = tmp_path / "p.yaml"
    file.write_text(f"folders: [{{path: {tmp_path}/l, role: library}}]\nlimits: {{workers: 1}}\n")
    return file


def test_a_daemon_runs_answers_reloads_and_ends(tmp_path: Path, config: Path) -> None:
    environ = os.environ | {"HOME": str(tmp_path), "PICTURED_STATE_DIR": str(tmp_path / "state")}
    command = [sys.executable, "-m", "pictured"]
    with subprocess.Popen(
        [*command, "run", "--config", config], env=environ, stderr=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stderr is not None
        try:
            for line in daemon.stderr:
                if json.loads(line)["event"] == "scan.finished":
                    break
            asked = {
                word: subprocess.run(
                    [*command, word, "--json", "--config", config],
                    env=environ, capture_output=True, text=True, check=True, timeout=30,
                ).stdout
                for word in ("status", "reload")
            }  # fmt: skip
            daemon.send_signal(signal.SIGTERM)
            rest = [json.loads(line)["event"] for line in daemon.stderr]
            assert daemon.wait(30) == 0
        finally:
            daemon.kill()

    assert json.loads(asked["status"])["pid"] == daemon.pid
    assert json.loads(asked["reload"]) == {"reloaded": str(config)}
    assert "config.reloaded" in rest
    assert rest[-1] == "daemon.stopped"


def test_run_needs_a_configuration(pictured: Pictured, tmp_path: Path) -> None:
    assert isinstance(pictured("run").exception, ConfigError)
    assert not (tmp_path / "state").exists()


def test_reload_without_a_daemon_says_how_to_start_one(pictured: Pictured, config: Path) -> None:
    result = pictured("reload", "--config", config)

    assert isinstance(result.exception, UsageError)
    assert "pictured run" in str(result.exception)


def test_reload_refuses_a_faulty_file_by_itself(pictured: Pictured, config: Path) -> None:
    config.write_text("folders: 3\n")

    assert isinstance(pictured("reload", "--config", config).exception, ConfigError)


def test_the_log_goes_to_a_file_where_one_is_named(tmp_path: Path, config: Path) -> None:
    environ = os.environ | {"HOME": str(tmp_path), "PICTURED_STATE_DIR": str(tmp_path / "state")}
    log = tmp_path / "logs/pictured.log"
    command = [sys.executable, "-m", "pictured", "run", "--config", config, "--log", log]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            deadline = time.monotonic() + 30
            while not log.exists() or "scan.finished" not in log.read_text():
                assert daemon.poll() is None
                assert time.monotonic() < deadline
            daemon.send_signal(signal.SIGTERM)
            said = daemon.communicate(timeout=30)[1]
        finally:
            daemon.kill()
    assert (daemon.returncode, said) == (0, "")
