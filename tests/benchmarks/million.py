"""The cost of 10,000, 100,000 and 1,000,000 pictures: search, pairs, memory, start and rescan, against others.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/million.py --photos FOLDER
        [--sizes 10000 100000 1000000] [--scratch FOLDER] [--figures FILE.json] [--plot costs.svg]

Libraries are made up (see `synthetic.py`), with files of no bytes; at a million that takes about 15 minutes and 9 GB.
faiss and imagededup are measured in the same run where they are installed (see `hash_peers.py`). All figures are CPU of
one thread, so that other work on the machine changes them little. What `--figures` holds is not measured again, so that
a run that was cut off goes on, and a curve can be drawn once more.

    query_ms        hashes of 256 bits within 31 bits of one: median of 100 queries
    pairs_s         all pairs of hashes within 31 bits; peers ask for each hash, of which some are measured
    query_ratio     our query to that of faiss; pairs_times: how many times faster than faiss all pairs are
    bytes           memory of the search structure for each hash, bands included
    insert_ms       one hash more, mean of 20,000, with a query that must find it after every hundredth

For a library at depth quick (hashes only) and one at depth normal (8 hashes and 72 local features of each):

    _rows_s, _mb    from starting Python until a picture's copies are told, where everything is in the rows of the
                    index only, and all of it is loaded into memory; resident size of that process at its largest
    _files_s, _mb   what the daemon does once instead, in another thread: writing files of segments from the rows,
                    and folding them into one
    _start_s, _mb   as _rows, with these files: from then on, every start
    _query_ms       a search by what is kept of a picture, proofs included: median of 20
    _group_ms       one picture in `dupes`, which finds all groups: mean of 200
    rescan_s, _mb   `pictured scan` of a tree of which nothing has changed, all its processes; at depth quick
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from cost_curve import plot
from hash_peers import Figures, cpu, faiss_figures, imagededup_figures
from numpy.typing import NDArray
from synthetic import grown, hashes, stocked, tree_of

from pictured.disk.reading import stamp_now
from pictured.flow import Fingerprint
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
OPEN = """\
import asyncio, json, statistics, sys, time
from functools import partial
from itertools import islice
from pathlib import Path
from pictured.looks import Depth
from pictured.service.library import Library, Scope
from pictured.store.opening import open_store
state, depth, count = Path(sys.argv[1]), Depth(sys.argv[2]), int(sys.argv[3])
again = partial(open_store, state, writer=False)
def ask(number):
    content = library.catalogue.content(number)
    copies = library.copies(library.recalled(content), Scope())
    assert content.digest in {match.picture.content.digest for match in copies}
"""
FIRST_ANSWER = (
    OPEN
    + """\
library = Library(again(), depth)
ask(count // 2)
"""
)
FILES = (
    OPEN
    + """\
library = Library(open_store(state, writer=True), depth, again=again)
async def files():
    await library.searchable.prepared()
    while (due := library.searchable.index.due(0)) is not None:
        await library.searchable.fold(due)
asyncio.run(files())
"""
)
MANY_ANSWERS = (
    OPEN
    + """\
from pictured.service.tying import Ties
def spent(work):
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)
library = Library(again(), depth)
ask(1)
queries = [spent(lambda n=number: ask(n)) for number in range(2, count, count // 20)]
ties = Ties(library, Scope())
steps = ties.search()
next(steps)
print(json.dumps([statistics.median(queries), spent(lambda: list(islice(steps, 200))) / 200]))
"""
)


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


@contextmanager
def scratch(given: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=given)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def hashing(count: int) -> Figures:
    """What searching that many hashes costs us, and others."""
    kept = hashes(count)
    queries = kept[np.random.default_rng(3).integers(0, count, 100)]
    told, found = ours(kept, queries)
    told |= faiss_figures(kept, queries, RADIUS, found)
    told |= imagededup_figures(kept, queries)
    if "faiss_pairs_s" in told:
        told["query_ratio"] = told["query_ms"] / told["faiss_query_ms"]
        told["pairs_times"] = told["faiss_pairs_s"] / told["pairs_s"]
    return told


def answering(state: Path, depth: Depth, count: int) -> Figures:
    """What starting with an index of that size costs, and searching it."""
    given, told = [str(state), depth.value, str(count)], {}
    for name, program in (("rows", FIRST_ANSWER), ("files", FILES), ("start", FIRST_ANSWER)):
        seconds, megabytes = measured([sys.executable, "-c", program, *given])
        told |= {f"{depth}_{name}_s": seconds, f"{depth}_{name}_mb": megabytes}
    answers = subprocess.run([sys.executable, "-c", MANY_ANSWERS, *given], stdout=subprocess.PIPE, check=True)
    told[f"{depth}_query_ms"], told[f"{depth}_group_ms"] = json.loads(answers.stdout)
    return told


def quick(folder: Path, photos: list[Path], count: int) -> Figures:
    """What a library at depth quick costs, with a tree of files that are there as it says."""
    tree = tree_of(folder / "tree", count)
    grown(tree, count)
    stocked(folder / "state", tree, fingerprints(photos), count, Depth.QUICK)
    told = answering(folder / "state", Depth.QUICK, count)
    scan = [sys.executable, "-m", "pictured", "scan", "--json", "--workers", "1", str(folder / "tree")]
    measured(scan, PICTURED_STATE_DIR=str(folder / "state"))
    told["rescan_s"], told["rescan_mb"] = measured(scan, PICTURED_STATE_DIR=str(folder / "state"))
    return told


def normal(folder: Path, photos: list[Path], count: int) -> Figures:
    """What a library at depth normal costs; its files need not be there."""
    stocked(folder, tree_of(folder / "tree", count), fingerprints(photos), count, Depth.NORMAL)
    return answering(folder, Depth.NORMAL, count)


def fingerprints(photos: list[Path]) -> list[Fingerprint]:
    return [fingerprint(photo, stamp_now(photo), LIMITS) for photo in photos]


def table(figures: dict[int, Figures]) -> str:
    names = list(dict.fromkeys(name for each in figures.values() for name in each))
    lines = [f"{'':16}" + "".join(f"{size:>12,}" for size in figures)]
    rows = ([each.get(name, float("nan")) for each in figures.values()] for name in names)
    lines += [f"{name:16}" + "".join(f"{value:12.3f}" for value in row) for name, row in zip(names, rows, strict=True)]
    return "\n".join(lines)


def read(kept: Path | None) -> dict[int, Figures]:
    if kept is None or not kept.exists():
        return {}
    return {int(size): figures for size, figures in json.loads(kept.read_text()).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("set OPENBLAS_NUM_THREADS=1 in the environment, which the library reads when it is loaded")
    photos = sorted(given.photos.resolve().iterdir())
    photos = photos[:: max(1, len(photos) // 50)]
    figures = read(given.figures)
    for size in sorted(given.sizes):
        told = figures.setdefault(size, {})
        for last, measure in (("insert_ms", hashing), ("rescan_s", quick), ("normal_group_ms", normal)):
            if last in told:
                continue
            with scratch(given.scratch) as folder:
                told |= measure(size) if measure is hashing else measure(folder, photos, size)
            print(table({size: told}), flush=True)
            if given.figures is not None:
                given.figures.write_text(json.dumps(figures, indent=1))
    print("\n" + table({size: figures[size] for size in sorted(figures)}))
    if given.plot is not None:
        plot(figures, given.plot)


if __name__ == "__main__":
    main()
