"""A first scan against a plain loop of Pillow's draft and imagehash's phash, in pairs, start-up of everything included.

    python tests/benchmarks/scan.py --photos FOLDER [--rounds 5]

Prints one JSON line with medians over the rounds:

    cpu_ratio      CPU per file of `pictured scan` (all its processes) over that of the loop (one process)
    wall_ratio     wall time of the scan with two workers over that with one
    seconds_ratio  the same for the time that the scan itself reports, without the start-up of the command
    peak_rss_mb    largest resident size of any of the scan's processes
"""

import argparse
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PLAIN = """\
import sys
from pathlib import Path
import imagehash
from PIL import Image
for path in sorted(Path(sys.argv[1]).iterdir()):
    image = Image.open(path)
    image.draft("L", (256, 256))
    imagehash.phash(image, hash_size=16)
"""
SUBREAPER = 36


def measured(command: list[str], environ: dict[str, str]) -> dict[str, float]:
    """Run a command in a child that adopts and waits for every descendant, so that all CPU time is counted."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        began = time.monotonic()
        out = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout
        wall = time.monotonic() - began
        with suppress(ChildProcessError):
            while True:
                os.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = out.splitlines()
        seconds = json.loads(lines[-1])["seconds"] if lines else 0.0
        told = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "seconds": seconds, "rss": used.ru_maxrss / 1000}
        os.write(theirs, json.dumps(told).encode())
        os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as pipe:
        return json.load(pipe)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rounds = []
    for _ in range(given.rounds):
        plain = measured([sys.executable, "-c", PLAIN, str(given.photos)], dict(os.environ))
        scans = []
        for workers in ("1", "2"):
            with tempfile.TemporaryDirectory() as state:
                command = [sys.executable, "-m", "pictured", "scan", "--json", "--workers", workers, str(given.photos)]
                scans.append(measured(command, {**os.environ, "PICTURED_STATE_DIR": state}))
        rounds.append((plain, *scans))
    one = [each[1] for each in rounds]
    two = [each[2] for each in rounds]

    def median(values: list[float]) -> float:
        return round(statistics.median(values), 2)

    told = {
        "files": sum(1 for _ in given.photos.iterdir()),
        "rounds": given.rounds,
        "plain_cpu_s": median([plain["cpu"] for plain, *_ in rounds]),
        "scan_cpu_s": median([scan["cpu"] for scan in two]),
        "cpu_ratio": median([scan["cpu"] / plain["cpu"] for plain, _, scan in rounds]),
        "wall_ratio": median([b["wall"] / a["wall"] for a, b in zip(one, two, strict=True)]),
        "seconds_ratio": median([b["seconds"] / a["seconds"] for a, b in zip(one, two, strict=True)]),
        "peak_rss_mb": round(max(scan["rss"] for scan in two)),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
