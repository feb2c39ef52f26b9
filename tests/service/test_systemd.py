"""The hardened unit under a real systemd, in a machine of its own that is thrown away."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.service.box import Box, NoBoxError, box, program
from tests.service.conftest import jpeg, put

from pictured.service.units import Installation, metrics_socket, system_unit, user_unit

DEADLINE = 20.0
CONFIG = """\
folders:
  - {path: /srv/library, role: library}
  - {path: /srv/queries, role: query}
collect:
  - {name: best, from: [/srv/library], into: /srv/best, mode: auto}
rules:
  - name: small
    folders: [/srv/library]
    actions:
      - {action: resize, long_edge: 100}
      - {action: watermark, text: "small"}
      - {action: convert, format: webp}
    output: {into: /srv/small}
    mode: auto
settle: 300ms
"""
# Home folders are read-only for the service, except where it may write.
BEST = "/home/shared/best"
SYSTEM = CONFIG.replace("/srv/best", BEST)
SECONDS = 4
SECRET = "s3cret-of-the-box"  # noqa: S105  made up


@dataclass(frozen=True)
class Service:
    """The unit in the box."""

    box: Box

    def control(self, *words: str) -> int:
        return self.box.run("systemctl", *words, "pictured.service").returncode

    def shown(self, name: str) -> str:
        return self.box.told("systemctl", "show", "--property", name, "--value", "pictured.service")

    def journal(self) -> str:
        return self.box.told("journalctl", "--no-pager", "-o", "cat", "-u", "pictured.service")

    def until(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not what():
            assert time.monotonic() < deadline, f"in\n{self.journal()}"

    def arrives(self, number: int) -> None:
        """Have a query picture come in together with its original, and wait for what it calls for."""
        original = jpeg(number)
        put(self.box.inside(f"/srv/library/{number}.jpg"), original)
        put(self.box.inside(f"/srv/queries/{number}.jpg"), jpeg(number, 160, 40))
        best = self.box.inside(f"{BEST}/{number}.jpg")
        small = self.box.inside(f"/srv/small/{number}.webp")
        self.until(lambda: small.exists() and best.exists() and best.read_bytes() == original)

    def configure(self, text: str) -> None:
        put(self.box.inside("/etc/pictured/pictured.yaml"), text.encode())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    command, environ = program()
    place = _machines(command)
    try:
        with box(tmp_path_factory.mktemp("box")) as machine:
            service = Service(machine)
            settings = [f"Environment={name}={value}" for name, value in environ.items()]
            # A minute's patience and five seconds' pause are for people, not for tests.
            settings += [f"WatchdogSec={SECONDS}", "RestartSec=100ms"]
            dropped = "\n".join(["[Service]", *settings, ""])
            for kind, unit in (("system", system_unit(place)), ("user", user_unit(_persons(command)))):
                put(machine.inside(f"/etc/systemd/{kind}/pictured.service"), unit.encode())
                put(machine.inside(f"/etc/systemd/{kind}/pictured.service.d/test.conf"), dropped.encode())
            machine.told("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "pictured")
            for path in ("/srv/library", "/srv/queries", "/srv/small", BEST):
                machine.told("mkdir", "-p", path)
            machine.told("chown", "pictured:", BEST, "/srv/small")
            service.configure(SYSTEM)
            machine.told("systemctl", "daemon-reload")
            yield service
    except NoBoxError as error:
        pytest.skip(str(error))


def _machines(command: tuple[str, ...]) -> Installation:
    return Installation(
        command,
        Path("/etc/pictured/pictured.yaml"),
        Path("/var/lib/pictured"),
        Path("/var/log/pictured"),
        (Path(BEST), Path("/srv/small"), Path("/srv/not-there")),
    )


def _persons(command: tuple[str, ...]) -> Installation:
    home = Path("/home/somebody")
    return Installation(command, home / "pictured.yaml", home / "state", home)


@pytest.fixture
def shared(service: Service) -> Iterator[Service]:
    """The unit for an index in a PostgreSQL that is reached by the network and asks for a password."""
    machine, (command, _) = service.box, program()
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server is installed (Debian's package postgresql)")
    server = ("runuser", "-u", "nobody", "--", str(found[-1].with_name("pg_ctl")), "-D", "/srv/pg/data", "-w")
    put(machine.inside("/srv/pg/password"), SECRET.encode())
    machine.told("chown", "-R", "nobody", "/srv/pg")
    options = "-U pictured -A scram-sha-256 --pwfile=/srv/pg/password --no-sync --locale=C"
    machine.told(*server, "-o", options, "init")
    machine.told(*server, "-l", "/srv/pg/log", "-o", "-c unix_socket_directories= -c fsync=off", "start")
    assert service.control("stop") == 0
    unit = machine.inside("/etc/systemd/system/pictured.service")
    before = unit.read_text()
    unit.write_text(system_unit(replace(_machines(command), networked=True)))
    machine.told("usermod", "--home", "/var/lib/pictured", "pictured")
    passwords = put(machine.inside("/var/lib/pictured/.pgpass"), f"localhost:*:*:pictured:{SECRET}\n".encode())
    passwords.chmod(0o600)
    machine.told("chown", "pictured:", "/var/lib/pictured/.pgpass")
    machine.told("systemctl", "daemon-reload")
    service.configure(f"store: postgresql://pictured@localhost/postgres\nmachine: box\n{SYSTEM}")
    yield service
    service.control("stop")
    machine.run(*server, "-m", "immediate", "stop")
    unit.write_text(before)
    machine.told("systemctl", "daemon-reload")


@pytest.fixture
def running(service: Service) -> Service:
    service.configure(SYSTEM)
    assert service.control("start") == 0, service.journal()
    return service


def test_it_counts_as_started_once_its_folders_are_watched(service: Service) -> None:
    assert service.control("start") == 0, service.journal()

    assert service.journal().count('"event":"root.watched"') == 2
    assert service.shown("ActiveState") == "active"
    assert re.fullmatch(r"\d+ files wait; 2 folders, 0 polled, 0 offline", service.shown("StatusText"))


def test_a_collection_and_a_rule_are_done_inside_the_hardened_unit(running: Service) -> None:
    running.arrives(1)

    exposed = running.box.run("systemd-analyze", "security", "--threshold=5", "pictured.service")
    assert exposed.returncode == 0, exposed.stdout
    assert running.box.inside("/var/lib/pictured").stat().st_mode & 0o777 == 0o700
    assert running.box.inside("/var/lib/pictured/control.sock").stat().st_mode & 0o777 == 0o600
    assert running.box.inside("/srv/small/1.webp").stat().st_mode & 0o777 == 0o644


def test_the_hardened_unit_serves_its_metrics_through_a_socket_that_systemd_opened(running: Service) -> None:
    machine = running.box
    put(machine.inside("/etc/systemd/system/pictured-metrics.socket"), metrics_socket(()).encode())
    assert running.control("stop") == 0
    machine.told("systemctl", "daemon-reload")
    machine.told("systemctl", "start", "pictured-metrics.socket")
    assert running.control("start") == 0, running.journal()

    ask = (
        "exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /metrics HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' \"$0\" >&3; cat <&3"
    )
    known, strange = (machine.told("bash", "-c", ask, host) for host in ("localhost:9464", "evil.example"))
    machine.told("systemctl", "stop", "pictured-metrics.socket")

    assert known.startswith("HTTP/1.1 200 OK")
    assert "pictured_pending_files" in known
    assert strange.startswith("HTTP/1.1 400 ")
    exposed = machine.run("systemd-analyze", "security", "--threshold=5", "pictured.service")
    assert exposed.returncode == 0, exposed.stdout


def test_the_hardened_unit_reaches_a_shared_index_with_the_password_of_its_account(shared: Service) -> None:
    assert shared.control("start") == 0, shared.journal()
    shared.arrives(5)

    assert '"event":"index.unreachable"' not in shared.journal()
    assert SECRET not in shared.journal() + shared.box.told("systemctl", "show", "pictured.service")
    assert SECRET not in shared.box.told("ps", "axeww")
    exposed = shared.box.run("systemd-analyze", "security", "--threshold=20", "pictured.service")
    assert exposed.returncode == 0, exposed.stdout


def test_a_reload_waits_for_its_result_and_keeps_the_process(running: Service) -> None:
    before = running.shown("MainPID")
    running.configure(SYSTEM.replace("settle: 300ms", "settle: 200ms"))

    assert running.control("reload") == 0

    assert running.shown("MainPID") == before
    assert '"event":"config.reloaded"' in running.journal()


def test_a_reload_of_a_faulty_configuration_fails_and_the_old_one_stays_in_force(running: Service) -> None:
    before = running.shown("MainPID")
    running.configure(SYSTEM.replace("settle: 300ms", "setle: 300ms"))

    assert running.control("reload") != 0

    assert (running.shown("ActiveState"), running.shown("MainPID")) == ("active", before)
    running.arrives(2)


def test_killed_it_starts_again_and_goes_on(running: Service) -> None:
    before, restarts = running.shown("MainPID"), int(running.shown("NRestarts"))

    assert running.control("kill", "--signal=KILL", "--kill-who=main") == 0
    running.until(lambda: running.shown("MainPID") not in {before, "0"} and running.shown("ActiveState") == "active")

    assert int(running.shown("NRestarts")) == restarts + 1
    running.arrives(3)


def test_hanging_it_is_ended_by_the_watchdog_and_started_again(running: Service) -> None:
    before, restarts = running.shown("MainPID"), int(running.shown("NRestarts"))

    running.box.told("kill", "-STOP", before)
    running.until(lambda: running.shown("MainPID") not in {before, "0"} and running.shown("ActiveState") == "active")

    assert int(running.shown("NRestarts")) == restarts + 1
    assert f"Watchdog timeout (limit {SECONDS}s)!" in running.journal()
    running.arrives(4)


def test_well_it_is_left_alone_by_the_watchdog(running: Service) -> None:
    before, since = running.shown("MainPID"), time.monotonic()
    running.until(lambda: time.monotonic() - since > 2 * SECONDS)
    assert (running.shown("ActiveState"), running.shown("MainPID")) == ("active", before)


def test_stopped_it_leaves_no_process_and_no_socket(running: Service) -> None:
    assert running.control("stop") == 0

    assert (running.shown("ActiveState"), running.shown("Result")) == ("inactive", "success")
    assert running.box.run("pgrep", "-u", "pictured").stdout == ""
    assert not running.box.inside("/var/lib/pictured/control.sock").exists()


def test_a_faulty_configuration_at_start_is_not_tried_again(service: Service) -> None:
    service.control("stop")
    service.configure("folders: nothing\n")

    assert service.control("start") != 0

    assert (service.shown("ActiveState"), service.shown("SubState")) == ("failed", "failed")
    assert (service.shown("ExecMainStatus"), service.shown("NRestarts")) == ("78", "0")


def test_the_user_unit_does_the_same_for_a_person(service: Service) -> None:
    machine = service.box
    machine.told("systemctl", "start", "systemd-logind", "dbus")
    machine.told("useradd", "--create-home", "somebody")
    number = machine.told("id", "-u", "somebody")
    machine.told("loginctl", "enable-linger", "somebody")

    def somebody(*words: str) -> str:
        own = f"XDG_RUNTIME_DIR=/run/user/{number}"
        return machine.told("runuser", "-u", "somebody", "--", "env", own, *words)

    home = "/home/somebody"
    for name in ("library", "queries"):
        somebody("mkdir", f"{home}/{name}")
    put(machine.inside(f"{home}/pictured.yaml"), CONFIG.replace("/srv", home).encode())
    put(machine.inside(f"{home}/library/1.jpg"), jpeg(1))
    put(machine.inside(f"{home}/queries/1.jpg"), jpeg(1, 160, 40))
    service.until(lambda: machine.run("test", "-S", f"/run/user/{number}/systemd/private").returncode == 0)

    somebody("systemctl", "--user", "start", "pictured.service")
    service.until(lambda: machine.inside(f"{home}/small/1.webp").exists())
    somebody("systemctl", "--user", "reload", "pictured.service")
    status = somebody("systemctl", "--user", "show", "--property=StatusText", "pictured.service")
    somebody("systemctl", "--user", "stop", "pictured.service")

    assert status.endswith("2 folders, 0 polled, 0 offline")
    assert machine.inside(f"{home}/best/1.jpg").read_bytes() == jpeg(1)
