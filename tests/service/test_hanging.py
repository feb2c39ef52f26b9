"""A destination that never answers: a file system is frozen, so that whatever writes to it waits in the kernel."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.service.conftest import Daemon, Sandbox, jpeg, put, tree

from pictured.store.journal import Journal
from pictured.store.opening import open_store

CONFIG = """\
folders:
  - {path: '{root}/one', role: library}
  - {path: '{root}/other', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: frozen, from: ['{root}/one'], into: '{root}/drive/best', mode: auto}
  - {name: best, from: ['{root}/other'], into: '{root}/best', mode: auto}
settle: 200ms
limits: {workers: 2}
"""
PATIENCE = 90.0
TOOLS = ("mkfs.ext4", "mount", "fsfreeze")


@dataclass(frozen=True)
class Drive:
    """A file system of its own that can be frozen."""

    path: Path

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have it hang. Nothing that waits for it can even be killed meanwhile."""
        subprocess.run(["fsfreeze", "--freeze", self.path], check=True)
        try:
            yield
        finally:
            subprocess.run(["fsfreeze", "--unfreeze", self.path], check=True)


@contextmanager
def mounted(root: Path) -> Iterator[Drive]:
    if os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
        pytest.skip("needs root, mkfs.ext4 and fsfreeze, to have a drive hang")
    image, drive = root / "image", Drive(root / "drive")
    drive.path.mkdir()
    with image.open("wb") as file:
        file.truncate(24_000_000)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    done = subprocess.run(["mount", "-o", "loop", image, drive.path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")
    try:
        yield drive
    finally:
        subprocess.run(["umount", "-l", drive.path], check=False, capture_output=True)


@pytest.fixture
def drive(sandbox: Sandbox) -> Iterator[Drive]:
    """A drive, and copies of scenes 1 to 3 that go there, of 4 to 9 that go elsewhere."""
    with mounted(sandbox.root) as drive:
        for number in range(1, 10):
            put(sandbox.root / ("one" if number < 4 else "other") / f"{number}.jpg", jpeg(number))
        (sandbox.root / "queries").mkdir()
        yield drive


def ask(sandbox: Sandbox, number: int) -> None:
    put(sandbox.root / f"queries/{number}.jpg", jpeg(number, 240))


def placed(daemon: Daemon, sandbox: Sandbox, number: int, *, after: int = 0) -> None:
    daemon.wait("copy.placed", query=sandbox.root / f"queries/{number}.jpg", after=after)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name != "lost+found")


def test_a_destination_that_hangs_holds_up_only_what_goes_there(sandbox: Sandbox, drive: Drive) -> None:
    config = sandbox.configure(CONFIG)
    with sandbox.daemon(config) as daemon:
        ask(sandbox, 1)
        placed(daemon, sandbox, 1)
        with drive.frozen():
            for number in (2, 3, *range(4, 8)):
                ask(sandbox, number)
            for number in range(4, 8):
                placed(daemon, sandbox, number)
            silent = daemon.wait("destination.silent", path=drive.path / "best")
            status = sandbox.pictured("status", "--config", config, "--json").line
            told = sandbox.pictured("status", "--config", config).out
            ask(sandbox, 8)
            placed(daemon, sandbox, 8)
            # The word for the watchdog comes from the loop that answered all this.
            assert not daemon.told("daemon.ill")
            thawed = daemon.now
        daemon.wait("destination.answered", after=thawed)
        for number in (2, 3):
            daemon.wait("file.done", path=sandbox.root / f"queries/{number}.jpg", failed=0)
        sandbox.idle(config=config)

    assert silent["level"] == "warning"
    [hung] = [each for each in status["destinations"] if not each["answers"]]
    assert hung["path"] == str(drive.path / "best")
    assert "does not answer" in told
    assert names(drive.path) == ["1.jpg", "2.jpg", "3.jpg", "best"]
    assert names(sandbox.root / "best") == ["4.jpg", "5.jpg", "6.jpg", "7.jpg", "8.jpg"]
    assert len(sandbox.pictured("verify", "--json").lines) == 8


def test_a_daemon_that_is_killed_while_a_destination_hangs_ends_where_a_quiet_one_does(
    sandbox: Sandbox, drive: Drive
) -> None:
    config = sandbox.configure(CONFIG)
    daemon = sandbox.begin("run", "--config", config)
    try:
        ask(sandbox, 1)
        deadline = time.monotonic() + PATIENCE
        while names(drive.path / "best") != ["1.jpg"] or intents(sandbox):
            assert time.monotonic() < deadline
        with drive.frozen():
            ask(sandbox, 2)
            while not intents(sandbox):
                assert time.monotonic() < deadline
            daemon.send_signal(signal.SIGKILL)
    finally:
        daemon.kill()
        daemon.communicate()

    with sandbox.daemon(config):
        ask(sandbox, 3)
        sandbox.idle(config=config)
        deadline = time.monotonic() + PATIENCE
        while len(names(drive.path / "best")) < 3:
            assert time.monotonic() < deadline
        sandbox.idle(config=config)

    assert names(drive.path / "best") == ["1.jpg", "2.jpg", "3.jpg"]
    assert intents(sandbox) == 0
    assert {each["state"] for each in sandbox.pictured("verify", "--json").lines} == {"sound"}
    assert tree(drive.path / "best")


def intents(sandbox: Sandbox) -> int:
    """Count the writes that were begun and not ended."""
    with closing(open_store(sandbox.state, writer=False)) as db:
        return len(Journal(db).intents())
