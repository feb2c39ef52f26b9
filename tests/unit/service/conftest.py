"""A real library, real workers, and a log that can be waited for."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.flow import Collect, Fingerprint, Form, Picture
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import probe
from pictured.looks import POINT, Probe
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.workers import WorkerLimits, Workers
from pictured.store.engines import Shared, open_index
from pictured.store.opening import open_store

DECODING = DecodingLimits(pixels=10**8, memory=10**9)
DEADLINE = 60


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """A forked worker would wait for the threads of OpenCV, which no fork takes along."""
    cv2.setNumThreads(1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        yield Library(db)


@pytest.fixture
def shared_libraries(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[tuple[Library, Library]]:
    """The libraries of two machines with one index, anna and bert, which both have `tmp_path / "share"`."""
    address, mounts = new_database(), (("photos", tmp_path / "share"),)
    (tmp_path / "share").mkdir()
    with ExitStack() as opened:
        anna, bert = (
            Library(
                opened.enter_context(
                    closing(open_index(tmp_path / name, Shared(address, Naming(name, mounts)), writer=True))
                )
            )
            for name in ("anna", "bert")
        )
        for library in (anna, bert):
            library.home.mkdir()
        yield anna, bert


@pytest.fixture
def index(library: Library) -> Callable[..., Picture]:
    """Read a file in this process and note it in the library; `asking` where it lies in a query folder."""

    def read(path: Path, *, asking: bool = False) -> Picture:
        stamp = stamp_of(path)
        library.record(path, stamp, fingerprint(path, stamp, DECODING, asking=asking))
        picture = library.catalogue.picture(path)
        assert picture is not None
        return picture

    return read


@pytest.fixture
def step(tmp_path: Path, draw: Callable[..., Path], index: Callable[..., Picture]) -> Collect:
    """The one copy of a picture, to be collected; nothing of it is done yet."""
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    return Collect(
        "best",
        tmp_path / "q/poor.jpg",
        picture.path,
        picture.stamp,
        picture.content.digest,
        tmp_path / "best/a.jpg",
        Form.COPY,
        "the only copy",
    )


@pytest.fixture(scope="session")
def made_up() -> Callable[[int], Fingerprint]:
    """What would be kept of a picture that nobody has: 20 features, and no thumb."""

    def make(seed: int) -> Fingerprint:
        random = np.random.default_rng(seed)
        points = np.frombuffer(random.bytes(20 * 14), np.dtype(POINT)).copy()
        points["word"] %= 2048
        names = ("exif",)
        told = (seed, 40, 30, "JPEG", "RGB", 8, 1, None, None, None, names, random.bytes(32), random.bytes(224))
        return Fingerprint(seed.to_bytes(32, "big"), *told, points.tobytes(), b"")

    return make


@pytest.fixture(scope="session")
def look() -> Callable[[Path], Probe]:
    """Look at a file, in this process, as a query is looked at."""

    def read(path: Path) -> Probe:
        return probe(path, stamp_of(path), DECODING)

    return read


@pytest.fixture
def with_workers() -> Callable[[Callable[[Workers], Awaitable[Any]]], Any]:
    """Run something with two forked workers, within a deadline."""

    def run(scenario: Callable[[Workers], Awaitable[Any]]) -> object:
        async def closed_afterwards() -> object:
            pool = Workers(2, WorkerLimits(30, 2**30, DECODING), "fork")
            try:
                async with asyncio.timeout(DEADLINE):
                    return await scenario(pool)
            finally:
                await pool.close()

        return asyncio.run(closed_afterwards())

    return run


@pytest.fixture
def gathered(
    with_workers: Callable[[Callable[[Workers], Awaitable[Any]]], Any],
) -> Callable[[Callable[[Workers], AsyncIterable[Any]]], list[Any]]:
    """Everything that a job reports, in order."""

    def run(reports: Callable[[Workers], AsyncIterable[Any]]) -> list[Any]:
        async def scenario(workers: Workers) -> list[Any]:
            return [report async for report in reports(workers)]

        found: list[Any] = with_workers(scenario)
        return found

    return run


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    """Every file below a folder, with its bytes."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if not p.is_dir()}

    return read


class _Written:
    """Keeps what is logged, and wakes whoever waits for it."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.waiting: list[asyncio.Future[None]] = []

    def debug(self, event: str, **fields: object) -> None:
        self.lines.append({"event": str(event), **fields})
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    info = warning = error = debug


@pytest.fixture
def written() -> _Written:
    return _Written()


@pytest.fixture
def log(written: _Written) -> Log:
    return written


@pytest.fixture
def told(written: _Written) -> list[dict[str, Any]]:
    """What was logged: the event and its fields."""
    return written.lines


@pytest.fixture
def heard(written: _Written) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Wait until an event with some fields has been logged so many times."""

    async def wait(event: str, *, times: int = 1, **fields: object) -> dict[str, Any]:
        wanted = {"event": str(event), **fields}
        async with asyncio.timeout(DEADLINE):
            while True:
                found = [line for line in written.lines if wanted.items() <= line.items()]
                if len(found) >= times:
                    return found[times - 1]
                future = asyncio.get_running_loop().create_future()
                written.waiting.append(future)
                await future

    return wait
