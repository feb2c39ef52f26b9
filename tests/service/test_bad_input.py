"""Files that are no pictures, names that are odd, and folders that are not as one would like them."""

import os
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from tests.service.conftest import DEADLINE, Done, Sandbox, jpeg, made, put, tree
from watchdog.events import FileOpenedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

ODD_NAME = b"caf\xe9.jpg"
LONG_NAME = "l" * 251 + ".jpg"
FAILING = {
    "text.jpg": "is not a picture",
    "truncated.jpg": "ends before the picture does",
    "empty.jpg": "is empty",
    "huge.png": "60000 x 60000",
    "pipe.jpg": "a named pipe (FIFO)",
    "socket.jpg": "a socket",
    "loop.jpg": "a symbolic link that leads in a circle",
    "dangling.jpg": "a symbolic link that leads nowhere",
}
CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto}
settle: 300ms
limits: {retry: 1s}
"""


def fill(folder: Path) -> None:
    """Put everything that is bad into a folder, and two good pictures with odd names."""
    put(folder / "text.jpg", b"Dear diary, this is no picture.\n" * 20)
    put(folder / "truncated.jpg", jpeg(1)[:3000])
    put(folder / "empty.jpg", b"")
    put(folder / "huge.png", png_of(60_000, 60_000))
    os.mkfifo(folder / "pipe.jpg")
    _bind(folder)
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "dangling.jpg").symlink_to("nowhere.jpg")
    put(folder / LONG_NAME, jpeg(2))
    if sys.platform != "darwin":
        put(folder / os.fsdecode(ODD_NAME), jpeg(3))


def _bind(folder: Path) -> None:
    # The address of a socket must be short, so it is made from within.
    script = "import socket; socket.socket(socket.AF_UNIX).bind('socket.jpg')"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)


def png_of(width: int, height: int) -> bytes:
    """A PNG that declares this size and holds one line of it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1 + 3 * width))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def good(folder: Path) -> set[str]:
    return {str(folder / LONG_NAME)} | ({str(folder / os.fsdecode(ODD_NAME))} if sys.platform != "darwin" else set())


@pytest.fixture(scope="module")
def scanned(shared_sandbox: Sandbox) -> tuple[Sandbox, Done]:
    (shared_sandbox.root / "library").mkdir()
    fill(shared_sandbox.root / "library")
    return shared_sandbox, shared_sandbox.pictured("scan", shared_sandbox.root / "library", "--json")


@pytest.mark.parametrize("name", FAILING)
def test_scan_tells_of_a_bad_file_once_in_the_json_and_once_on_standard_error(
    scanned: tuple[Sandbox, Done], name: str
) -> None:
    sandbox, done = scanned
    path = str(sandbox.root / "library" / name)

    (line,) = (line for line in done.lines if line.get("path") == path)
    (told,) = (line for line in done.err.splitlines() if path in line)

    assert line["event"] == "file.failed"
    assert FAILING[name] in line["error"]
    assert told == f"pictured: {line['error']}"


def test_scan_takes_the_good_files_among_the_bad(scanned: tuple[Sandbox, Done]) -> None:
    sandbox, done = scanned
    library = sandbox.root / "library"

    finished = done.lines[-1]

    assert done.code == 1
    assert (finished["hashed"], finished["failed"]) == (len(good(library)), len(FAILING))
    assert finished["seen"] == finished["hashed"] + finished["failed"]
    query = put(sandbox.root / "2.jpg", jpeg(2, 120, 40))
    (answer,) = sandbox.pictured("find", query, "--json").lines
    assert [match["path"] for match in answer["matches"]] == [str(library / LONG_NAME)]


def test_bad_queries_get_an_error_each(scanned: tuple[Sandbox, Done]) -> None:
    sandbox, _ = scanned
    library = sandbox.root / "library"

    done = sandbox.pictured("find", library, "--json")

    errors = {line["query"]: line["error"] for line in done.lines}
    assert done.code == 1
    assert errors.keys() == {str(library / name) for name in FAILING} | good(library)
    assert {path for path, error in errors.items() if error is None} == good(library)
    assert all(FAILING[name] in errors[str(library / name)] for name in FAILING)


def test_a_query_that_is_not_there_gets_an_error(scanned: tuple[Sandbox, Done]) -> None:
    sandbox, _ = scanned

    done = sandbox.pictured("find", sandbox.root / "nothing.jpg", "--json")

    assert done.code == 1
    assert str(sandbox.root / "nothing.jpg") in done.line["error"]


def test_a_long_name_is_collected(scanned: tuple[Sandbox, Done]) -> None:
    sandbox, _ = scanned
    query, into = put(sandbox.root / "2.jpg", jpeg(2, 120, 40)), sandbox.root / "best"

    done = sandbox.pictured("collect", query, "--in", sandbox.root / "library", "--into", into, "--json")

    assert done.lines[-1]["collected"] == str(into / LONG_NAME)
    assert (into / LONG_NAME).read_bytes() == jpeg(2)


def test_the_daemon_logs_each_bad_file_once_and_serves_the_good_ones(sandbox: Sandbox) -> None:
    library, queries = sandbox.root / "library", sandbox.root / "queries"
    library.mkdir()
    queries.mkdir()
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon:
        fill(library)
        for path in good(library):
            daemon.wait("file.done", path=path)
        query = put(queries / "2.jpg", jpeg(2, 120, 40))
        daemon.wait("copy.placed", query=query, target=sandbox.root / "best" / LONG_NAME)
        for name, error in FAILING.items():
            failed = daemon.wait("file.failed", path=library / name)
            assert error in failed["error"]
        failing = sandbox.pictured("status", "--config", config, "--json").line["failing"]

    assert {each["path"] for each in failing} == {str(library / name) for name in FAILING}
    # An empty file, like a truncated one, is perhaps still being written.
    unfinished = {"empty.jpg", "truncated.jpg"}
    assert {Path(each["path"]).name for each in failing if each["retry_in"] is not None} == unfinished
    once = FAILING.keys() - unfinished
    assert {name: len(daemon.told("file.failed", path=library / name)) for name in once} == dict.fromkeys(once, 1)


def test_files_that_come_and_go_at_once_do_no_harm(sandbox: Sandbox) -> None:
    library = sandbox.root / "library"
    library.mkdir()
    (sandbox.root / "queries").mkdir()

    with sandbox.daemon(sandbox.configure(CONFIG)) as daemon:
        for number in range(30):
            put(library / f"brief {number}/{number}.jpg", jpeg(1))
            shutil.rmtree(library / f"brief {number}")
        daemon.wait("file.done", path=put(library / "last.jpg", jpeg(2)))

    assert not daemon.told("file.failed")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that a file was opened")
def test_a_file_that_vanishes_during_a_scan_costs_only_itself(sandbox: Sandbox) -> None:
    library = sandbox.root / "library"
    library.mkdir()
    large, last = library / "a.png", put(library / "z.jpg", jpeg(1))
    Image.effect_noise((4000, 3000), 80).save(large, compress_level=1)
    opened = threading.Event()

    class Watch(FileSystemEventHandler):
        def on_opened(self, event: FileSystemEvent) -> None:
            if event.src_path == str(large):
                opened.set()

    observer = Observer()
    observer.schedule(Watch(), str(library), event_filter=[FileOpenedEvent])
    observer.start()
    try:
        process = sandbox.begin("scan", library, "--workers", "1", "--json")
        assert opened.wait(DEADLINE)
        last.unlink()
        done = sandbox.end(process)
    finally:
        observer.stop()
        observer.join()

    failed, finished = done.lines
    assert (failed["path"], done.code) == (str(last), 1)
    assert "is no longer there" in failed["error"]
    assert [finished[name] for name in ("seen", "hashed", "failed")] == [2, 1, 1]
    assert sandbox.pictured("status", "--json").line["failing"] == []


@pytest.fixture
def unprivileged() -> Sequence[str]:
    """What to put before a command so that permissions count for it; root ignores them otherwise."""
    if os.geteuid() != 0:
        return ()
    prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if shutil.which("setpriv") is None or subprocess.run([*prefix, "true"], check=False).returncode != 0:
        pytest.skip("root can read everything, and there is no setpriv to give that up")
    return prefix


def test_an_unreadable_file_and_folder_are_named(sandbox: Sandbox, unprivileged: Sequence[str]) -> None:
    library = sandbox.root / "library"
    file, folder = put(library / "secret.jpg", jpeg(1)), put(library / "closed/2.jpg", jpeg(2)).parent
    put(library / "open.jpg", jpeg(3))
    file.chmod(0)
    folder.chmod(0)

    done = sandbox.pictured("scan", library, "--json", prefix=unprivileged)
    folder.chmod(0o700)

    errors = {line["path"]: line["error"] for line in done.lines[:-1]}
    assert done.code == 1
    assert errors.keys() == {str(file), str(folder)}
    assert all("ermission" in error for error in errors.values())
    assert done.lines[-1]["hashed"] == 1


def test_an_unreadable_file_is_taken_once_it_may_be_read(sandbox: Sandbox, unprivileged: Sequence[str]) -> None:
    file = put(sandbox.root / "library/1.jpg", jpeg(1))
    (sandbox.root / "queries").mkdir()
    file.chmod(0)

    with sandbox.daemon(sandbox.configure(CONFIG), prefix=unprivileged) as daemon:
        assert daemon.wait("file.failed", path=file)["kind"] == "unreadable"
        file.chmod(0o600)
        daemon.wait("file.done", path=file)


WRONG = {
    ("scan", "--nonsense", "."): "--nonsense",
    ("nonsense",): "nonsense",
    ("scan", "missing"): "there is no folder missing",
    ("find",): "QUERY",
    ("collect", "1.jpg", "--in", "library", "--into", "1.jpg"): "1.jpg is a file",
    ("collect", "1.jpg", "--in", "library", "--into", "library"): "one of the folders that are searched",
    ("undo", "first"): "ID",
}
FAULTY = {
    "folders: [": ":1:",
    "folders:\n  - path: {root}\n    role: liberry\n": "'library'",
    "": "is empty",
    "folders: [{path: '{root}', role: library}]\ncollect: [{name: a, from: ['{root}'], into: '{root}/b'}]\n": "inside",
    "folders: [{path: '{root}', role: library}]\nsettle: \x00\n": ":2:",
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[object, Done]:
    """How every wrong command ended."""
    sandbox = made(tmp_path_factory.mktemp("refused"))
    put(sandbox.root / "1.jpg", jpeg(1))
    (sandbox.root / "library").mkdir()
    commands: dict[object, tuple[str | Path, ...]] = {arguments: arguments for arguments in WRONG}
    for number, text in enumerate(FAULTY):
        commands[text] = ("run", "--config", sandbox.configure(text, f"{number}.yaml"))
    return sandbox.together(commands)


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_told_with_exit_code_2(refused: dict[object, Done], arguments: tuple[str, ...]) -> None:
    done = refused[arguments]

    assert (done.code, done.out) == (2, "")
    assert WRONG[arguments] in done.err


@pytest.mark.parametrize("text", FAULTY)
def test_a_bad_configuration_is_told_with_exit_code_78(refused: dict[object, Done], text: str) -> None:
    done = refused[text]

    assert (done.code, done.out) == (78, "")
    assert f"{list(FAULTY).index(text)}.yaml" in done.err
    assert FAULTY[text] in done.err


def test_no_configuration_at_all_says_how_to_make_one(sandbox: Sandbox) -> None:
    done = sandbox.pictured("run")

    assert (done.code, done.out) == (78, "")
    assert "pictured init" in done.err


def test_an_index_that_is_none_is_told_with_exit_code_74(sandbox: Sandbox) -> None:
    index = put(sandbox.state / "index.sqlite3", b"Dear diary, this is no database either.\n" * 30)
    put(sandbox.root / "library/1.jpg", jpeg(1))
    config = sandbox.configure("folders: [{path: '{root}/library', role: library}]\n")

    for command in ("status", "history"):
        done = sandbox.pictured(command, "--config", config)

        assert (done.code, done.out) == (74, ""), command
        assert f"{index} is not a database; `pictured scan` or `pictured run` moves it aside" in done.err
        assert len(done.err.splitlines()) == 1


def test_an_index_that_is_none_is_moved_aside_and_made_anew(sandbox: Sandbox) -> None:
    diary = b"Dear diary, this is no database either.\n" * 30
    put(sandbox.state / "index.sqlite3", diary)
    put(sandbox.root / "library/1.jpg", jpeg(1))
    config = sandbox.configure("folders: [{path: '{root}/library', role: library}]\n")

    done = sandbox.pictured("scan", "--config", config)

    assert done.code == 0
    assert [path.read_bytes() for path in sandbox.state.glob("index.sqlite3.damaged-*")] == [diary]
    assert sandbox.pictured("status", "--config", config, "--json").line["pictures"] == 1


@pytest.mark.parametrize("command", ["scan", "run"])
def test_a_state_folder_that_cannot_be_written_is_told_with_exit_code_74(
    sandbox: Sandbox, unprivileged: Sequence[str], command: str
) -> None:
    (sandbox.root / "library").mkdir()
    config = sandbox.configure("folders: [{path: '{root}/library', role: library}]\n")
    sandbox.state.mkdir(mode=0o500)

    done = sandbox.pictured(command, "--config", config, prefix=unprivileged)

    assert (done.code, done.out) == (74, "")
    assert str(sandbox.state) in done.err
    assert len(done.err.splitlines()) == 1


def test_a_state_folder_that_is_a_file_is_told_with_exit_code_74(sandbox: Sandbox) -> None:
    (sandbox.root / "library").mkdir()
    put(sandbox.state, b"")

    done = sandbox.pictured("scan", sandbox.root / "library", "--json")

    assert (done.code, done.out) == (74, "")
    assert str(sandbox.state) in done.err


def test_a_destination_that_may_not_be_written_is_told_and_sources_stay(
    sandbox: Sandbox, unprivileged: Sequence[str]
) -> None:
    original, query = put(sandbox.root / "library/1.jpg", jpeg(1)), put(sandbox.root / "1.jpg", jpeg(1, 120, 40))
    into = sandbox.root / "best"
    into.mkdir(mode=0o500)

    done = sandbox.pictured("collect", query, "--in", original.parent, "--into", into, "--json", prefix=unprivileged)

    answer = done.lines[-1]
    assert (done.code, answer["collected"]) == (1, None)
    assert str(into / "1.jpg") in answer["error"]
    assert "permission is denied" in answer["error"]
    assert original.read_bytes() == jpeg(1)
    assert tree(into) == {}


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small volume of its own at a folder."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("only root on Linux may mount a small volume")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_destination_is_told_and_nothing_half_written_stays(sandbox: Sandbox) -> None:
    original, query = put(sandbox.root / "library/1.jpg", jpeg(1)), put(sandbox.root / "1.jpg", jpeg(1, 120, 40))

    with mounted(sandbox.root / "best", "size=16k") as into:
        done = sandbox.pictured("collect", query, "--in", original.parent, "--into", into, "--json")
        left = tree(into)

    answer = done.lines[-1]
    assert (done.code, answer["collected"]) == (1, None)
    assert "the disk is full; free some space or choose another destination" in answer["error"]
    assert left == {}


def test_a_read_only_destination_is_told(sandbox: Sandbox) -> None:
    original, query = put(sandbox.root / "library/1.jpg", jpeg(1)), put(sandbox.root / "1.jpg", jpeg(1, 120, 40))

    with mounted(sandbox.root / "best", "size=1m,ro") as into:
        done = sandbox.pictured("collect", query, "--in", original.parent, "--into", into, "--json")

    assert (done.code, done.lines[-1]["collected"]) == (1, None)
    assert "the file system is read-only" in done.lines[-1]["error"]


def test_the_daemon_waits_for_room_in_a_full_destination(sandbox: Sandbox) -> None:
    put(sandbox.root / "library/1.jpg", jpeg(1))
    (sandbox.root / "queries").mkdir()

    with mounted(sandbox.root / "best", "size=64k") as into:
        filler = put(into / "filler", bytes(60_000))
        with sandbox.daemon(sandbox.configure(CONFIG)) as daemon:
            query = put(sandbox.root / "queries/1.jpg", jpeg(1, 120, 40))
            failed = daemon.wait("copy.failed", query=query)
            filler.unlink()
            daemon.wait("copy.placed", query=query)
        held = {path.name: path.read_bytes() for path in into.iterdir()}

    assert "the disk is full" in failed["error"]
    assert held == {"1.jpg": jpeg(1)}


def test_a_missing_heic_plug_in_is_told() -> None:
    pytest.skip("the tests install the HEIC plug-in, so what is said without it cannot be seen here")
