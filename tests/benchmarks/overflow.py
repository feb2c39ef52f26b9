"""Many files come while the daemon is stopped, more than the kernel keeps events for: is each of them indexed?

    python tests/benchmarks/overflow.py FOLDER [--files 20000]

FOLDER is made; it must not be there. The files are hard links to 20 pictures, so that the time goes into noticing them
and not into reading. `pictured run` is stopped by SIGSTOP, the files are made, and it goes on by SIGCONT. Prints one
JSON line:

    dropped    how often the kernel was found to have dropped events
    indexed    files in the index when the daemon has come to rest
    missed     files that a scan still has to read, or the index lacks
    seconds    from SIGCONT until nothing is pending
    rss_mb     of the daemon at the end, without its workers
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from torture import jpeg, scene

CONFIG = "folders: [{path: '%s/library', role: library}]\nsettle: 1s\n"
START, DEADLINE = 600.0, 1800.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=20_000)
    asked = parser.parse_args()
    root = asked.folder.absolute()
    (root / "library").mkdir(parents=True)
    (root / "pictures").mkdir()
    for number in range(20):
        (root / f"pictures/{number}.jpg").write_bytes(jpeg(scene(number), 200, 85))
    config = root / "pictured.yaml"
    config.write_text(CONFIG % root)
    environ = {**os.environ, "PICTURED_STATE_DIR": str(root / "state")}

    def told(*words: str) -> dict:
        argv = [sys.executable, "-m", "pictured", *words, "--config", str(config), "--json"]
        done = subprocess.run(argv, env=environ, capture_output=True, check=False, timeout=DEADLINE)
        return json.loads(done.stdout.splitlines()[-1])

    log = root / "log"
    with log.open("wb") as output:
        argv = [sys.executable, "-m", "pictured", "run", "--config", str(config)]
        daemon = subprocess.Popen(argv, env=environ, stdout=output, stderr=output)
        started = time.monotonic()
        while "scan.finished" not in log.read_text():
            if daemon.poll() is not None:
                raise RuntimeError(f"the daemon ended: {log.read_text()[-500:]}")
            if time.monotonic() - started > START:
                daemon.kill()
                raise TimeoutError(f"the daemon did not scan its folder in {START:g} s: {log.read_text()[-500:]}")
            time.sleep(0.1)
        daemon.send_signal(signal.SIGSTOP)
        for number in range(asked.files):
            os.link(root / f"pictures/{number % 20}.jpg", root / f"library/{number}.jpg")
        began = time.monotonic()
        daemon.send_signal(signal.SIGCONT)
        quiet = 0
        while quiet < 3:
            if time.monotonic() - began > DEADLINE:
                daemon.kill()
                raise TimeoutError(f"the daemon did not come to rest in {DEADLINE:g} s; its log is {log}")
            time.sleep(1)
            quiet = quiet + 1 if told("status")["pending"] == 0 else 0
        seconds = time.monotonic() - began
        status, scanned = told("status"), told("scan", str(root / "library"))
        resident = next(
            int(line.split()[1])
            for line in Path(f"/proc/{daemon.pid}/status").read_text().splitlines()
            if "VmRSS" in line
        )
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
    answer = {
        "files": asked.files,
        "dropped": log.read_text().count('"events.lost"'),
        "indexed": status["files"],
        "missed": asked.files - status["files"] + scanned["hashed"],
        "seconds": round(seconds),
        "rss_mb": round(resident / 1024),
    }
    print(json.dumps(answer))
    sys.exit(answer["missed"] != 0)


if __name__ == "__main__":
    main()
