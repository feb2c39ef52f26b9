"""Every goal of speed and size in one table, for one library of a million pictures and the machine that this runs on.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/goals.py --photos FOLDER
        [--scratch FOLDER] [--kept FOLDER] [--peer-python PYTHON]

Runs `million.py`, `scan.py` (the first scan, and the bursts) and `idle.py` one after another, which takes about an hour
and 9 GB; what they measure, and how, is said there. With --kept, what was measured is put into that folder, and not
measured again, so that a run that was cut off goes on. Prints a table in Markdown: what, the goal, the figure, whether
it is met.
"""

import argparse
import json
import operator
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMPARED: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Goal:
    what: str
    than: str
    goal: float
    unit: str
    figure: float

    @property
    def row(self) -> str:
        met = "yes" if COMPARED[self.than](self.figure, self.goal) else "**no**"
        return f"| {self.what} | {self.than} {self.goal:g}{self.unit} | {self.figure:.3g}{self.unit} | {met} |"


def told(script: str, given: Sequence[str], kept: Path) -> Any:  # noqa: ANN401  what is in a script's line of JSON
    """What a script says in its last line of JSON; it is not run again where that is kept."""
    if not kept.exists():
        print(f"{script} {' '.join(given)}", flush=True)
        done = subprocess.run(
            [sys.executable, str(HERE / script), *given], stdout=subprocess.PIPE, text=True, check=True
        )
        kept.write_text([line for line in done.stdout.splitlines() if line.startswith("{")][-1])
    return json.loads(kept.read_text())


def million(photos: str, scratch: Sequence[str], kept: Path) -> dict[str, dict[str, float]]:
    command = [sys.executable, str(HERE / "million.py"), "--photos", photos, "--figures", str(kept), *scratch]
    subprocess.run(command, check=True)
    figures: dict[str, dict[str, float]] = json.loads(kept.read_text())
    return figures


def of_a_million(figures: dict[str, float]) -> Iterator[Goal]:
    yield Goal("a query within 31 bits, of faiss's CPU", "<=", 0.35, " x", figures["query_ratio"])
    yield Goal("all pairs of copies, faster than faiss", ">=", 30, " x", figures["pairs_times"])
    yield Goal("memory of a hash", "<=", 110, " bytes", figures["bytes"])
    yield Goal("a process with all hashes, depth quick", "<=", 450, " MB", figures["quick_start_mb"])
    yield Goal("start to the first answer, depth quick", "<=", 3, " s", figures["quick_start_s"])
    yield Goal("rescan of unchanged files", "<=", 8, " s", figures["rescan_s"])
    yield Goal("one picture more, visible at once", "<=", 1, " ms", figures["insert_ms"])


def of_scans(ms: dict[str, float]) -> Iterator[Goal]:
    quick = ms["quick"]
    for name, goal in (("decode and phash", 0.8), ("findimagedupes", 3), ("imagededup", 1)):
        if name in ms:
            yield Goal(f"first scan at depth quick, files of {name}", ">=", goal, " x", ms[name] / quick)


def of_bursts(bursts: dict[str, dict[str, Any]]) -> Iterator[Goal]:
    for depth, burst in bursts.items():
        grown = burst["rss after MB"]["daemon"] - burst["rss before MB"]["daemon"]
        what = f"2,000 small files at once, depth {depth}, until all are indexed"
        yield Goal(what, "<=", 10, " s", burst["seconds after settling"])
        yield Goal("what the daemon grows by meanwhile", "<=", 50, " MB", grown)


def of_rest(idle: dict[str, Any]) -> Iterator[Goal]:
    yield Goal("idle with 100,000 files watched, of a core", "<=", 0.1, " %", idle["cpu_percent"])
    yield Goal("what it grows by in 10 minutes", "<=", 1, " MB", idle["rss_mb"][1] - idle["rss_mb"][0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", required=True)
    parser.add_argument("--scratch")
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--peer-python", default=sys.executable, metavar="PYTHON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        kept = given.kept or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        photos = ["--photos", given.photos]
        scanned = told("scan.py", [*photos, "--burst", "0", "--peer-python", given.peer_python], kept / "scan.json")
        bursts = {
            depth: told("scan.py", [*photos, "--files", "0", "--depth", depth], kept / f"burst-{depth}.json")["burst"]
            for depth in ("quick", "normal")
        }
        idle = told("idle.py", ["--folder", given.scratch] if given.scratch else [], kept / "idle.json")
        sizes = million(given.photos, ["--scratch", given.scratch] if given.scratch else [], kept / "million.json")
    print(f"\n{os.cpu_count()} cores, {platform.machine()}; Python {platform.python_version()}\n")
    print("| what | goal | figure | met |\n|---|---|---|---|")
    goals = (*of_a_million(sizes["1000000"]), *of_scans(scanned["ms"]), *of_bursts(bursts), *of_rest(idle))
    for goal in goals:
        print(goal.row)


if __name__ == "__main__":
    main()
