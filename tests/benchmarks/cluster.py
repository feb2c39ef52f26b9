"""What reading by a cluster costs beside reading by the workers of one machine.

    python tests/benchmarks/cluster.py --photos FOLDER [--rounds 3] [--depth normal] [--plain]

The same files are read by local workers and by as many Dask workers on this machine, in turns and in batches as `scan`
asks for them. The figures are the CPU seconds of every process that takes part, Dask's scheduler and nanny included,
after all of them were warmed up; `cluster_idle_cores` is what the cluster takes of one core while it has nothing to do,
and so, about, in each second of a run, however long the run takes. The cluster is started as README says; with
`--plain` without the settings that README recommends. One line of JSON.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from pictured.config.limits import Limits
from pictured.disk.reading import stamp_of
from pictured.looks import Depth
from pictured.matching.settings import MatchingSettings
from pictured.service.spreading import readers
from pictured.service.staffing import workers_of
from pictured.service.workers import Workers

BATCH = 32
SETTINGS = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
}


def cpu(others: frozenset[int]) -> float:
    """CPU seconds so far of this process and of its children, without some."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    spent = [process.cpu_times() for process in processes if process.pid not in others]
    return float(sum(times.user + times.system for times in spent))


def children() -> frozenset[int]:
    return frozenset(child.pid for child in psutil.Process().children(recursive=True))


@contextmanager
def cluster_of(workers: int, settings: Mapping[str, str]) -> Iterator[str]:
    """A scheduler and workers of one thread each, as processes of their own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")} | dict(settings)
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    nanny = [sys.executable, "-m", "distributed.cli.dask_worker", "--nworkers", str(workers), "--nthreads", "1"]
    with ExitStack() as stack:
        first = stack.enter_context(subprocess.Popen(scheduler, stderr=subprocess.PIPE, text=True, env=environment))
        stack.callback(first.terminate)
        assert first.stderr is not None
        address = next(found for line in first.stderr if (found := re.search(r"tcp://\S+", line)))[0]
        second = stack.enter_context(
            subprocess.Popen([*nanny, "--no-dashboard", address], stderr=subprocess.DEVNULL, env=environment)
        )
        stack.callback(second.terminate)
        yield address


async def read(reader: object, files: Sequence[Path]) -> None:
    ahead = asyncio.Semaphore(2 * reader.count)  # type: ignore[attr-defined]

    async def some(begin: int) -> None:
        async with ahead:
            asked = [(file, stamp_of(file), ()) for file in files[begin : begin + BATCH]]
            found = await reader.recognised_all(asked)  # type: ignore[attr-defined]
            assert len(found) == len(asked)

    await asyncio.gather(*map(some, range(0, len(files), BATCH)))


async def measured(files: Sequence[Path], workers: Workers, address: str, rounds: int) -> dict[str, object]:
    local: list[float] = []
    spread: list[float] = []
    seconds: list[float] = []
    theirs = children()
    async with readers(address, (), workers) as cluster:
        # Whoever is idle may end meanwhile, and takes its count along: each is measured without the other.
        theirs |= children()
        await read(cluster, files[:400])
        before, began = cpu(frozenset()), time.monotonic()
        await asyncio.sleep(5)
        idle = (cpu(frozenset()) - before) / (time.monotonic() - began)
        for _ in range(rounds):
            await read(workers, files[:80])
            before = cpu(theirs)
            await read(workers, files)
            local.append(cpu(theirs) - before)
            ours = children() - theirs
            await read(cluster, files[:80])
            before, began = cpu(ours), time.monotonic()
            await read(cluster, files)
            spread.append(cpu(ours) - before)
            seconds.append(time.monotonic() - began)
            assert cluster.trouble() is None  # type: ignore[union-attr]
    return {
        "files": len(files),
        "local_cpu_s": [round(each, 2) for each in local],
        "cluster_cpu_s": [round(each, 2) for each in spread],
        "cluster_wall_s": [round(each, 1) for each in seconds],
        "cluster_idle_cores": round(idle, 3),
        "ratio_of_least": round(min(spread) / min(local), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--depth", choices=[depth.value for depth in Depth], default=Depth.NORMAL.value)
    parser.add_argument("--plain", action="store_true", help="with Dask's own settings")
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

    with cluster_of(options.workers, {} if options.plain else SETTINGS) as address:
        result = asyncio.run(run(address))
    print(
        json.dumps(result | {"depth": options.depth, "plain": options.plain, "wall_s": round(time.monotonic() - began)})
    )


if __name__ == "__main__":
    main()
