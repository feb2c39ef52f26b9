"""Drives that take each other's place: a folder is known by the file system that it lies on, not by its path."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.service.conftest import Daemon, Sandbox, jpeg, put

CONFIG = """\
folders:
  - {path: '{root}/drive', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/drive'], into: '{root}/best', mode: auto}
settle: 200ms
limits: {workers: 2}
"""

Plug = Callable[[str | None], None]


@pytest.fixture
def plug(sandbox: Sandbox) -> Iterator[Plug]:
    """Put one of several drives with file systems of their own in its place; pull out the one before."""
    if os.geteuid() != 0 or any(shutil.which(name) is None for name in ("mount", "mke2fs")):
        pytest.skip("needs root, and mke2fs, to make drives and mount them")
    place = sandbox.root / "drive"
    place.mkdir()

    def pull() -> None:
        if place.is_mount():
            subprocess.run(["umount", str(place)], check=True)

    def plug(name: str | None) -> None:
        pull()
        if name is None:
            return
        image = sandbox.root / f"{name}.img"
        if not image.exists():
            image.touch()
            os.truncate(image, 8_000_000)
            subprocess.run(["mke2fs", "-q", "-t", "ext4", "-F", str(image)], check=True, capture_output=True)
        done = subprocess.run(["mount", "-o", "loop", str(image), str(place)], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"cannot mount: {os.fsdecode(done.stderr).strip()}")

    yield plug
    pull()


@pytest.fixture
def config(sandbox: Sandbox, plug: Plug) -> Path:
    """Two drives with the same names of files, other pictures in them, and a query that is answered by both."""
    for name, first in (("b", 20), ("a", 10)):
        plug(name)
        for number in range(6):
            put(sandbox.root / f"drive/{number % 2}/{number}.jpg", jpeg(first + number, 240))
    plug("b")
    put(sandbox.root / "drive/1/better.jpg", jpeg(10, 480))
    put(sandbox.root / "queries/ten.jpg", jpeg(10, 120, 40))
    plug("a")
    return sandbox.configure(CONFIG)


def asked(sandbox: Sandbox, daemon: Daemon, event: str, *words: str) -> dict[str, object]:
    """Have it look now, and not within half a minute; give what it tells of the drive."""
    after = daemon.now
    assert sandbox.pictured("rescan", *words).code == 0
    return daemon.wait(event, after=after, path=sandbox.root / "drive")


def test_another_drive_in_the_place_of_a_folder_is_neither_read_nor_forgets_what_was_there(
    sandbox: Sandbox, plug: Plug, config: Path
) -> None:
    drive = sandbox.root / "drive"
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed")
        before = sandbox.idle(config=config)
        plug(None)
        assert "empty mount point" in str(asked(sandbox, daemon, "root.offline")["reason"])
        away = daemon.now
        plug("b")
        warned = asked(sandbox, daemon, "root.offline")
        scanned = sandbox.pictured("scan", "--config", config, "--json", drive)
        pruned = sandbox.pictured("prune", "--older-than", "0s", "--json").line
        # Once it is told, it is told.
        assert sandbox.pictured("rescan").code == 0
        put(sandbox.root / "queries/late.jpg", jpeg(11, 130, 50))
        daemon.wait("file.done", after=away, path=sandbox.root / "queries/late.jpg")
        other = sandbox.idle(config=config)
        warnings = daemon.told("root.offline", after=away)
        plug("a")
        back = daemon.now
        finished = asked(sandbox, daemon, "scan.finished")
        placed = daemon.wait("copy.placed", after=back)
        again = sandbox.idle(config=config)

    assert str(warned["reason"]).endswith(f"pictured rescan --accept {drive}")
    assert [each["reason"] for each in warnings] == [warned["reason"]]
    (root,) = [each for each in other["roots"] if each["path"] == str(drive)]
    assert (root["online"], root["reason"]) == (False, warned["reason"])
    assert (scanned.code, scanned.lines[-1]["hashed"], scanned.lines[-1]["seen"]) == (1, 0, 0)
    assert (pruned["files"], pruned["offline"]) == (0, [str(drive)])
    assert (other["files"], other["placed"]) == (before["files"] + 1, before["placed"])
    assert (finished["seen"], finished["changed"], finished["missing"]) == (6, 0, 0)
    # What came meanwhile is answered, and nothing is read for it but the query.
    assert (placed["query"], placed["source"]) == (str(sandbox.root / "queries/late.jpg"), str(drive / "1/1.jpg"))
    assert [each["path"] for each in daemon.told("file.done", after=back)] == [str(drive / "1/1.jpg")]
    assert daemon.told("file.gone") == []
    assert again["files"] == before["files"] + 1
    best = {path.read_bytes() for path in (sandbox.root / "best").rglob("*.jpg")}
    assert best == {jpeg(10, 240), jpeg(11, 240)}


def test_a_drive_is_told_from_another_after_a_new_start_and_taken_for_the_folder_when_a_person_says_so(
    sandbox: Sandbox, plug: Plug, config: Path
) -> None:
    drive = sandbox.root / "drive"
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed")
        sandbox.idle(config=config)
    plug("b")
    with sandbox.daemon(config) as daemon:
        assert "another volume" in daemon.wait("root.offline", path=drive)["reason"]
        refused = sandbox.pictured("rescan", "--accept", sandbox.root / "elsewhere")
        assert daemon.told("scan.started", path=drive) == []
        asked(sandbox, daemon, "scan.finished", "--accept", str(drive))
        daemon.wait("copy.placed", source=drive / "1/better.jpg")
        status = sandbox.idle(config=config)

    assert (refused.code, "none of the folders" in refused.err) == (2, True)
    assert status["files"] == 8
    assert all(each["online"] for each in status["roots"])


def test_a_bigger_drive_with_all_that_was_on_the_old_one_is_the_folder(
    sandbox: Sandbox, plug: Plug, config: Path
) -> None:
    drive, kept = sandbox.root / "drive", sandbox.root / "kept"
    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed")
        before = sandbox.idle(config=config)
        shutil.copytree(drive, kept)
        plug("bigger")
        shutil.copytree(kept, drive, dirs_exist_ok=True)
        moved = asked(sandbox, daemon, "root.moved")
        daemon.wait("scan.finished", path=drive, missing=0)
        after = sandbox.idle(config=config)

    assert "another volume" in moved["reason"]
    assert after["files"] == before["files"]
    assert daemon.told("root.offline") == daemon.told("file.gone") == []
