"""The cost of 10,000, 100,000 and 1,000,000 pictures: search, pairs, memory, start and rescan, against faiss.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/million.py --photos FOLDER
        [--sizes 10000 100000 1000000] [--scratch FOLDER] [--plot curve.svg]

Libraries are made up (see `synthetic.py`), with files of no bytes and indexes at depth quick; at a million that takes
about 5 minutes and 4 GB. faiss (`pip install faiss-cpu`) is measured in the same run where it is installed. All figures
are CPU of one thread, so that other work on the machine changes them little.

    query_ms      hashes of 256 bits within 31 bits of one: median of 100 queries, ours and IndexBinaryFlat.range_search
    pairs_s       all pairs of hashes within 31 bits; faiss asks for each hash, of which 1,000 are measured
    bytes         memory of the search structure for each hash, bands included
    insert_ms     one hash more, mean of 20,000, with a query that must find it after every hundredth
    start_s       from starting Python until a picture's copies are told, with an index of that size on disk
    start_mb      resident size of that process at its largest
    rescan_s      `pictured scan` of the tree, of which nothing has changed, all its processes
    rescan_mb     resident size of its largest process
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from synthetic import grown, hashes, stocked, tree_of

from pictured.disk.reading import stamp_now
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.looks import Depth
from pictured.matching.neighbours import Neighbours

RADIUS = 31
LIMITS = DecodingLimits(pixels=200_000_000, memory=2_000_000_000)
MEASURED = """\
import ctypes, json, os, resource, subprocess, sys
from contextlib import suppress
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # every descendant is waited for
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
with suppress(ChildProcessError):
    while True:
        os.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1000]))
"""
FIRST_ANSWER = """\
import sys
from pathlib import Path
from pictured.looks import Depth
from pictured.service.library import Library, Scope
from pictured.store.opening import open_store
library = Library(open_store(Path(sys.argv[1]), writer=False), Depth.QUICK)
content = library.catalogue.content(int(sys.argv[2]))
copies = library.copies(library.recalled(content), Scope())
assert content.digest in {match.picture.content.digest for match in copies}
"""
Figures = dict[str, float]


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(command: list[str], **environ: str) -> tuple[float, float]:
    """CPU seconds and peak MB of a command and everything that it starts."""
    # Forked from here, a child would count the memory that this process holds as its own.
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command], env=os.environ | environ, stdout=subprocess.PIPE, check=True
    )
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def ours(kept: NDArray[np.uint8], queries: NDArray[np.uint8]) -> tuple[Figures, int]:
    """What our structure costs, and how many hashes are near the queries."""
    tracemalloc.start()
    held = Neighbours(np.arange(len(kept)), kept[:, None])
    found = sum(len(held.near(query[None], RADIUS, RADIUS)) for query in queries)
    size = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    spent = [cpu(lambda q=query: held.near(q[None], RADIUS, RADIUS)) for query in queries]
    pairing = cpu(lambda: [None for _ in held.pairs(RADIUS)])
    new = np.random.default_rng(7).integers(0, 256, (20_000, 1, 32), np.uint8)

    def insert() -> None:
        for number, each in enumerate(new, start=len(kept)):
            held.add(number, each)
            if number % 100 == 0:
                assert held.near(each, RADIUS, RADIUS)[0].content == number

    inserting = cpu(insert) / len(new)
    told = {
        "query_ms": 1000 * statistics.median(spent),
        "pairs_s": pairing,
        "bytes": size,
        "insert_ms": 1000 * inserting,
    }
    return told, found


def theirs(kept: NDArray[np.uint8], queries: NDArray[np.uint8], expected: int) -> Figures:
    """What faiss costs; empty where it is not installed."""
    try:
        import faiss
    except ModuleNotFoundError:
        return {}
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(kept)
    # Its radius is the first distance that is too far.
    found = sum(len(index.range_search(query[None], RADIUS + 1)[2]) for query in queries)
    assert found == expected, f"faiss finds {found} hashes, we find {expected}"
    spent = [cpu(lambda q=query: index.range_search(q[None], RADIUS + 1)) for query in queries]
    asked = kept[: min(1000, len(kept))]
    batch = cpu(lambda: index.range_search(asked, RADIUS + 1))
    return {"faiss_query_ms": 1000 * statistics.median(spent), "faiss_pairs_s": batch * len(kept) / len(asked)}


@contextmanager
def scratch(given: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=given)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def library(folder: Path, photos: list[Path], count: int) -> Figures:
    """What starting and scanning cost with an index and a tree of that size."""
    kept = [fingerprint(photo, stamp_now(photo), LIMITS) for photo in photos]
    tree = tree_of(folder / "tree", count)
    grown(tree, count)
    stocked(folder / "state", tree, kept, count, Depth.QUICK)
    state = str(folder / "state")
    starting = measured([sys.executable, "-c", FIRST_ANSWER, state, str(count // 2)])
    scan = [sys.executable, "-m", "pictured", "scan", "--json", "--workers", "1", str(folder / "tree")]
    measured(scan, PICTURED_STATE_DIR=state)
    scanning = measured(scan, PICTURED_STATE_DIR=state)
    told = zip(("start_s", "start_mb", "rescan_s", "rescan_mb"), (*starting, *scanning), strict=True)
    return dict(told)


def table(figures: dict[int, Figures]) -> str:
    names = list(dict.fromkeys(name for each in figures.values() for name in each))
    lines = [f"{'':16}" + "".join(f"{size:>12,}" for size in figures)]
    rows = ([each.get(name, float("nan")) for each in figures.values()] for name in names)
    lines += [f"{name:16}" + "".join(f"{value:12.3f}" for value in row) for name, row in zip(names, rows, strict=True)]
    return "\n".join(lines)


def plot(figures: dict[int, Figures], target: Path) -> None:
    """Draw the cost curve, in SVG: both axes logarithmic, one line for each figure."""
    lines = {
        "query, ms": ("query_ms", "#0072b2"),
        "query with faiss, ms": ("faiss_query_ms", "#56b4e9"),
        "all pairs, s": ("pairs_s", "#d55e00"),
        "all pairs with faiss, s": ("faiss_pairs_s", "#e69f00"),
        "start, s": ("start_s", "#009e73"),
        "rescan, s": ("rescan_s", "#cc79a7"),
        "insert, ms": ("insert_ms", "#555555"),
    }
    sizes = sorted(figures)
    shown = [figures[size][name] for size in sizes for name, _ in lines.values() if name in figures[size]]
    low, high = np.floor(np.log10(min(shown))), np.ceil(np.log10(max(shown)))
    first, last = np.log10(sizes[0]), np.log10(max(sizes[-1], sizes[0] + 1))

    def at(size: float, value: float) -> tuple[float, float]:
        return 70 + 420 * (np.log10(size) - first) / (last - first), 360 - 330 * (np.log10(value) - low) / (high - low)

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 400" font-family="sans-serif" font-size="13">']
    parts.append('<rect width="720" height="400" fill="white"/>')
    for power in range(int(low), int(high) + 1):
        _, y = at(sizes[0], 10.0**power)
        parts.append(f'<path d="M70 {y:.1f}H490" stroke="#ddd"/><text x="62" y="{y + 4:.1f}" ')
        parts.append(f'text-anchor="end" fill="#333">{10.0**power:g}</text>')
    for size in sizes:
        x, _ = at(size, 1)
        parts.append(f'<text x="{x:.1f}" y="382" text-anchor="middle" fill="#333">{size:,}</text>')
    ends = []
    for label, (name, colour) in lines.items():
        points = [at(size, figures[size][name]) for size in sizes if name in figures[size]]
        if points:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            ends.append((points[-1][1], label, colour))
    least = 0.0
    for y, label, colour in sorted(ends):
        # Labels that would lie on each other are moved down.
        least = max(y + 4, least + 16)
        parts.append(f'<text x="500" y="{least:.1f}" fill="{colour}">{label}</text>')
    target.write_text("\n".join([*parts, "</svg>\n"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("set OPENBLAS_NUM_THREADS=1 in the environment, which the library reads when it is loaded")
    photos = sorted(given.photos.resolve().iterdir())
    photos = photos[:: max(1, len(photos) // 50)]
    figures: dict[int, Figures] = {}
    for size in sorted(given.sizes):
        kept = hashes(size)
        queries = kept[np.random.default_rng(3).integers(0, size, 100)]
        told, found = ours(kept, queries)
        told |= theirs(kept, queries, found)
        if "faiss_pairs_s" in told:
            told["query_ratio"] = told["query_ms"] / told["faiss_query_ms"]
            told["pairs_times"] = told["faiss_pairs_s"] / told["pairs_s"]
        del kept
        with scratch(given.scratch) as folder:
            figures[size] = told | library(folder, photos, size)
        print(table({size: figures[size]}), flush=True)
        if given.plot is not None and len(figures) > 1:
            plot(figures, given.plot)
    print("\n" + table(figures))


if __name__ == "__main__":
    main()
