"""What watching costs while nothing happens.

    python tests/benchmarks/idle.py [--files 100000] [--seconds 600] [--folder FOLDER]

Makes a tree of so many small pictures (copies of a few hundred, 200 to a folder) below FOLDER, or below the system's
temporary folder, indexes it by `pictured scan`, starts `pictured run` on it and waits until nothing is pending and the
worker processes have been let go. Then nothing is done for so many seconds. Prints one JSON line:

    cpu_percent     CPU of the daemon and its processes, of one core
    wakeups         voluntary context switches of all their threads, a minute
    rss_mb          resident size of the daemon, before and after
    pss_mb          proportional size of the daemon and its processes, before and after
    processes       how many they are
    ready_s         wall time of the index, and of the daemon from its start until nothing is pending
    ready_cpu_s     their CPU

and below it the threads that woke most often, by name.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from daemon import Daemon
from PIL import Image
from scan import measured

PICTURES = 200
IN_A_FOLDER = 200
SETTLE = 1.0
REST = 75.0
DEADLINE, ANSWER = 1800.0, 300.0
CONFIG = """\
folders:
  - {{path: {folder}, role: library}}
settle: {settle:g}s
"""


def drawn(number: int) -> bytes:
    rng = np.random.default_rng(number)
    image = Image.fromarray(rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)).resize((64, 48), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def tree(root: Path, files: int) -> Path:
    pictures = [drawn(number) for number in range(min(files, PICTURES))]
    for number in range(files):
        folder = root / "library" / f"{number // IN_A_FOLDER:05d}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:07d}.jpg").write_bytes(pictures[number % len(pictures)])
    return root / "library"


def switches(daemon: Daemon) -> Counter[str]:
    """Voluntary context switches of every thread, by process and thread."""
    found: Counter[str] = Counter()
    for process in daemon.family():
        for task in Path(f"/proc/{process}/task").glob("*"):
            status = (task / "status").read_text()
            name = (task / "comm").read_text().strip()
            found[f"{name} {process}/{task.name}"] += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return found


def resident(daemon: Daemon) -> float:
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def status(environ: dict[str, str]) -> dict:
    command = [sys.executable, "-m", "pictured", "status", "--json"]
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True, timeout=ANSWER)
    return json.loads(done.stdout)


def measure(root: Path, files: int, seconds: float) -> tuple[dict[str, object], Counter[str]]:
    folder = tree(root, files)
    config = root / "pictured.yaml"
    config.write_text(CONFIG.format(folder=folder, settle=SETTLE))
    environ = {**os.environ, "PICTURED_STATE_DIR": str(root / "state")}
    command = [sys.executable, "-m", "pictured", "scan", "--json", "--config", str(config)]
    indexed = measured(command, environ)
    began = time.monotonic()
    daemon = Daemon(root)
    daemon.wait_for("scan.finished")
    while pending := status(environ)["pending"]:
        if time.monotonic() - began > DEADLINE:
            daemon.process.kill()
            raise TimeoutError(f"after {DEADLINE:g} s, {pending} files still wait for the daemon")
        time.sleep(2)
    ready = time.monotonic() - began
    used = daemon.cpu()
    time.sleep(REST)
    cpu, woken, began = daemon.cpu(), switches(daemon), time.monotonic()
    before = (resident(daemon), daemon.memory())
    time.sleep(seconds)
    passed = time.monotonic() - began
    spent = daemon.cpu() - cpu
    fresh = switches(daemon)
    fresh.subtract(woken)
    after = (resident(daemon), daemon.memory())
    told: dict[str, object] = {
        "files": status(environ)["files"],
        "seconds": round(passed),
        "cpu_percent": round(100 * spent / passed, 4),
        "wakeups": round(60 * sum(fresh.values()) / passed, 1),
        "rss_mb": [round(before[0], 1), round(after[0], 1)],
        "pss_mb": [round(before[1], 1), round(after[1], 1)],
        "processes": len(daemon.family()),
        "ready_s": [round(indexed.wall, 1), round(ready, 1)],
        "ready_cpu_s": [round(indexed.cpu, 1), round(used, 1)],
    }
    daemon.stop()
    return told, fresh


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        told, woken = measure(Path(scratch).resolve(), given.files, given.seconds)
    print(json.dumps(told))
    for name, count in woken.most_common(8):
        print(f"{60 * count / float(str(told['seconds'])):8.1f} a minute  {name}")


if __name__ == "__main__":
    main()
