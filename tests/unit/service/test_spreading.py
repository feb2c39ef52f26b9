import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.errors import FileError, Refused, UsageError
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.service.spreading import Spread, readers
from pictured.service.worker_process import WorkerLimits
from pictured.service.workers import Workers

dask = pytest.importorskip("dask", reason="Dask is not installed (pip install 'pictured[cluster]')")
distributed = pytest.importorskip("distributed", reason="Dask is not installed (pip install 'pictured[cluster]')")


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures, all different."""
    folder = tmp_path_factory.mktemp("share")
    for number in range(60):
        Image.linear_gradient("L").rotate(number).resize((40 + number, 50)).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def cluster(share: Path) -> Iterator[str]:
    """A scheduler and two workers in processes of their own, which have the share elsewhere."""
    elsewhere = share.with_name("elsewhere")
    elsewhere.symlink_to(share)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            env={"PICTURED_MOUNTS": f"photos={elsewhere}", "PYTHONWARNINGS": "ignore"},
        ) as made,
    ):
        yield made.scheduler_address


@asynccontextmanager
async def joined(address: str, mounts: Sequence[str]) -> AsyncIterator[tuple[Spread | Workers, Workers]]:
    workers = Workers(1, WorkerLimits(60.0, 2**29, DecodingLimits(10_000_000, 2**29)), "fork")
    try:
        async with readers(address, mounts, workers) as reader:
            yield reader, workers
    finally:
        await workers.close()


async def read(reader: Spread | Workers, files: Sequence[Path]) -> list[Fingerprint | bytes | FileError]:
    asked = [(file, stamp_of(file), ()) for file in files]
    batches = (reader.recognised_all(asked[begin : begin + 20]) for begin in range(0, len(asked), 20))
    return [each for batch in await asyncio.gather(*batches) for each in batch]


def test_a_cluster_reads_what_the_workers_here_read(cluster: str, share: Path) -> None:
    files = sorted(share.iterdir())

    async def compare() -> None:
        async with joined(cluster, [f"photos={share}"]) as (reader, workers):
            assert isinstance(reader, Spread)
            assert await read(reader, files) == await read(workers, files)

    asyncio.run(compare())


def test_a_file_that_the_cluster_cannot_read_is_read_here(cluster: str, tmp_path: Path) -> None:
    alone = tmp_path / "alone.png"
    Image.linear_gradient("L").save(alone)
    odd = tmp_path / "odd.png"
    odd.write_bytes(b"no picture")

    async def both() -> None:
        # This share is not mounted on the workers.
        async with joined(cluster, [f"scans={tmp_path}"]) as (reader, _):
            first, second = await read(reader, [alone, odd])
            assert isinstance(first, Fingerprint)
            assert isinstance(second, Refused)

    asyncio.run(both())


def test_without_a_cluster_the_workers_here_read() -> None:
    async def see() -> None:
        async with joined("", []) as (reader, workers):
            assert reader is workers

    asyncio.run(see())


def test_nobody_at_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pictured.service.spreading._JOIN_SECONDS", 0.5)

    async def fail() -> None:
        async with joined("tcp://127.0.0.1:1", []):
            pass

    with pytest.raises(UsageError, match="no Dask scheduler answers at tcp://"):
        asyncio.run(fail())


def test_a_connection_that_was_given_up_costs_no_file(cluster: str, share: Path) -> None:
    files = sorted(share.iterdir())[:3]

    async def see() -> None:
        async with joined("", []) as (_, workers):
            async with distributed.Client(cluster, asynchronous=True, set_as_default=False) as client:
                reader = Spread(client, 2, workers, Naming())
            assert all(isinstance(each, Fingerprint) for each in await read(reader, files))
            assert "the cluster failed at some files" in (reader.trouble() or "")

    asyncio.run(see())


def test_workers_that_are_killed_cost_no_file(cluster: str, share: Path) -> None:
    files = sorted(share.iterdir())

    async def kill() -> None:
        async with (
            joined(cluster, [f"photos={share}"]) as (reader, _),
            distributed.Client(cluster, asynchronous=True, set_as_default=False) as client,
        ):
            reading = asyncio.create_task(read(reader, files))
            for pid in (await client.run(os.getpid)).values():
                os.kill(pid, signal.SIGKILL)
            assert all(isinstance(each, Fingerprint) for each in await reading)

    asyncio.run(kill())


def test_a_scheduler_that_dies_in_the_middle_costs_no_file_and_is_told_once(share: Path) -> None:
    files = sorted(share.iterdir())
    ours = {"PYTHONWARNINGS": "ignore"}
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=os.environ | ours) as scheduler:
        assert scheduler.stderr is not None
        found = next(match for line in scheduler.stderr if (match := re.search(r"tcp://\S+", line)))
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", found[0], "--no-dashboard", "--no-nanny"]
        with subprocess.Popen(worker, stderr=subprocess.DEVNULL, env=os.environ | ours) as work:

            async def kill() -> None:
                async with joined(found[0], [f"photos={share}"]) as (reader, _):
                    assert isinstance(reader, Spread)
                    reading = asyncio.create_task(read(reader, files))
                    await asyncio.sleep(0)
                    scheduler.kill()
                    assert all(isinstance(each, Fingerprint) for each in await reading)
                    assert "the cluster failed at some files" in (reader.trouble() or "")
                    assert reader.trouble() is None

            try:
                asyncio.run(kill())
            finally:
                work.kill()
                scheduler.kill()
