import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictured.service.notifying import Supervisor, supervisor_in


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """The end of systemd."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(str(tmp_path / "notify"))
        found.settimeout(5)
        yield found


def heard(ear: socket.socket) -> str:
    return ear.recv(4096).decode()


def test_it_says_each_thing_in_one_message(tmp_path: Path, ear: socket.socket) -> None:
    supervisor = supervisor_in({"NOTIFY_SOCKET": str(tmp_path / "notify")}, 1)

    supervisor.started()
    supervisor.well()
    supervisor.stopping()
    supervisor.status("three\nlines\tof text")

    assert [heard(ear) for _ in range(4)] == ["READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=three lines of text"]
    assert supervisor.waiting


def test_a_reload_tells_its_time_and_that_it_is_over_even_where_it_failed(tmp_path: Path, ear: socket.socket) -> None:
    supervisor = supervisor_in({"NOTIFY_SOCKET": str(tmp_path / "notify")}, 1)
    before = time.monotonic_ns() // 1000

    with pytest.raises(ValueError, match="faulty"), supervisor.reloading():
        raise ValueError("faulty")

    word, moment = heard(ear).split("\n")
    assert word == "RELOADING=1"
    assert before <= int(moment.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    assert heard(ear) == "READY=1"


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: the abstract namespace of sockets")
def test_the_socket_may_be_an_abstract_one(tmp_path: Path) -> None:
    name = f"{tmp_path}/abstract"[-100:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name)
        supervisor_in({"NOTIFY_SOCKET": "@" + name}, 1).started()
        assert heard(ear) == "READY=1"


@pytest.mark.parametrize("name", ["", "nonsense", "/nowhere/at/all", "/" + "x" * 200])
def test_nobody_to_tell_is_no_fault(name: str) -> None:
    supervisor_in({"NOTIFY_SOCKET": name}, 1).started()
    Supervisor().status("nobody hears this")


@pytest.mark.parametrize(
    ("environ", "patience"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_its_patience_is_taken_where_it_is_meant_for_this_process(
    environ: dict[str, str], patience: float | None
) -> None:
    assert supervisor_in({"NOTIFY_SOCKET": "/run/notify", **environ}, 7).patience == patience


def test_without_a_socket_there_is_no_patience_either() -> None:
    assert supervisor_in({"WATCHDOG_USEC": "60000000"}, 7) == Supervisor()
