"""Die at every touch of the outside world, restart, and compare whole trees with those of a quiet run.

Every touch of a file is died at, and every COMMIT. Other statements are not: what is not committed leaves nothing, so
that dying at them is dying at their COMMIT. `PICTURED_CRASH=STATEMENTS` dies at them as well, which takes minutes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DEPTH = os.environ.get("PICTURED_CRASH", "COMMITS")
HARNESS = Path(__file__).with_name("dying.py")


def told(scene: str, folder: Path, *options: str) -> dict[str, Any]:
    # The numeric libraries start threads when they are loaded, unless they are told not to.
    environ = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    argv = [sys.executable, str(HARNESS), scene, str(folder), *options]
    done = subprocess.run(argv, env=environ, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("scene", "kinds"),
    [
        ("collect", {"open", "os.mkdir", "os.link", "os.remove", "os.chmod", "os.utime", "COMMIT"}),
        ("upgrade", {"open", "os.link", "os.rename", "os.remove", "os.chmod", "os.utime", "COMMIT"}),
        ("undo", {"open", "os.remove", "COMMIT"}),
        ("review", {"open", "os.mkdir", "os.link", "os.remove", "os.chmod", "os.utime", "COMMIT"}),
        ("companions", {"open", "os.link", "os.rename", "os.remove", "os.chmod", "os.utime", "COMMIT"}),
        ("rules", {"open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.chmod", "os.utime", "COMMIT"}),
    ],
)
def test_wherever_the_daemon_dies_the_next_one_ends_where_a_quiet_run_ends(
    tmp_path: Path, scene: str, kinds: set[str]
) -> None:
    end = told(scene, tmp_path, "--depth", DEPTH)

    assert end["wrong"] == []
    assert end["points"] >= end["touches"]
    assert set(end["kinds"]) >= kinds


def test_it_may_die_again_soon_after_the_restart(tmp_path: Path) -> None:
    end = told("upgrade", tmp_path, "--depth", "FILES", "--deaths", "2")

    assert end["wrong"] == []


def test_without_recovery_it_ends_elsewhere(tmp_path: Path) -> None:
    end = told("upgrade", tmp_path, "--depth", "FILES", "--unrecovered")

    trees = [point for point in end["wrong"] if {"best", "groups"} & point["wrong"].keys()]
    assert trees
    assert any("intents" in point["wrong"] for point in end["wrong"])
