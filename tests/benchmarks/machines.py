"""Three daemons with one database and one share, while daemons and database are killed or stopped in turn.

    python tests/benchmarks/machines.py [--rounds 6] [--seed 1]

Each round brings four pictures and four queries, and one fault while they are worked on. In the end every picture must
lie in the shared destination once. Prints what each round took, and how many were lost and how many were duplicated.
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conftest import Server, running_server
from tests.service.conftest import Daemon, discard, jpeg
from tests.service.machines import Machines

NAMES = ("anna", "bert", "carl")
EACH = 4
PATIENCE = 120.0
STOPPED = 20.0


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
        daemon = Daemon(self.machines.sandbox(name).begin("run", "--config", self._configs[name]))
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
    """Wait until no daemon has anything to do."""
    for name in NAMES:
        studio.machines.sandbox(name).idle(config=studio.machines.root / name / "pictured.yaml")


def run(rounds: int, seed: int) -> int:
    """Give how many pictures were lost or duplicated."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="pictured-machines-"))
    serving = running_server()
    server = next(serving)
    machines = Machines(folder, server.make("pictured"))
    studio = Studio(machines)
    faults: list[tuple[str, Callable[[], None]]] = [("nothing", lambda: None)]
    faults += [(f"{name} is killed", lambda name=name: studio.kill(name)) for name in NAMES]
    faults += [(f"{name} stands still", lambda name=name: studio.stop(name)) for name in NAMES]
    faults += [("the database is killed", lambda: restart(server))] * 2
    wanted: dict[bytes, int] = {}
    try:
        for number in range(rounds):
            scenes = range(number * EACH, (number + 1) * EACH)
            wanted |= {jpeg(scene, 320): scene for scene in scenes}
            name, fault = faults[0] if number == 0 else chance.choice(faults[1:])
            began = time.monotonic()
            machines.ask(*scenes)
            time.sleep(chance.uniform(0.5, 6))
            fault()
            while len(collected(machines, wanted)) < len(wanted) and time.monotonic() - began < PATIENCE:
                time.sleep(0.2)
            print(f"round {number}: {name}; all collected after {time.monotonic() - began:.1f} s", flush=True)
        quiet(studio)
        found = collected(machines, wanted)
        lost = len(wanted) - sum(scene in found for scene in wanted.values())
        doubled = sum(count - 1 for count in found.values()) + found.get(-1, 0)
        print(f"{len(wanted)} pictures: lost {lost}, duplicated {doubled}")
        return lost + doubled
    finally:
        studio.end()
        serving.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.exit(1 if run(options.rounds, options.seed) else 0)
