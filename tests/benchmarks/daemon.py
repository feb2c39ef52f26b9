"""The daemon as a real process: does every best copy arrive, how soon after settling, and what does idling cost?

    python tests/benchmarks/daemon.py --photos FOLDER [--queries 40] [--idle 60]

Copies every JPEG of FOLDER one by one into a watched folder, then drops poor copies (a third of the size, quality 35)
into a query folder by rename, one at a time. Prints one JSON line:

    collected, wrong   poor copies whose original lies in the destination; files there that are no original
    latency_s          median and worst time from the end of the settling time (1 s) until all is done, by the log
    idle_percent       CPU of the daemon and its workers while nothing happens, in percent of one core
    rehashed           files that a restart reads again
    rss_mb             memory of the daemon and its workers at the end
"""

import argparse
import io
import json
import os
import queue
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

from PIL import Image

CONFIG = """\
folders:
  - {path: library, role: library}
  - {path: queries, role: query}
collect:
  - {name: best, from: [library], for: queries, into: best, mode: auto}
settle: 1s
"""
SETTLE = 1.0
TICK = os.sysconf("SC_CLK_TCK")
DEADLINE = 60


class Daemon:
    """A running `pictured run` and its log."""

    def __init__(self, root: Path) -> None:
        environ = {**os.environ, "PICTURED_STATE_DIR": str(root / "state")}
        command = [sys.executable, "-m", "pictured", "run", "--config", str(root / "pictured.yaml")]
        self.process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
        self.log: queue.Queue[dict] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stderr:
            self.log.put(json.loads(line))

    def wait_for(self, event: str, **fields: str) -> dict:
        """The next log line of an event with these fields."""
        while True:
            line = self.log.get(timeout=DEADLINE)
            if line["event"] == event and all(line.get(name) == value for name, value in fields.items()):
                return line

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def family(self) -> list[int]:
        """The process ids of the daemon and all below it."""
        below: dict[int, list[int]] = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            below.setdefault(int(fields[1]), []).append(int(entry.parent.name))
        found, waiting = [], [self.process.pid]
        while waiting:
            found.append(waiting.pop())
            waiting += below.get(found[-1], [])
        return found

    def cpu(self) -> float:
        """CPU seconds that the family has used, and those of it that are gone and were waited for."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.family()]
        return sum(int(ticks) for each in stats for ticks in each[11:15]) / TICK

    def memory(self) -> float:
        """Proportional set size of the family in MB."""
        text = "".join(Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.family())
        return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000


def poor(photo: Path) -> bytes:
    """A third of the size, JPEG quality 35."""
    image = Image.open(photo).convert("RGB")
    out = io.BytesIO()
    image.resize((max(32, image.width // 3), max(32, image.height // 3))).save(out, "JPEG", quality=35)
    return out.getvalue()


def measure(root: Path, photos: list[Path], queries: int, idle: float) -> dict[str, object]:
    for name in ("library", "queries"):
        (root / name).mkdir()
    (root / "pictured.yaml").write_text(CONFIG)
    daemon = Daemon(root)
    daemon.wait_for("scan.finished")
    for photo in photos:
        (root / "library" / photo.name).write_bytes(photo.read_bytes())
    waiting = {photo.name for photo in photos}
    while waiting:
        waiting.discard(Path(daemon.wait_for("file.done")["path"]).name)
    latencies = []
    asked = random.Random(1).sample(photos, queries)
    for photo in asked:
        (root / "dropped").write_bytes(poor(photo))
        target = root / "queries" / f"poor {photo.name}"
        (root / "dropped").rename(target)
        dropped = time.time()
        done = daemon.wait_for("file.done", path=str(target))
        latencies.append(datetime.fromisoformat(done["timestamp"]).timestamp() - dropped - SETTLE)
    best = {each.read_bytes() for each in (root / "best").iterdir()}
    originals = {photo.read_bytes() for photo in asked}
    cpu, began = daemon.cpu(), time.monotonic()
    threading.Event().wait(idle)
    percent = 100 * (daemon.cpu() - cpu) / (time.monotonic() - began)
    memory = daemon.memory()
    stopped = daemon.stop()
    again = Daemon(root)
    changed = sum(again.wait_for("scan.finished")["changed"] for _ in range(2))
    return {
        "photos": len(photos),
        "queries": queries,
        "collected": len(originals & best),
        "wrong": len(best - originals),
        "latency_s": {"median": round(statistics.median(latencies), 3), "worst": round(max(latencies), 3)},
        "idle_percent": round(percent, 3),
        "rehashed": changed,
        "rss_mb": round(memory),
        "stopped": [stopped, again.stop()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--idle", type=float, default=60)
    given = parser.parse_args()
    photos = sorted(path for path in given.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder).resolve(), photos, given.queries, given.idle)))


if __name__ == "__main__":
    main()
