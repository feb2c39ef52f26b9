"""What becomes of the work of several machines when one of them, or their database, dies or stands still."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Server
from tests.service.conftest import Daemon
from tests.service.machines import Machines
from tests.service.wire import NoWireError, Wire, served, wire

TAKEN_OVER = 30.0
NOTICED = 25.0


@pytest.fixture
def machines(tmp_path: Path, own_server: Server) -> Machines:
    return Machines(tmp_path, own_server.make("pictured"))


@pytest.fixture
def wired() -> Iterator[Wire]:
    try:
        with wire() as made:
            yield made
    except NoWireError as error:
        pytest.skip(str(error))


def settled(machines: Machines, *names: str) -> None:
    for name in names:
        machines.sandbox(name).idle(config=machines.root / name / "pictured.yaml")


@contextmanager
def until_the_turn_of(name: str, address: str) -> Iterator[None]:
    """Leave the block, whatever goes on in it, as soon as a machine has the turn at the shared destination."""
    yield
    query = """SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'
        AND classid = 1346978628 AND granted AND application_name = %s"""
    with psycopg.connect(address, autocommit=True) as db:
        deadline = time.monotonic() + 60
        while db.execute(query, (f"pictured on {name}",)).fetchone() is None:
            assert time.monotonic() < deadline


def killed(daemon: Daemon) -> None:
    daemon.process.kill()
    daemon.process.wait()


def test_a_database_that_is_killed_and_comes_back_loses_nothing(machines: Machines, own_server: Server) -> None:
    with machines.alike("anna", "bert") as daemons:
        machines.ask(0, 1)
        machines.wait(0, 1)
        machines.ask(2, 3)
        os.kill(own_server.pid, signal.SIGKILL)
        for daemon in daemons:
            daemon.wait("index.unreachable")
        machines.ask(4)
        status = machines.sandbox("anna").pictured("status", "--config", machines.root / "anna/pictured.yaml")
        assert status.code in (0, 74)
        own_server.start()
        for daemon in daemons:
            daemon.wait("daemon.started", times=2)
        machines.wait(*range(5))
        settled(machines, "anna", "bert")
        machines.wait(*range(5))


def test_daemons_answer_and_end_while_the_database_stands_still(machines: Machines, own_server: Server) -> None:
    with machines.alike("anna", "bert") as (anna, bert):
        machines.ask(0, 1)
        machines.wait(0, 1)
        machines.ask(2, 3)
        with own_server.standing_still():
            began = time.monotonic()
            bert.process.send_signal(signal.SIGTERM)
            config = machines.root / "anna/pictured.yaml"
            status = machines.sandbox("anna").pictured("status", "--config", config)
            assert status.code == 74
            assert "does not answer any more" in status.err
            anna.wait("index.unreachable")
            assert bert.stop() == 0
            assert time.monotonic() - began < NOTICED
            machines.ask(4)
        anna.wait("daemon.started", times=2)
        machines.wait(*range(5))
        settled(machines, "anna")
        machines.wait(*range(5))


def test_another_machine_takes_over_from_a_collector_that_was_killed(machines: Machines) -> None:
    folders = {"library": machines.share / "library", "query": machines.share / "queries"}
    with machines.daemon("bert", machines.share / "best", **folders) as bert:
        sandbox = machines.sandbox("anna")
        anna = sandbox.begin("run", "--config", machines.config("anna", machines.share / "best", **folders))
        try:
            with until_the_turn_of("anna", machines.address):
                machines.ask(*range(6))
        finally:
            anna.kill()
            anna.communicate()
        machines.wait(*range(6), seconds=TAKEN_OVER)
        assert bert.told("copy.placed")
        with machines.daemon("anna", machines.share / "best", **folders):
            settled(machines, "anna", "bert")
            machines.wait(*range(6))


def test_another_machine_takes_over_from_a_collector_that_stands_still(machines: Machines) -> None:
    with machines.alike("anna", "bert") as (anna, bert):
        with until_the_turn_of("anna", machines.address):
            machines.ask(*range(6))
        anna.process.send_signal(signal.SIGSTOP)
        try:
            machines.wait(*range(6), seconds=TAKEN_OVER)
        finally:
            anna.process.send_signal(signal.SIGCONT)
        assert bert.told("copy.placed")
        settled(machines, "anna", "bert")
        machines.wait(*range(6))


def test_a_collector_that_is_cut_off_notices_and_writes_nothing_more_until_it_is_back(
    machines: Machines, own_server: Server, wired: Wire
) -> None:
    served(own_server, [wired])
    machines.wires["anna"] = wired
    with machines.alike("anna", "bert") as (anna, bert):
        with until_the_turn_of("anna", machines.address):
            machines.ask(*range(6))
        with wired.cut():
            began, before = time.monotonic(), anna.now
            machines.ask(6, 7)
            anna.wait("index.unreachable")
            assert time.monotonic() - began < NOTICED
            status = machines.sandbox("anna").pictured("status", "--config", machines.root / "anna/pictured.yaml")
            assert status.code == 74
            assert "does not answer any more" in status.err
            machines.wait(*range(8), seconds=TAKEN_OVER - (time.monotonic() - began))
            assert bert.told("copy.placed")
            assert not anna.told("copy.placed", after=before)
        anna.wait("daemon.started", times=2)
        settled(machines, "anna", "bert")
        machines.wait(*range(8))
