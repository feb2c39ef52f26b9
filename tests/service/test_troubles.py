"""What goes wrong around a daemon: lost events, too few watches, drives that go and come, full disks, odd bytes."""

import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from tests.service.conftest import Sandbox, jpeg, put, scene

LIBRARY = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/polled', role: library, watch: poll, poll_interval: 1s}
settle: 200ms
limits: {workers: 2}
"""
COLLECTING = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query, watch: poll, poll_interval: 1s}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto}
settle: 200ms
limits: {workers: 2, retry: 1s}
"""
as_root = pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="needs root, to mount")


@contextmanager
def mounted(*words: str, on: Path) -> Iterator[None]:
    """Mount something for a while; skips where that is not allowed."""
    on.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *words, str(on)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(on)], check=False, capture_output=True)


def few_watches(count: int) -> tuple[str, ...]:
    """Start a command where a user has so few watches; only for its own name space, not for the machine."""
    setting = f"echo {count} >/proc/sys/user/max_inotify_watches"
    words = ("unshare", "--user", "--map-root-user", "sh", "-c", f'{setting} && exec "$@"', "sh")
    if shutil.which("unshare") is None or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no name spaces of one's own here")
    return words


def test_too_few_watches_at_start_mean_polling_and_nothing_is_missed(sandbox: Sandbox) -> None:
    (sandbox.root / "polled").mkdir()
    picture = put(sandbox.root / "one.jpg", jpeg(1, 100))
    for number in range(200):
        (sandbox.root / f"library/{number}").mkdir(parents=True)
        os.link(picture, sandbox.root / f"library/{number}/a.jpg")
    config = sandbox.configure(LIBRARY.replace("library}\n", "library, poll_interval: 1s}\n", 1))

    with sandbox.daemon(config, prefix=few_watches(100)) as daemon:
        watched = daemon.wait("root.watched", path=sandbox.root / "library")
        os.link(picture, sandbox.root / "library/199/late.jpg")
        daemon.wait("file.done", path=sandbox.root / "library/199/late.jpg")
        status = sandbox.idle(config=config)

    assert (watched["mode"], watched["level"]) == ("poll", "warning")
    assert status["files"] == 201


def test_too_few_watches_for_folders_that_come_later_mean_polling_and_nothing_is_missed(sandbox: Sandbox) -> None:
    for name in ("library", "polled"):
        (sandbox.root / name).mkdir()
    picture = put(sandbox.root / "one.jpg", jpeg(1, 100))
    config = sandbox.configure(LIBRARY.replace("library}\n", "library, poll_interval: 1s}\n", 1))

    with sandbox.daemon(config, prefix=few_watches(100)) as daemon:
        assert daemon.wait("root.watched", path=sandbox.root / "library")["mode"] == "events"
        for number in range(200):
            (sandbox.root / f"library/{number}").mkdir()
        warned = daemon.wait("root.watched", path=sandbox.root / "library", mode="poll")
        for number in range(200):
            os.link(picture, sandbox.root / f"library/{number}/a.jpg")
        daemon.wait("file.done", times=200)
        status = sandbox.idle(config=config)

    assert len(daemon.told("root.watched", level="warning")) == 1
    assert "fs.inotify.max_user_watches" in warned["reason"]
    assert status["files"] == 200
    (root,) = [root for root in status["roots"] if root["path"] == str(sandbox.root / "library")]
    assert (root["mode"], root["reason"]) == ("poll", warned["reason"])


@as_root
def test_a_drive_that_is_unmounted_and_mounted_again_loses_no_row_and_no_file_is_read_again(sandbox: Sandbox) -> None:
    root, drive, kept = sandbox.root, sandbox.root / "library", sandbox.root / "kept"
    (root / "polled").mkdir()
    # The drive itself stays mounted elsewhere: what is in a tmpfs would not outlive it.
    with mounted("-t", "tmpfs", "-o", "size=16m", "drive", on=kept):
        for number in range(12):
            put(kept / f"{number % 3}/{number}.jpg", jpeg(number % 4, 100 + 10 * number))
        with mounted("--bind", str(kept), on=drive):
            config = sandbox.configure(LIBRARY)
            with sandbox.daemon(config) as daemon:
                daemon.wait("file.done", times=12)
                subprocess.run(["umount", str(drive)], check=True)
                reason = daemon.wait("root.offline", path=drive)["reason"]
                away = sandbox.pictured("status", "--config", config, "--json").line
                begin = daemon.now
                subprocess.run(["mount", "--bind", str(kept), str(drive)], check=True)
                daemon.wait("root.online", path=drive)
                scanned = daemon.wait("scan.finished", after=begin, path=drive)
                back = sandbox.idle(config=config)
                late = put(drive / "late.jpg", jpeg(9, 100))
                daemon.wait("file.done", path=late)

    assert "empty mount point" in reason
    assert (away["files"], back["files"]) == (12, 12)
    assert (scanned["seen"], scanned["changed"], scanned["missing"]) == (12, 0, 0)
    assert len(daemon.told("file.done", after=begin)) == 1
    assert not daemon.told("file.gone")


@as_root
def test_a_full_destination_shows_no_partial_file_and_is_gone_on_with_when_there_is_room(sandbox: Sandbox) -> None:
    root, best = sandbox.root, sandbox.root / "best"
    originals = {number: jpeg(number, 480, 98) + os.urandom(500_000) for number in range(6)}
    with mounted("-t", "tmpfs", "-o", "size=2m", "small", on=best):
        for number, content in originals.items():
            put(root / f"library/{number}.jpg", content)
            put(root / f"queries/{number}.jpg", jpeg(number, 120, 40))
        config = sandbox.configure(COLLECTING)
        odd: list[str] = []
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(best, set(originals.values()), odd, over), daemon=True)
        watcher.start()
        with sandbox.daemon(config) as daemon:
            refused = daemon.wait("copy.failed", times=3)
            before = daemon.now
            subprocess.run(["mount", "-o", "remount,size=16m", str(best)], check=True)
            daemon.wait("copy.placed", times=len(originals))
            status = sandbox.idle(config=config)
        over.set()
        watcher.join()
        placed = [path.read_bytes() for path in best.iterdir()]

    assert "is full" in refused["error"] or "No space" in refused["error"]
    assert sorted(placed) == sorted(originals.values())
    assert status["placed"] == len(originals)
    assert daemon.told("copy.placed", after=before)
    assert odd == []


def _watch(folder: Path, whole: set[bytes], odd: list[str], over: threading.Event) -> None:
    """Read every file that can be seen in a folder, again and again, and note those that are not whole."""
    while not over.is_set():
        for path in folder.iterdir():
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            # Those that begin with a dot are ours until they are whole.
            if content not in whole and not path.name.startswith("."):
                odd.append(f"{path.name}: {len(content)} bytes")


def test_events_that_the_kernel_dropped_are_made_up_for(sandbox: Sandbox) -> None:
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    count = int(limit.read_text()) + 2000 if limit.exists() else 0
    if not 0 < count <= 20_000:
        pytest.skip("needs Linux with a short queue of events")
    for name in ("library", "polled", "outside"):
        (sandbox.root / name).mkdir()
    config = sandbox.configure(LIBRARY)
    pictures = [put(sandbox.root / f"outside/{number}.jpg", jpeg(number, 100)) for number in range(8)]
    (sandbox.root / "library/deep").mkdir()

    with sandbox.daemon(config) as daemon:
        daemon.wait("scan.finished", path=sandbox.root / "library")
        daemon.process.send_signal(signal.SIGSTOP)
        try:
            for number in range(count):
                name = sandbox.root / "library/deep/x"
                # A name that comes and goes fills the queue without any work for afterwards.
                os.link(pictures[number % 8], name)
                name.rename(name.with_name("y"))
                name.with_name("y").unlink()
            for number in range(100):
                os.link(pictures[number % 8], sandbox.root / f"library/deep/{number}.jpg")
        finally:
            daemon.process.send_signal(signal.SIGCONT)
        daemon.wait("events.lost")
        daemon.wait("file.done", times=100)
        status = sandbox.idle(config=config)

    assert status["files"] == 100


def test_bytes_that_were_changed_at_random_cost_no_more_than_their_file(sandbox: Sandbox) -> None:
    chance = random.Random(4)
    (sandbox.root / "polled").mkdir()
    names = [put(sandbox.root / f"library/{number}.{kind}", content) for number, kind, content in _spoilt(chance)]
    whole = put(sandbox.root / "library/whole.jpg", jpeg(1, 200))
    config = sandbox.configure(LIBRARY)

    with sandbox.daemon(config) as daemon:
        status = sandbox.idle(config=config)
        late = put(sandbox.root / "library/late.jpg", jpeg(2, 200))
        daemon.wait("file.done", path=late)
        most = max(_peak(pid) for pid in (daemon.process.pid, *_below(daemon.process.pid)))

    assert status["files"] + len({each["path"] for each in status["failing"]}) >= len(names) + 1
    assert not [each for each in status["failing"] if each["kind"] in {"crashed", "internal"}]
    assert daemon.told("file.done", path=whole)
    assert most < 700_000_000


def _spoilt(chance: random.Random) -> Iterator[tuple[int, str, bytes]]:
    for number in range(40):
        kind = chance.choice(["jpeg", "png", "webp", "tiff", "gif", "bmp"])
        made = BytesIO()
        scene(number % 5).resize((160, 120)).save(made, kind)
        content = bytearray(made.getvalue())
        match number % 4:
            case 0:
                for _ in range(20):
                    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            case 1:
                del content[chance.randrange(len(content)) :]
            case 2:
                begin, end = sorted(chance.sample(range(len(content)), 2))
                content[begin:end] = content[: end - begin]
            case _:
                # The header is where sizes and offsets are.
                for _ in range(4):
                    content[chance.randrange(min(200, len(content)))] = chance.randrange(256)
        yield number, kind, bytes(content)


def _below(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("needs Linux, to look at processes")
    found = [int(child) for child in children.read_text().split()]
    return found + [deeper for child in found for deeper in _below(child)]


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
