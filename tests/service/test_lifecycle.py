"""Start, reload and end of the daemon, and commands that meet each other."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.service.conftest import DEADLINE, Daemon, Sandbox, jpeg, put, tree

CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
  - {path: '{root}/queries', role: query}
collect:
  - {name: best, from: ['{root}/library'], into: '{root}/best', mode: auto}
settle: 300ms
"""


@dataclass
class Service:
    sandbox: Sandbox
    config: Path
    daemon: Daemon


@pytest.fixture(scope="module")
def service(shared_sandbox: Sandbox) -> Iterator[Service]:
    for name in ("library", "queries"):
        (shared_sandbox.root / name).mkdir()
    config = shared_sandbox.configure(CONFIG)
    with shared_sandbox.daemon(config) as daemon:
        yield Service(shared_sandbox, config, daemon)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0_and_leaves_nothing_behind(sandbox: Sandbox, number: signal.Signals) -> None:
    for name in ("library", "queries"):
        (sandbox.root / name).mkdir()

    with sandbox.daemon(sandbox.configure(CONFIG)) as daemon:
        code = daemon.stop(number)

    assert code == 0
    assert daemon.wait("daemon.stopped")["signal"] == number.name
    assert daemon.process.stdout is not None
    assert not (sandbox.state / "control.sock").exists()
    assert sandbox.pictured("status", "--json").line["running"] is False


def test_it_ends_in_the_middle_of_its_work_and_finishes_it_at_the_next_start(sandbox: Sandbox) -> None:
    for number in range(40):
        put(sandbox.root / f"library/{number}.jpg", jpeg(number % 10, 160 + 5 * number))
    for number in range(10):
        put(sandbox.root / f"queries/{number}.jpg", jpeg(number, 120, 40))
    config = sandbox.configure(CONFIG)

    with sandbox.daemon(config) as daemon:
        daemon.wait("file.done", times=3)
        assert daemon.stop() == 0
    with sandbox.daemon(config):
        status = sandbox.idle(config=config)

    assert (status["files"], status["placed"]) == (50, 10)
    best = {path.read_bytes() for path in (sandbox.root / "best").iterdir()}
    assert best == {jpeg(number % 10, 160 + 5 * number) for number in range(30, 40)}


def test_a_second_daemon_says_that_there_is_one_and_ends(service: Service) -> None:
    second = service.sandbox.pictured("run", "--config", service.config)

    assert second.code == 74
    assert second.out == ""
    assert "another pictured (pid" in second.err
    assert "PICTURED_STATE_DIR" in second.err
    assert service.sandbox.pictured("status", "--json").line["pid"] == service.daemon.process.pid


def test_a_hangup_puts_a_changed_configuration_in_force(service: Service) -> None:
    more = service.sandbox.root / "more"
    more.mkdir()
    begin = service.daemon.now
    service.sandbox.configure(CONFIG.replace("collect:", "  - {path: '{root}/more', role: library}\ncollect:"))

    service.daemon.process.send_signal(signal.SIGHUP)
    service.daemon.wait("config.reloaded", after=begin)
    service.daemon.wait("root.watched", after=begin, path=more)
    picture = put(more / "1.jpg", jpeg(1))

    service.daemon.wait("file.done", path=picture)


def test_a_hangup_with_a_faulty_configuration_changes_nothing(service: Service) -> None:
    begin = service.daemon.now
    before = service.config.read_text()
    service.config.write_text(before.replace("settle: 300ms", "setle: 300ms"))

    service.daemon.process.send_signal(signal.SIGHUP)
    refused = service.daemon.wait("config.refused", after=begin)
    service.config.write_text(before)
    picture = put(service.sandbox.root / "library/2.jpg", jpeg(2))

    service.daemon.wait("file.done", path=picture)
    assert "did you mean 'settle'?" in refused["error"]
    assert not service.daemon.told("config.reloaded", after=begin)


def test_reload_tells_what_was_reloaded_or_why_it_was_not(service: Service) -> None:
    good = service.sandbox.pictured("reload", "--config", service.config, "--json")
    before = service.config.read_text()
    service.config.write_text("folders: nothing\n")
    bad = service.sandbox.pictured("reload", "--config", service.config, "--json")
    service.config.write_text(before)

    assert (good.code, good.line) == (0, {"reloaded": str(service.config)})
    assert (bad.code, bad.out) == (78, "")
    assert "folders" in bad.err


def test_reload_without_a_daemon_says_so(sandbox: Sandbox) -> None:
    (sandbox.root / "library").mkdir()
    config = sandbox.configure("folders: [{path: '{root}/library', role: library}]\n")

    done = sandbox.pictured("reload", "--config", config, "--json")

    assert (done.code, done.out) == (2, "")
    assert done.err == "pictured: no daemon is running; start it with `pictured run`\n"


def test_commands_that_write_the_index_ask_the_daemon_for_it(service: Service) -> None:
    root, pictured = service.sandbox.root, service.sandbox.pictured
    for number in (11, 12, 13):
        put(root / f"own/{number}.jpg", jpeg(number))
    put(root / "own/broken.jpg", b"no picture")
    query = put(root / "ask/11.jpg", jpeg(11, 120, 40))

    scanned = pictured("scan", root / "own", "--json")
    found = pictured("find", query, "--in", root / "own", "--json")
    collected = pictured("collect", root / "ask", "--in", root / "own", "--into", root / "here", "--json")
    status = pictured("status", "--json").line
    undone = pictured("undo", "--json")

    failed, finished = scanned.lines
    assert (scanned.code, failed["path"]) == (1, str(root / "own/broken.jpg"))
    assert (finished["seen"], finished["hashed"], finished["failed"]) == (4, 3, 1)
    assert [match["path"] for match in found.lines[-1]["matches"]] == [str(root / "own/11.jpg")]
    assert collected.lines[-1]["collected"] == str(root / "here/11.jpg")
    assert (status["running"], status["pid"]) == (True, service.daemon.process.pid)
    assert undone.line["target"] == str(root / "here/11.jpg")
    assert undone.line["undone"] is True
    assert tree(root / "here") == {}


def test_commands_that_read_do_so_beside_the_daemon(service: Service) -> None:
    root, pictured = service.sandbox.root, service.sandbox.pictured
    for width in (320, 480):
        path = put(root / f"library/21 {width}.jpg", jpeg(21, width))
        service.daemon.wait("file.done", path=path)
    query = put(root / "queries/21.jpg", jpeg(21, 120, 40))
    service.daemon.wait("copy.placed", query=query)

    (group,) = pictured("dupes", "--config", service.config, "--json").lines
    explained = pictured("explain", query, "--config", service.config, "--json").line
    (deed,) = pictured("history", root / "best/21 480.jpg", "--json").lines

    assert group["best"] == str(root / "library/21 480.jpg")
    assert [copy["path"] for copy in explained["copies"]] == [member["path"] for member in group["members"]]
    assert (deed["what"], deed["query"]) == ("placed", str(query))


def test_a_command_waits_for_another_that_writes_the_index(sandbox: Sandbox) -> None:
    for number in range(60):
        put(sandbox.root / f"library/{number}.jpg", jpeg(number % 8, 200 + number))

    first = sandbox.begin("scan", sandbox.root / "library", "--json")
    try:
        _await_lock(sandbox, first.pid)
        first.send_signal(signal.SIGSTOP)
        assert first.poll() is None
        second = sandbox.begin("scan", sandbox.root / "library", "--json")
        assert second.stderr is not None
        told = second.stderr.readline()
    finally:
        first.send_signal(signal.SIGCONT)
    ended = [sandbox.end(process) for process in (first, second)]

    assert told == "pictured: another command is writing the index; waiting for it to end\n"
    assert [(done.code, done.err) for done in ended] == [(0, ""), (0, "")]
    counts = [json.loads(done.out) for done in ended]
    assert [(each["seen"], each["hashed"], each["unchanged"]) for each in counts] == [(60, 60, 0), (60, 0, 60)]


def _await_lock(sandbox: Sandbox, pid: int) -> None:
    deadline, lock = time.monotonic() + DEADLINE, sandbox.state / "lock"
    while not lock.exists() or lock.read_text() != f"{pid}\n":
        assert time.monotonic() < deadline
