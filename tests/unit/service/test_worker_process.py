import multiprocessing
import signal
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Truncated
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.service.worker_process import Batch, Task, WorkerLimits, serve
from pictured.service.workers import FINGERPRINT

LIMITS = WorkerLimits(20, 512_000_000, DecodingLimits(10**8, 512_000_000))
PATIENCE = 20


def served(work: str, limits: WorkerLimits = LIMITS) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, None, limits, work))
    process.start()
    theirs.close()
    return process, ours


def task(work: str, path: Path) -> Task:
    return Task(path, work, {"path": path, "stamp": stamp_of(path)})


def test_it_answers_until_the_pipe_is_closed(tmp_path: Path) -> None:
    path, empty = tmp_path / "a.png", tmp_path / "b.png"
    Image.fromarray(np.eye(70, dtype=np.uint8)).save(path)
    empty.touch()
    process, pipe = served(FINGERPRINT)
    pipe.send(task(FINGERPRINT, path))
    assert pipe.poll(PATIENCE)
    found = pipe.recv()
    assert isinstance(found, Fingerprint)
    assert found.width == 70
    pipe.send(task(FINGERPRINT, empty))
    assert pipe.poll(PATIENCE)
    assert isinstance(pipe.recv(), Truncated)
    pipe.close()
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_a_batch_ends_early_where_its_files_take_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    slow, well = tmp_path / "slow.jpg", tmp_path / "well.jpg"
    slow.touch()
    well.touch()
    process, pipe = served("misbehaving:work")
    fast = [task("misbehaving:work", well)]
    for batch, answered in ((fast * 2, 2), ([task("misbehaving:work", slow), *fast], 1)):
        pipe.send(Batch(batch))
        assert pipe.poll(PATIENCE)
        assert len(pipe.recv()) == answered
    pipe.close()
    process.join(PATIENCE)
    assert process.exitcode == 0


def test_a_hang_ends_by_itself_where_no_parent_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    path = tmp_path / "hang.jpg"
    path.touch()
    process, pipe = served("misbehaving:work", WorkerLimits(0.1, 512_000_000, DecodingLimits(1, 1)))
    pipe.send(task("misbehaving:work", path))
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGALRM
    pipe.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for disks")
@pytest.mark.parametrize("idle", [False, True])
def test_it_gives_way_where_it_is_told_to(*, idle: bool) -> None:
    ours = psutil.Process()
    process, pipe = served("builtins:dict", replace(LIMITS, idle=idle))
    pipe.send(Task(Path("none"), "builtins:dict", {}))
    assert pipe.poll(PATIENCE)
    worker = psutil.Process(process.pid)
    assert worker.nice() == (max(10, ours.nice()) if idle else ours.nice())
    assert worker.ionice().ioclass == (psutil.IOPRIO_CLASS_IDLE if idle else ours.ionice().ioclass)
    pipe.close()
    process.join(PATIENCE)
