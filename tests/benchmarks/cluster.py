"""What reading by a cluster costs beside reading by the workers of one machine.

    python tests/benchmarks/cluster.py --photos FOLDER [--rounds 3] [--depth normal]

The same files are read by local workers and by as many Dask workers on this machine, in turns; the figures are the CPU
seconds of every process that takes part, Dask's scheduler included, after all of them were warmed up. One line of JSON.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from distributed import LocalCluster

from pictured.config.limits import Limits
from pictured.disk.reading import stamp_of
from pictured.looks import Depth
from pictured.matching.settings import MatchingSettings
from pictured.service.spreading import readers
from pictured.service.staffing import workers_of
from pictured.service.workers import Workers


def cpu(others: frozenset[int]) -> float:
    """CPU seconds so far of this process and of its children, without some."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    spent = [process.cpu_times() for process in processes if process.pid not in others]
    return sum(times.user + times.system for times in spent)


async def read(reader: object, files: Sequence[Path]) -> int:
    ahead = asyncio.Semaphore(4 * reader.count)  # type: ignore[attr-defined]

    async def one(file: Path) -> object:
        async with ahead:
            return await reader.recognised(file, stamp_of(file), ())  # type: ignore[attr-defined]

    return len(await asyncio.gather(*map(one, files)))


async def measured(files: Sequence[Path], workers: Workers, address: str, rounds: int) -> dict[str, object]:
    local: list[float] = []
    spread: list[float] = []
    async with readers(address, (), workers) as cluster:
        # Whoever is idle may end meanwhile, and takes its count along: each is measured without the other.
        theirs = frozenset(child.pid for child in psutil.Process().children(recursive=True))
        await read(cluster, files[:200])
        for _ in range(rounds):
            await read(workers, files[:40])
            before = cpu(theirs)
            await read(workers, files)
            local.append(cpu(theirs) - before)
            ours = frozenset(child.pid for child in psutil.Process().children(recursive=True)) - theirs
            before = cpu(ours)
            await read(cluster, files)
            spread.append(cpu(ours) - before)
    return {
        "files": len(files),
        "local_cpu_s": [round(each, 2) for each in local],
        "cluster_cpu_s": [round(each, 2) for each in spread],
        "ratio_of_least": round(min(spread) / min(local), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--depth", choices=[depth.value for depth in Depth], default=Depth.NORMAL.value)
    options = parser.parse_args()
    files = [file for file in sorted(options.photos.rglob("*")) if file.suffix.lower() in (".jpg", ".jpeg", ".png")]
    began = time.monotonic()

    async def run(address: str) -> dict[str, object]:
        limits = Limits(workers=options.workers, files_per_worker=1_000_000)
        workers = workers_of(limits, MatchingSettings(depth=options.depth))
        try:
            return await measured(files, workers, address, options.rounds)
        finally:
            await workers.close()

    with LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None) as cluster:
        result = asyncio.run(run(cluster.scheduler_address))
    print(json.dumps(result | {"wall_s": round(time.monotonic() - began)}))


if __name__ == "__main__":
    main()
