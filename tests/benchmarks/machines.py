"""Three daemons with one database and one share, while daemons and database are killed, stopped or cut off in turn.

    python tests/benchmarks/machines.py [--rounds 6] [--seed 1] [--only cut]

Each round brings four pictures and four queries, and one fault while they are worked on. In the end every picture must
lie in the shared destination once. Prints what each round took, and how many were lost and how many were duplicated.
Where network namespaces can be made (as root), each daemon has one of its own, and the one that collects just then may
be cut off from the database: whatever either sends is lost, and neither is told. The share stays.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import Server, running_server
from tests.service.conftest import Daemon, discard, jpeg
from tests.service.machines import Machines
from tests.service.wire import NoWireError, served, wire

NAMES = ("anna", "bert", "carl")
EACH = 4
PATIENCE = 120.0
STOPPED = 20.0
CUT = 30.0


class Studio:
    """The daemons of all machines, which can be killed, stopped and started anew."""

    def __init__(self, machines: Machines) -> None:
        self.machines = machines
        folders = {"library": machines.share / "library", "query": machines.share / "queries"}
        self._configs = {name: machines.config(name, machines.share / "best", **folders) for name in NAMES}
        self.daemons = {name: self._begun(name) for name in NAMES}
        for daemon in self.daemons.values():
            daemon.wait("daemon.started")

    def _begun(self, name: str) -> Daemon:
        prefix = self.machines.prefix(name)
        daemon = Daemon(self.machines.sandbox(name).begin("run", "--config", self._configs[name], prefix=prefix))
        threading.Thread(target=daemon.read, daemon=True).start()
        return daemon

    def kill(self, name: str) -> None:
        """Kill a daemon and start it anew 3 s later."""
        discard(self.daemons[name].process)
        time.sleep(3)
        self.daemons[name] = self._begun(name)

    def stop(self, name: str) -> None:
        """Stop a daemon for some time."""
        self.daemons[name].process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        self.daemons[name].process.send_signal(signal.SIGCONT)

    def cut(self, collected: Callable[[], bool], after: float) -> str:
        """Cut the daemon off that collects just now, some time after its turn began; tell what became of its work."""
        name = self.collecting()
        time.sleep(after)
        with self.machines.wires[name].cut():
            began, before = time.monotonic(), self.daemons[name].now
            told = "not all was collected meanwhile"
            while time.monotonic() - began < CUT:
                if told.startswith("not") and collected():
                    told = f"all collected after {time.monotonic() - began:.1f} s"
                time.sleep(0.1)
            late = self.daemons[name].told("copy.placed", after=before)
            lying = self.machines.collected()
        doubled = len(lying) - len(set(lying))
        return f"{name} is cut off for {CUT:.0f} s: {told}, {len(late)} by itself, {doubled} doubled meanwhile"

    def collecting(self) -> str:
        """Give the name of the machine whose turn it is; any, where it is nobody's for long."""
        query = """SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND classid = 1346978628 AND granted"""
        deadline = time.monotonic() + 10
        with psycopg.connect(self.machines.address, autocommit=True) as db:
            while (found := db.execute(query).fetchone()) is None:
                if time.monotonic() > deadline:
                    return NAMES[0]
        return str(found[0]).removeprefix("pictured on ")

    def end(self) -> None:
        """Kill all of them."""
        for daemon in self.daemons.values():
            daemon.process.kill()
            daemon.process.wait()


def restart(server: Server) -> None:
    """Kill the database and start it anew 2 s later."""
    os.kill(server.pid, signal.SIGKILL)
    time.sleep(2)
    server.start()


def collected(machines: Machines, wanted: dict[bytes, int]) -> Counter[int]:
    """Count how often each scene lies in the destination; -1 stands for anything else."""
    return Counter(wanted.get(content, -1) for content in machines.collected())


def quiet(studio: Studio) -> None:
    """Wait until no daemon waits for the database or has anything to do."""
    for name in NAMES:
        sandbox, config = studio.machines.sandbox(name), studio.machines.root / name / "pictured.yaml"
        deadline = time.monotonic() + PATIENCE
        while sandbox.pictured("status", "--config", config).code and time.monotonic() < deadline:
            time.sleep(0.5)
        sandbox.idle(config=config)


def stand_still(server: Server) -> None:
    """Stop all processes of the database for some time."""
    with server.standing_still():
        time.sleep(STOPPED)


def run(rounds: int, seed: int, only: str) -> int:
    """Give how many pictures were lost or duplicated."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="pictured-machines-"))
    wanted: dict[bytes, int] = {}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        serving = running_server()
        stack.callback(serving.close)
        server = next(serving)
        machines = Machines(folder, server.make("pictured"))
        try:
            machines.wires |= {name: stack.enter_context(wire(number)) for number, name in enumerate(NAMES)}
            server = served(server, list(machines.wires.values()))
        except NoWireError as error:
            print(f"nobody is cut off: {error}")
        studio = Studio(machines)
        stack.callback(studio.end)

        def every() -> bool:
            return len(collected(machines, wanted)) == len(wanted)

        faults: list[tuple[str, Callable[[], str | None]]] = [("nothing", lambda: None)]
        faults += [(f"{name} is killed", lambda name=name: studio.kill(name)) for name in NAMES]
        faults += [(f"{name} stands still", lambda name=name: studio.stop(name)) for name in NAMES]
        faults += [("the database is killed", lambda: restart(server))] * 2
        faults += [("the database stands still", lambda: stand_still(server))] * 2
        faults += [("cut", lambda: studio.cut(every, chance.uniform(0, 0.3)))] * (4 if machines.wires else 0)
        chosen = [each for each in faults[1:] if only in each[0]]
        for number in range(rounds):
            scenes = range(number * EACH, (number + 1) * EACH)
            wanted |= {jpeg(scene, 320): scene for scene in scenes}
            name, fault = faults[0] if number == 0 else chance.choice(chosen)
            began = time.monotonic()
            machines.ask(*scenes)
            # The one that collects is found at once.
            time.sleep(chance.uniform(0.5, 6) if name != "cut" else 0.0)
            told = fault()
            while not every() and time.monotonic() - began < PATIENCE:
                time.sleep(0.2)
            print(f"round {number}: {told or name}; over after {time.monotonic() - began:.1f} s", flush=True)
        quiet(studio)
        found = collected(machines, wanted)
        lost = len(wanted) - sum(scene in found for scene in wanted.values())
        doubled = sum(count - 1 for count in found.values()) + found.get(-1, 0)
        print(f"{len(wanted)} pictures: lost {lost}, duplicated {doubled}")
        return lost + doubled


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only faults with this in their name")
    options = parser.parse_args()
    sys.exit(1 if run(options.rounds, options.seed, options.only) else 0)
