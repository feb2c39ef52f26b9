import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Crashed, FileError, Refused, TooLarge
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.looks import PARTS, Depth
from pictured.service.workers import WorkerLimits, Workers

DECODING = DecodingLimits(pixels=10**8, memory=256_000_000)
LIMITS = WorkerLimits(seconds=30, memory=512_000_000, decoding=DECODING)
HASTY = WorkerLimits(seconds=0.3, memory=512_000_000, decoding=DECODING)
DEADLINE = 30
CONTEXT: Literal["forkserver", "spawn"] = "forkserver" if sys.platform == "linux" else "spawn"


@pytest.fixture(autouse=True)
def _reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def misbehaving(count: int = 1, limits: WorkerLimits = LIMITS) -> Workers:
    return Workers(count, limits, CONTEXT, work="misbehaving:work")


def run(scenario: Callable[[Workers], Awaitable[None]], workers: Callable[[], Workers] = misbehaving) -> None:
    async def closed_afterwards() -> None:
        pool = workers()
        try:
            async with asyncio.timeout(DEADLINE):
                await scenario(pool)
        finally:
            await pool.close()

    asyncio.run(closed_afterwards())


def ask(pool: Workers, path: Path) -> Coroutine[object, object, Fingerprint]:
    path.touch()
    return pool.fingerprint(path, stamp_of(path))


async def process_of(pool: Workers, folder: Path) -> int:
    told = (await ask(pool, folder / "well.jpg")).camera
    assert told is not None
    return int(told.split()[0])


def gone(process: int) -> bool:
    """Dead counts as gone, even where nobody has collected it yet."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return told.stdout.strip()[:1] in ("", "Z")


async def until(condition: Callable[[], bool]) -> None:
    """Look again at every turn of the loop; the deadline is that of the scenario."""
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.to_thread(os.sched_yield)


@pytest.mark.parametrize("context", ["forkserver", "spawn", "fork"])
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_picture_is_read_in_another_process(tmp_path: Path, context: Literal["forkserver", "spawn", "fork"]) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.eye(80, dtype=np.uint8) * 255).save(path)

    async def scenario(pool: Workers) -> None:
        found = await pool.fingerprint(path, stamp_of(path))
        assert (found.width, found.height, len(found.crops)) == (80, 80, 32 * len(PARTS[Depth.NORMAL]))
        probe = await pool.probe(path, stamp_of(path))
        assert (probe.digest, probe.size, probe.marr) == (found.digest, (80, 80), None)

    run(scenario, lambda: Workers(1, LIMITS, context))


def test_an_idle_worker_is_ended_after_a_while_and_another_takes_the_next_file(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        first = await process_of(pool, tmp_path)
        await until(lambda: gone(first))
        assert await process_of(pool, tmp_path) != first

    run(scenario, lambda: Workers(1, LIMITS, CONTEXT, work="misbehaving:work", rest=0.2))


def test_of_a_known_file_a_worker_gives_the_digest_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.eye(80, dtype=np.uint8) * 255).save(path)

    async def scenario(pool: Workers) -> None:
        found = await pool.recognised(path, stamp_of(path), ())
        assert isinstance(found, Fingerprint)
        assert await pool.recognised(path, stamp_of(path), (bytes(32), found.digest)) == found.digest

    run(scenario, lambda: Workers(1, LIMITS, CONTEXT))


def test_what_is_kept_of_a_picture_is_what_the_workers_were_told(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        assert (await ask(pool, tmp_path / "well.jpg")).mode == "asking=False depth=deep marr=True"
        stamp = stamp_of(tmp_path / "well.jpg")
        asking = await pool.fingerprint(tmp_path / "well.jpg", stamp, asking=True)
        assert asking.mode == "asking=True depth=deep marr=True"

    run(scenario, lambda: Workers(1, LIMITS, CONTEXT, work="misbehaving:work", depth=Depth.DEEP, marr=True))


def test_a_query_is_looked_at_for_what_the_index_keeps(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.eye(80, dtype=np.uint8) * 255).save(path)

    async def scenario(pool: Workers) -> None:
        probe = await pool.probe(path, stamp_of(path))
        assert probe.marr == (await pool.fingerprint(path, stamp_of(path))).marr
        assert probe.marr is not None

    run(scenario, lambda: Workers(1, LIMITS, CONTEXT, marr=True))


def test_a_worker_is_confined(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        told = (await ask(pool, tmp_path / "chatter.jpg")).camera
        assert told is not None
        assert told.split(maxsplit=1)[1] == "core=0 sigint=ignored blas=1"

    before = dict(os.environ)
    run(scenario)
    assert dict(os.environ) == before


def test_the_chatter_of_decoders_reaches_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def scenario(pool: Workers) -> None:
        await ask(pool, tmp_path / "chatter.jpg")

    run(scenario)
    assert capfd.readouterr() == ("", "")


def test_an_error_of_the_file_leaves_the_worker_alone(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        before = await process_of(pool, tmp_path)
        with pytest.raises(Refused, match=r"^refused\.jpg is refused\.$"):
            await ask(pool, tmp_path / "refused.jpg")
        assert await process_of(pool, tmp_path) == before

    run(scenario)


@pytest.mark.parametrize(("name", "reason"), [
    ("segfault", r"segfault\.jpg .* worker was killed by SIGSEGV"),
    ("exit", r"exit\.jpg .* worker ended with exit status 3"),
])  # fmt: skip
def test_a_dead_worker_costs_one_file(tmp_path: Path, name: str, reason: str) -> None:
    async def scenario(pool: Workers) -> None:
        before = await process_of(pool, tmp_path)
        with pytest.raises(Crashed, match=reason):
            await ask(pool, tmp_path / f"{name}.jpg")
        assert await process_of(pool, tmp_path) != before

    run(scenario)


async def ask_all(pool: Workers, folder: Path, *names: str) -> list[Fingerprint | bytes | FileError]:
    paths = [folder / f"{name}.jpg" for name in names]
    for path in paths:
        path.touch()
    return await pool.recognised_all([(path, stamp_of(path), ()) for path in paths])


def test_files_that_are_read_together_are_answered_in_their_order(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        before = await process_of(pool, tmp_path)
        well, refused, again = await ask_all(pool, tmp_path, "well", "refused", "again")
        assert isinstance(well, Fingerprint)
        assert str(refused) == "refused.jpg is refused."
        assert isinstance(again, Fingerprint)
        assert again.camera == well.camera
        assert await process_of(pool, tmp_path) == before
        assert await pool.recognised_all([]) == []

    run(scenario)


@pytest.mark.parametrize(("bad", "reason"), [
    ("segfault", "was killed by SIGSEGV"), ("hang", "took longer than 0.3 s"), ("exit", "ended with exit status 3")
])  # fmt: skip
def test_a_file_that_breaks_its_worker_costs_none_that_are_read_together_with_it(
    tmp_path: Path, bad: str, reason: str
) -> None:
    async def scenario(pool: Workers) -> None:
        first, broken, last = await ask_all(pool, tmp_path, "first", bad, "last")
        assert isinstance(first, Fingerprint)
        assert isinstance(last, Fingerprint)
        assert isinstance(broken, Crashed)
        assert reason in str(broken)

    run(scenario, lambda: misbehaving(limits=HASTY))


def test_slow_files_have_all_their_time_even_together(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        slow = await ask_all(pool, tmp_path, *("slow",) * 4)
        assert all(isinstance(each, Fingerprint) for each in slow)

    run(scenario, lambda: misbehaving(limits=HASTY))


def test_others_have_their_turn_between_slow_files_that_are_read_together(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        together = asyncio.ensure_future(ask_all(pool, tmp_path, *("slow",) * 6))
        await asyncio.gather(ask(pool, tmp_path / "well.jpg"))
        assert not together.done()
        assert len(await together) == 6

    run(scenario)


def test_a_hanging_worker_is_killed_and_replaced(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        await process_of(pool, tmp_path)
        with pytest.raises(Crashed, match=r"hang\.jpg took longer than 0\.3 s"):
            await ask(pool, tmp_path / "hang.jpg")
        hung = int((tmp_path / "hang.pid").read_text())
        assert await process_of(pool, tmp_path) != hung
        await until(lambda: gone(hung))

    run(scenario, lambda: misbehaving(limits=HASTY))


def test_a_fault_of_ours_is_named(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        with pytest.raises(Crashed, match=r"KeyError: 'fault\.jpg'"):
            await ask(pool, tmp_path / "fault.jpg")

    run(scenario)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not enforce RLIMIT_AS")
def test_a_file_that_needs_too_much_memory_is_too_large(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        before = await process_of(pool, tmp_path)
        with pytest.raises(TooLarge, match=r"memory\.jpg needs more memory than limits\.memory"):
            await ask(pool, tmp_path / "memory.jpg")
        assert await process_of(pool, tmp_path) == before

    run(scenario)


def test_an_idle_worker_that_was_killed_is_replaced_unnoticed(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        before = await process_of(pool, tmp_path)
        os.kill(before, signal.SIGKILL)
        await until(lambda: gone(before))
        assert await process_of(pool, tmp_path) != before

    run(scenario)


def test_a_worker_is_replaced_after_its_share_of_files(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        processes = [await process_of(pool, tmp_path) for _ in range(5)]
        assert processes[0] == processes[1] != processes[2] == processes[3] != processes[4]
        await until(lambda: gone(processes[0]))
        await ask_all(pool, tmp_path, "one", "two", "three")
        assert await process_of(pool, tmp_path) not in processes

    run(scenario, lambda: misbehaving(limits=WorkerLimits(30, 512_000_000, DECODING, tasks=2)))


def test_callers_wait_their_turn_in_order(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        order: list[int] = []

        async def one(number: int) -> None:
            await ask(pool, tmp_path / f"{number}.jpg")
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(20)))
        assert order == list(range(20))

    run(scenario)


def test_no_more_processes_than_asked_for(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        pool.start()
        answers = await asyncio.gather(*(ask(pool, tmp_path / f"{number}.jpg") for number in range(40)))
        assert len({answer.camera for answer in answers}) <= 2

    run(scenario, lambda: misbehaving(2))


def test_a_cancelled_caller_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        hanging = asyncio.ensure_future(ask(pool, tmp_path / "hang.jpg"))
        waiting = asyncio.ensure_future(ask(pool, tmp_path / "well.jpg"))
        await until((tmp_path / "hang.pid").exists)
        waiting.cancel()
        hanging.cancel()
        assert [type(each) for each in await asyncio.gather(hanging, waiting, return_exceptions=True)] == [
            asyncio.CancelledError
        ] * 2
        assert await process_of(pool, tmp_path) > 0

    run(scenario)


def test_a_caller_cancelled_while_its_worker_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario(pool: Workers) -> None:
        starting = asyncio.ensure_future(ask(pool, tmp_path / "well.jpg"))
        await asyncio.wait([starting], timeout=0)
        starting.cancel()
        assert isinstance((await asyncio.gather(starting, return_exceptions=True))[0], asyncio.CancelledError)
        assert await process_of(pool, tmp_path) > 0

    run(scenario)


def test_nothing_goes_on_in_a_pool_that_is_closed_as_soon_as_it_was_begun() -> None:
    async def main() -> None:
        pool = misbehaving(2)
        pool.start()
        await pool.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_close_ends_busy_and_idle_workers_within_a_second(tmp_path: Path) -> None:
    async def scenario() -> None:
        pool = misbehaving(2)
        hanging = asyncio.ensure_future(ask(pool, tmp_path / "hang.jpg"))
        await until((tmp_path / "hang.pid").exists)
        idle = await process_of(pool, tmp_path)
        begun = time.monotonic()
        await pool.close()
        assert time.monotonic() - begun < 1
        assert isinstance((await asyncio.gather(hanging, return_exceptions=True))[0], asyncio.CancelledError)
        hung = int((tmp_path / "hang.pid").read_text())
        await until(lambda: gone(hung) and gone(idle))
        await pool.close()

    asyncio.run(scenario())


@pytest.fixture(params=[CONTEXT, "fork"])
def orphaning(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A parent that tells the processes of its two idle workers and then waits."""
    program = f"""
import asyncio, sys
sys.path[:] = {sys.path!r}
from pathlib import Path
from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.looks import PARTS, Depth
from pictured.service.workers import WorkerLimits, Workers
async def main():
    path = Path({str(tmp_path / "well.jpg")!r})
    path.touch()
    limits = WorkerLimits(30, 512_000_000, DecodingLimits(1, 1))
    pool = Workers(2, limits, {request.param!r}, work="misbehaving:work")
    both = await asyncio.gather(*(pool.fingerprint(path, stamp_of(path)) for _ in range(2)))
    print(*(one.camera.split()[0] for one in both), flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        yield parent
        parent.kill()


def test_a_killed_parent_leaves_no_orphan(orphaning: subprocess.Popen[str]) -> None:
    assert orphaning.stdout is not None
    workers = [int(number) for number in orphaning.stdout.readline().split()]
    assert len(workers) == 2
    orphaning.kill()
    orphaning.wait()
    asyncio.run(until(lambda: all(gone(worker) for worker in workers)))
