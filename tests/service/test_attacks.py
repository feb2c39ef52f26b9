"""Names, fields and links made to lead astray: nothing is written outside destinations, nothing of a person's changes.

Each test compares the whole tree before and after, and reads the log line by line.
"""

import os
import pty
import re
import socket
import stat
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from PIL import Image
from tests.service.conftest import DEADLINE, Daemon, Line, Sandbox, jpeg, put, scene, tree
from watchdog.events import FileOpenedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - name: best
    from: ['{root}/library']
    into: '{root}/dest/best'
    layout: tree
    file_name: '{query}-{stem}{ext}'
    mode: auto
settle: 200ms
limits: {workers: 2, retry: 1s, priority: normal}
"""
RULED = """\
folders:
  - {path: '{root}/library', role: library}
rules:
  - name: '{stem}..'
    folders: ['{root}/library']
    actions: [{action: resize, percent: 50}, {action: watermark, text: '{stem} {exif.artist}'}]
    output: {into: '{root}/made', name: '{exif.artist}{rule}{stem}{ext}', metadata: keep}
    mode: auto
settle: 200ms
limits: {workers: 1, retry: 1s, priority: normal}
"""
# An unrelated folder, and one beside each destination: where anything new in them is the daemon's doing.
OUTSIDE = ("outside", "dest", "queries", "library")

NAMES = (
    b"new\nline.jpg",
    b'fake.jpg\n<0>{"event": "daemon.stopped"}.jpg',
    b"return\rto begin.jpg",
    b"tab\tbell\x07back\x08.jpg",
    b"\x1b[2J\x1b[31mred.jpg",
    b"\x1b]0;title\x07.jpg",
    "\u009b31m C1.jpg".encode(),
    b"delete\x7f.jpg",
    "\u202egpj.exe.jpg".encode(),
    "\u2066isolate\u2069\u200e\u200f.jpg".encode(),
    "line\u2028paragraph\u2029.jpg".encode(),
    "zero\u200bwidth\ufeff.jpg".encode(),
    b"\xff\xfe\x80.jpg",
    b"caf\xe9 half \xc3.jpg",
    b"-rf.jpg",
    b"--config=nothing.jpg",
    b"a\\..\\..\\up.jpg",
    "\u2215etc\u2215slash.jpg".encode(),
    "\uff0e\uff0e\uff0fup.jpg".encode(),
    b"%2e%2e%2fup.jpg",
    b"x..jpg",
    b"{exif.artist}{stem}{query}.jpg",
    b"{0.__class__}{stem!r}.jpg",
    b"%s%n%(stem)s.jpg",
    b"$(touch owned)`touch owned`.jpg",
    b"; touch owned; .jpg",
    b"[red]rich[bold] [link=x].jpg",
    b"' OR 1=1; --.jpg",
    b"*?[a-z].jpg",
    b"~root $HOME.jpg",
    b"CON.jpg",
    b"trailing. .jpg",
    b" leading.jpg",
    b"l" * 251 + b".jpg",
    "é".encode() * 125 + b".jpg",
    "\U0001f4a9".encode() * 62 + b".jpg",
)
FOLDERS = (b"", b"\x1b[31m\n", b"-x", b"\xff", "\u2215\u2215".encode())

as_linux = pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes only names of UTF-8")


def smuggled(text: str) -> list[str]:
    """The characters that a terminal would obey instead of showing them, or that turn the text around."""
    return sorted({char for char in text.replace("\r\n", "\n") if char != "\n" and _obeyed(char)})


def _obeyed(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def on_a_terminal(sandbox: Sandbox, *words: str | Path) -> str:
    """Run a command on a terminal that shows no colours, and give all that it was sent."""
    ours, theirs = pty.openpty()
    environ = sandbox.environ | {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "200"}
    argv = [sys.executable, "-m", "pictured", *words]
    process = subprocess.Popen(argv, env=environ, cwd=sandbox.root, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    sent = bytearray()
    # Linux ends the reading by an error when the last who has the other side open is gone.
    with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as file:
        while piece := file.read(1 << 16):
            sent += piece
    process.wait(DEADLINE)
    return sent.decode()


@dataclass
class Named:
    """A daemon that has taken pictures with all those names, and is still there."""

    sandbox: Sandbox
    config: Path
    daemon: Daemon
    before: dict[str, tuple[object, ...]]
    status: Line

    @property
    def library(self) -> list[Path]:
        return [path for path in (self.sandbox.root / "library").rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def named(shared_sandbox: Sandbox) -> Iterator[Named]:
    root = shared_sandbox.root
    for number, name in enumerate(NAMES):
        below = root / "library" / os.fsdecode(FOLDERS[number % len(FOLDERS)])
        put(below / os.fsdecode(name), jpeg(number, 200))
        # A query with the name of another one, so that both get into the name of the copy.
        put(root / "queries" / os.fsdecode(NAMES[-1 - number]), jpeg(number, 100, 40))
    put(root / "outside/person.jpg", jpeg(99, 100))
    config = shared_sandbox.configure(CONFIG)
    before = tree(root / "library", root / "queries", root / "outside")
    with shared_sandbox.daemon(config) as daemon:
        daemon.wait("file.done", times=2 * len(NAMES))
        yield Named(shared_sandbox, config, daemon, before, shared_sandbox.idle(config=config))


@as_linux
def test_whatever_a_file_is_called_it_is_taken_and_its_copy_stays_inside(named: Named) -> None:
    root = named.sandbox.root
    placed = [path for path in (root / "dest").rglob("*") if not path.is_dir()]

    assert (named.status["files"], named.status["failed"]) == (2 * len(NAMES), 0)
    assert sorted(path.read_bytes() for path in placed) == sorted(jpeg(number, 200) for number in range(len(NAMES)))
    assert {path.parent.relative_to(root / "dest/best") for path in placed} == {
        Path(os.fsdecode(folder)) for folder in FOLDERS
    }
    assert not any(path.name.startswith(".") for path in placed)
    assert tree(root / "library", root / "queries", root / "outside") == named.before
    assert {path.name for path in root.iterdir()} == {
        *("dest", "home", "library", "outside", "pictured.yaml", "queries", "state")
    }


@as_linux
def test_each_line_of_the_log_is_one_event_and_plain_text(named: Named) -> None:
    lines = named.daemon.raw

    assert len(named.daemon.log) == len(lines)
    assert all(line.endswith("\n") and line.isascii() and line[:-1].isprintable() for line in lines)
    assert {line["path"] for line in named.daemon.told("file.done")} >= {str(path) for path in named.library}
    assert not named.daemon.told("daemon.stopped")


@as_linux
def test_what_commands_print_on_a_terminal_is_only_text(named: Named) -> None:
    sandbox, config = named.sandbox, ("--config", named.config)
    queries = sorted((sandbox.root / "queries").iterdir())
    asked: dict[str, tuple[str | Path, ...]] = {
        "status": ("status", *config),
        "history": ("history", *config, "--limit", "100"),
        "find": ("find", *config, "--", *queries[:4]),
        "dry run": ("collect", "--dry-run", "--into", sandbox.root / "new", *config, "--", *queries[12:16]),
        "explain": ("explain", *config, "--", max(named.library)),
        "wrong": ("find", *config, "--", "\x1b[2Jnothing\n.jpg"),
    }

    shown = {what: on_a_terminal(sandbox, *words) for what, words in asked.items()}

    assert {what: found for what, text in shown.items() if (found := smuggled(text))} == {}
    assert r"\x1b[2J" in shown["wrong"]
    assert r"\x1b" in shown["history"] + shown["find"]
    assert "Traceback" not in "".join(shown.values())


@as_linux
def test_the_log_on_a_terminal_is_only_text(sandbox: Sandbox) -> None:
    for number, name in enumerate(NAMES[:16]):
        put(sandbox.root / "library" / os.fsdecode(name), b"no picture" if number % 2 else jpeg(1, 100))
    (sandbox.root / "queries").mkdir()
    config = sandbox.configure(CONFIG)
    ours, theirs = pty.openpty()
    environ = sandbox.environ | {"TERM": "dumb", "NO_COLOR": "1"}
    argv = [sys.executable, "-m", "pictured", "run", "--config", str(config)]
    process = subprocess.Popen(argv, env=environ, cwd=sandbox.root, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    sent = bytearray()
    try:
        while len(re.findall(rb"file\.(?:done|failed)", sent)) < 16:
            sent += os.read(ours, 1 << 16)
        process.terminate()
        with suppress(OSError):
            while piece := os.read(ours, 1 << 16):
                sent += piece
    finally:
        process.kill()
        process.wait()
        os.close(ours)

    assert smuggled(sent.decode()) == []
    assert rb"\x1b[2J" in sent


ARTISTS = (
    "../../etc/x",
    "/etc/passwd",
    "..",
    ".",
    "{stem}{exif.artist}{exif.model}",
    "\x1b[2J\x1b[31m\r\nred",
    "\u202egpj.exe",
    "a" * 70_000,
    "%s%n<b>&amp;</b><span foreground='red'>",
    "$(touch owned)",
    "",
)


def test_exif_fields_are_text_and_nothing_else_in_names_and_on_pictures(sandbox: Sandbox) -> None:
    root = sandbox.root
    for number, artist in enumerate(ARTISTS):
        made = BytesIO()
        exif = Image.Exif()
        exif[0x013B] = artist
        exif[0x0132] = "../../../..:../.. "
        with suppress(ValueError):
            scene(number).save(made, "JPEG", exif=exif)
        if len(artist) > 60_000:
            # Longer than one segment can be: PNG has no such limit.
            made = BytesIO()
            scene(number).save(made, "PNG", exif=exif)
        put(root / f"library/p{number}.{'png' if len(artist) > 60_000 else 'jpg'}", made.getvalue())
    put(root / "outside/person.jpg", jpeg(99, 100))
    before = tree(root / "library", root / "outside")
    config = sandbox.configure(RULED)

    with sandbox.daemon(config) as daemon:
        daemon.wait("file.done", times=len(ARTISTS))
        status = sandbox.idle(config=config)

    # Too long a text is the only one that is refused.
    (refused,) = daemon.told("rule.failed")
    assert Path(refused["source"]).name == "p7.png"
    assert (status["files"], status["failed"]) == (len(ARTISTS), 0)
    made_files = sorted((root / "made").rglob("*"))
    assert len(made_files) == len(ARTISTS) - 1 == len(daemon.told("rule.applied"))
    assert all(path.parent == root / "made" and path.is_file() for path in made_files)
    assert not any(path.name.startswith(".") or smuggled(path.name) for path in made_files)
    assert all(Image.open(BytesIO(path.read_bytes())).size == (240, 180) for path in made_files)
    assert tree(root / "library", root / "outside") == before
    assert {path.name for path in root.iterdir()} == {"home", "library", "made", "outside", "pictured.yaml", "state"}


@contextmanager
def opened(folder: Path) -> Iterator[set[str]]:
    """Give the paths directly in a folder that anybody opens meanwhile."""
    paths: set[str] = set()

    class Watch(FileSystemEventHandler):
        def on_opened(self, event: FileSystemEvent) -> None:
            paths.add(os.fsdecode(event.src_path))

    observer = Observer()
    observer.schedule(Watch(), str(folder), event_filter=[FileOpenedEvent])
    observer.start()
    try:
        yield paths
    finally:
        observer.stop()
        observer.join()


def put_odd(folder: Path, outside: Path) -> dict[str, str]:
    """Make everything that is called like a picture and is none; give what the daemon has to say of each."""
    folder.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        # The address of a socket must be short.
        here = os.open(folder, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket.jpg")
        os.close(here)
    (folder / "inside out.jpg").symlink_to(outside / "person.jpg")
    (folder / "circle.jpg").symlink_to("circle.jpg")
    (folder / "nowhere.jpg").symlink_to("/nowhere.jpg")
    (folder / "folder").symlink_to(outside)
    (folder / "folder.jpg").symlink_to(outside)
    told = {"pipe.jpg": "FIFO", "socket.jpg": "a socket", "circle.jpg": "circle", "nowhere.jpg": "nowhere"}
    with suppress(PermissionError):
        # /dev/zero never ends, and reading /dev/tty would wait for a person.
        os.mknod(folder / "zero.jpg", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        os.mknod(folder / "tty.jpg", stat.S_IFCHR | 0o666, os.makedev(5, 0))
        os.mknod(folder / "disk.jpg", stat.S_IFBLK | 0o666, os.makedev(7, 0))
        told |= {"zero.jpg": "a character device", "tty.jpg": "a character device", "disk.jpg": "a block device"}
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that a file was opened")
def test_pipes_sockets_devices_and_links_are_never_opened_whenever_they_come(sandbox: Sandbox) -> None:
    root = sandbox.root
    put(root / "outside/person.jpg", jpeg(99, 200))
    put(root / "queries/asks.jpg", jpeg(99, 100, 40))
    (root / "library").mkdir()
    told = put_odd(root / "library/early", root / "outside")
    config = sandbox.configure(CONFIG)
    before = tree(root / "outside")

    with opened(root / "library/early") as paths, sandbox.daemon(config) as daemon:
        daemon.wait("scan.finished", path=root / "library")
        put_odd(root / "library/late", root / "outside")
        for name, why in told.items():
            for folder in ("early", "late"):
                assert why in daemon.wait("file.failed", path=root / "library" / folder / name)["error"]
        os.link(root / "outside/person.jpg", root / "library/hard.jpg")
        daemon.wait("file.done", path=root / "library/hard.jpg")
        daemon.wait("copy.placed", query=root / "queries/asks.jpg")
        status = sandbox.idle(config=config)

    assert {path for path in paths if not Path(path).is_dir()} == set()
    assert {each["path"] for each in status["failing"]} == {
        str(root / "library" / folder / name) for name in told for folder in ("early", "late")
    }
    # A hard link is a file like any other; what links lead to is not ours to look at.
    assert status["files"] == 2
    assert daemon.told("copy.placed")[0]["source"] == str(root / "library/hard.jpg")
    # The link count is no part of the comparison, but time, mode and bytes are.
    assert tree(root / "outside") == before


@contextmanager
def swapping(turns: Callable[[int], None]) -> Iterator[None]:
    """Do something again and again, as fast as it goes, beside everything else."""
    over = threading.Event()
    broken: list[OSError] = []

    def run() -> None:
        try:
            for number in count():
                # Long enough for the daemon to be in the middle of something.
                if over.wait(0.0005):
                    return
                turns(number)
        except OSError as error:
            broken.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(DEADLINE)
    assert broken == []


def turned(path: Path, aside: Path) -> None:
    """Let what is at a path and what is beside it change places; between the two steps nothing has the name."""
    between = aside.with_name(f"{aside.name} between")
    path.rename(between)
    aside.rename(path)
    between.rename(aside)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_source_that_turns_into_a_link_and_back_never_gives_away_what_it_leads_to(
    sandbox: Sandbox, what: str
) -> None:
    root = sandbox.root
    for number in range(4):
        put(root / f"outside/{number}.jpg", jpeg(50 + number, 300))
        put(root / f"library/in/{number}.jpg", jpeg(number, 300))
        for each in (number, 50 + number):
            put(root / f"queries/{each}.jpg", jpeg(each, 100, 40))
    aside = root / "aside"
    aside.mkdir()
    if what == "folder":
        (aside / "in").symlink_to(root / "outside")
    else:
        for number in range(4):
            (aside / f"{number}.jpg").symlink_to(root / f"outside/{number}.jpg")
    secret = {jpeg(50 + number, 300) for number in range(4)}
    before = tree(root / "outside", root / "queries")
    config = sandbox.configure(CONFIG)

    def turn(number: int) -> None:
        if what == "folder":
            turned(root / "library/in", aside / "in")
        else:
            turned(root / f"library/in/{number % 4}.jpg", aside / f"{number % 4}.jpg")

    with sandbox.daemon(config) as daemon:
        with swapping(turn):
            for _ in range(2):
                begin = daemon.now
                sandbox.pictured("rescan", "--config", config)
                daemon.wait("scan.finished", after=begin, times=2)
        # In the end a person puts everything back, as new files.
        for path in (root / "library/in", *(root / "library/in").iterdir()):
            if path.is_symlink():
                path.unlink()
        for number in range(4):
            put(root / f"library/in/{number}.jpg.part", jpeg(number, 300)).rename(root / f"library/in/{number}.jpg")
        sandbox.pictured("rescan", "--config", config)
        for number in range(4):
            daemon.wait("copy.placed", query=root / f"queries/{number}.jpg")
        status = sandbox.idle(config=config)

    placed = {path.read_bytes() for path in (root / "dest").rglob("*") if path.is_file()}
    assert placed == {jpeg(number, 300) for number in range(4)}
    assert not placed & secret
    assert status["files"] == 12
    # A link to a folder that led nowhere for a moment may be told of; no picture may.
    assert {each["path"] for each in status["failing"]} <= {str(root / "library/in")}
    assert tree(root / "outside", root / "queries") == before


def test_a_name_that_is_taken_is_left_whatever_it_leads_to(sandbox: Sandbox) -> None:
    root = sandbox.root
    best = root / "dest/best"
    best.mkdir(parents=True)
    for number in range(6):
        put(root / f"library/{number}.jpg", jpeg(number, 200))
        put(root / f"queries/{number}.jpg", jpeg(number, 100, 40))
    victim = put(root / "outside/victim.jpg", b"mine")
    taken = [best / f"{number}-{number}.jpg" for number in range(6)]
    taken[0].symlink_to(victim)
    taken[1].symlink_to(root / "outside/not yet.jpg")
    taken[2].symlink_to(taken[2].name)
    taken[3].hardlink_to(victim)
    os.mkfifo(taken[4])
    taken[5].mkdir()
    # Temporary files are told by the number of their intent.
    for number in range(40):
        (best / f".pictured-{number}.tmp").symlink_to(victim)
    before = tree(best, root / "outside", root / "library", root / "queries")
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon:
        daemon.wait("copy.placed", times=6)
        sandbox.idle(config=config)

    after = tree(best, root / "outside", root / "library", root / "queries")
    new = {name: about for name, about in after.items() if name not in before}
    assert before.items() <= after.items()
    assert sorted(Path(name).read_bytes() for name in new) == sorted(jpeg(number, 200) for number in range(6))
    assert {Path(name).parent for name in new} == {best}


def test_a_destination_folder_that_is_a_link_is_not_written_through(sandbox: Sandbox) -> None:
    root = sandbox.root
    put(root / "outside/person.jpg", b"mine")
    for number, below in enumerate(("", "one", "one/two", "three")):
        put(root / "library" / below / f"{number}.jpg", jpeg(number, 200))
    for number in range(4):
        put(root / f"queries/{number}.jpg", jpeg(number, 100, 40))
    put(root / "dest/best/mine.txt", b"mine")
    (root / "dest/best/one").symlink_to(root / "outside")
    before = tree(root / "outside", root / "library", root / "queries")
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon:
        for number in (0, 3):
            daemon.wait("copy.placed", query=root / f"queries/{number}.jpg")
        for number in (1, 2):
            failed = daemon.wait("copy.failed", query=root / f"queries/{number}.jpg")
            assert str(root / "dest/best/one") in failed["error"]
        assert tree(root / "outside", root / "library", root / "queries") == before
        (root / "dest/best/one").unlink()
        for number in (1, 2):
            daemon.wait("copy.placed", query=root / f"queries/{number}.jpg")

    assert tree(root / "outside", root / "library", root / "queries") == before


RACES = 6


def tried(daemon: Daemon, times: int) -> None:
    """Wait until so many copies were placed or failed: who wins a race is for neither side to say."""
    with daemon.grown:
        ended = lambda: len(daemon.told("copy.failed")) + len(daemon.told("copy.placed"))  # noqa: E731
        assert daemon.grown.wait_for(lambda: ended() >= times, DEADLINE), daemon.text


@pytest.mark.parametrize("what", ["a folder in it", "the destination", "the folder above it"])
def test_a_destination_that_turns_into_a_link_while_it_is_written_is_not_written_through(
    sandbox: Sandbox, what: str
) -> None:
    root = sandbox.root
    for number in range(RACES):
        put(root / f"library/one/{number}.jpg", jpeg(number, 200))
        put(root / f"queries/{number}.jpg", jpeg(number, 100, 40))
    where = {"a folder in it": "dest/best/one", "the destination": "dest/best", "the folder above it": "dest"}[what]
    (root / "dest/best/one").mkdir(parents=True)
    # It looks the same, so that whoever follows the link would feel at home.
    astray = root / "outside" / where.removeprefix("dest").lstrip("/")
    (root / "outside/best/one").mkdir(parents=True)
    aside = root / "aside"
    aside.symlink_to(astray)
    before = tree(root / "outside", root / "library", root / "queries")
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon, opened(root / "outside/best/one") as astray_opened:
        with swapping(lambda _: turned(root / where, aside)):
            tried(daemon, RACES)
        if (root / where).is_symlink():
            turned(root / where, aside)
        for number in range(RACES):
            daemon.wait("copy.placed", query=root / f"queries/{number}.jpg")
        sandbox.idle(config=config)

    assert {path for path in astray_opened if not Path(path).is_dir()} == set()
    assert tree(root / "outside", root / "library", root / "queries") == before
    # What was half-written in a folder that was taken away stays there, hidden.
    placed = {path.name: path.read_bytes() for path in (root / "dest/best/one").glob("[!.]*")}
    assert placed == {f"{number}-{number}.jpg": jpeg(number, 200) for number in range(RACES)}


def test_a_temporary_file_that_is_exchanged_harms_nobody(sandbox: Sandbox) -> None:
    root = sandbox.root
    for number in range(RACES):
        put(root / f"library/{number}.jpg", jpeg(number, 200))
        put(root / f"queries/{number}.jpg", jpeg(number, 100, 40))
    best, victim = root / "dest/best", put(root / "outside/victim.jpg", b"mine")
    best.mkdir(parents=True)
    before = tree(root / "outside", root / "library", root / "queries")
    config = sandbox.configure(CONFIG)

    def turn(_: int) -> None:
        for path in best.glob(".pictured-*"):
            with suppress(FileNotFoundError, FileExistsError):
                path.unlink()
                path.symlink_to(victim)

    with sandbox.daemon(config) as daemon:
        with swapping(turn):
            tried(daemon, RACES)
        for number in range(RACES):
            daemon.wait("copy.placed", query=root / f"queries/{number}.jpg")
        sandbox.idle(config=config)

    assert tree(root / "outside", root / "library", root / "queries") == before
    whole = {path.name: path.read_bytes() for path in best.iterdir() if not path.is_symlink()}
    assert {f"{number}-{number}.jpg": jpeg(number, 200) for number in range(RACES)}.items() <= whole.items()
