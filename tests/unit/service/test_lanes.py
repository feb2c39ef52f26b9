import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import Unanswered, Unreadable
from pictured.service.lanes import Heard, Lanes, begun

HERE = Path("/drive/best")


@pytest.fixture
def answer() -> threading.Event:
    """What a hanging call waits for."""
    return threading.Event()


def ran(scenario: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401  whatever the scenario gives
    async def bounded() -> object:
        async with asyncio.timeout(20):
            return await scenario()

    return asyncio.run(bounded())


def test_what_is_done_comes_back_and_so_does_what_goes_wrong() -> None:
    def fail() -> None:
        raise Unreadable("no disk")

    async def scenario() -> list[object]:
        lane = Lanes().of(HERE)
        with pytest.raises(Unreadable, match="no disk"):
            await lane.do(fail)
        return [await lane.do(lambda: 7), lane.silent]

    assert ran(scenario) == [7, None]


def test_what_hangs_is_given_up_after_a_while_and_nothing_more_is_sent_there(answer: threading.Event) -> None:
    heard: list[Heard] = []
    late: list[object] = []
    called: list[int] = []

    async def scenario() -> None:
        lanes, back = Lanes(patience=0.05), asyncio.Event()

        def tell(each: Heard) -> None:
            heard.append(each)
            if not each.silent:
                back.set()

        lanes.tell = tell
        lane = lanes.of(HERE)
        with pytest.raises(Unanswered, match="/drive/best does not answer"):
            await lane.do(answer.wait, late=lambda call: late.append(call.result()))
        with pytest.raises(Unanswered):
            await lane.do(lambda: called.append(1))
        assert list(lanes.silent()) == [HERE]
        assert await lanes.of(Path("/other")).do(lambda: "at once") == "at once"
        answer.set()
        await back.wait()
        await lane.do(lambda: called.append(2))

    ran(scenario)

    assert called == [2]
    assert late == [True]
    assert [(each.folder, each.silent) for each in heard] == [(HERE, True), (HERE, False)]


def test_what_comes_late_and_wrong_disturbs_nobody(answer: threading.Event) -> None:
    def fail() -> None:
        answer.wait()
        raise Unreadable("no disk")

    async def scenario() -> object:
        lanes, back = Lanes(patience=0.01), asyncio.Event()
        lanes.tell = lambda heard: None if heard.silent else back.set()
        lane = lanes.of(HERE)
        with pytest.raises(Unanswered):
            await lane.do(fail)
        answer.set()
        await back.wait()
        return await lane.do(lambda: "again")

    assert ran(scenario) == "again"


def test_what_a_cancelled_caller_began_is_not_lost(answer: threading.Event) -> None:
    async def scenario() -> bool:
        came = asyncio.get_running_loop().create_future()
        lane = Lanes().of(HERE)
        caller = asyncio.create_task(lane.do(answer.wait, late=lambda call: came.set_result(call.result())))
        await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait({caller})
        answer.set()
        return bool(await came)

    assert ran(scenario) is True


def test_many_bytes_get_more_time(answer: threading.Event) -> None:
    async def scenario() -> bool:
        lane = Lanes(patience=0.0).of(HERE)
        asyncio.get_running_loop().call_later(0.05, answer.set)
        return await lane.do(answer.wait, size=40_000_000)

    assert ran(scenario) is True


def test_one_at_a_time_holds_a_lane_and_those_that_wait_for_it_let_others_pass(answer: threading.Event) -> None:
    order: list[str] = []

    async def scenario() -> None:
        lanes = Lanes(patience=30.0)

        async def take(name: str) -> None:
            async with lanes.of(HERE).held():
                await lanes.of(HERE).do(answer.wait)
                order.append(name)

        first, second = asyncio.create_task(take("first")), asyncio.create_task(take("second"))
        await asyncio.gather(lanes.past(first), lanes.past(second))
        order.append("passed")
        answer.set()
        await asyncio.gather(first, second)
        await lanes.past(first)

    ran(scenario)

    assert order == ["passed", "first", "second"]


def test_nobody_waits_for_what_hangs_when_the_program_ends(answer: threading.Event) -> None:
    async def scenario() -> None:
        begun(answer.wait)

    began = time.monotonic()
    asyncio.run(scenario())

    assert time.monotonic() - began < 5
    answer.set()


def test_a_destination_that_is_not_there_answers_too(tmp_path: Path) -> None:
    assert ran(lambda: Lanes().of(tmp_path / "gone").ready()) is None


def test_whoever_holds_a_lane_has_the_turn_among_machines_too() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def turn(folder: Path) -> AsyncGenerator[None]:
        told.append(f"turn at {folder}")
        yield
        told.append("turn over")

    async def scenario() -> None:
        lanes = Lanes()
        lanes.turn = turn
        async with lanes.of(HERE).held():
            told.append("held")

    ran(scenario)
    assert told == [f"turn at {HERE}", "held", "turn over"]


def test_what_is_under_way_is_waited_for_at_the_end(answer: threading.Event) -> None:
    done: list[bool] = []

    async def scenario() -> None:
        lanes = Lanes()
        await lanes.emptied()
        call = asyncio.create_task(lanes.of(HERE).do(lambda: done.append(answer.wait(10))))
        await asyncio.sleep(0)
        call.cancel()
        asyncio.get_running_loop().call_later(0.05, answer.set)
        await lanes.emptied()
        assert done == [True]

    ran(scenario)
