import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import PicturedError, Unreachable
from pictured.events import Event
from pictured.service import waiting as service_waiting
from pictured.service.control import ask
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.waiting import Wait, Waits

LOST = Unreachable("The database photos on server does not answer; see that it runs.")
AGAIN = Unreachable("The database photos on server cannot be reached.")
DEADLINE = 20


def test_it_is_waited_longer_each_time_until_all_went_well_for_a_minute() -> None:
    waits = Waits()
    assert [waits.following(float(now)) for now in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert waits.following(30.0) == 15.0
    assert waits.following(30.0 + 15.0 + 61.0) == 0.5


def waiting(state: Path, log: Log, reach: Callable[[], None], ending: asyncio.Event | None = None) -> Wait:
    return Wait(reach, ending or asyncio.Event(), state, log, Supervisor())


async def refusal(state: Path) -> str:
    """What whoever asks is told while it is waited."""
    with pytest.raises(PicturedError) as told:
        async for _ in ask(state, {"do": "status"}):
            pass
    return str(told.value)


def test_the_wait_is_told_and_is_over_when_the_index_answers(
    tmp_path: Path, log: Log, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_waiting, "_FIRST_SECONDS", 0.02)
    tries = iter([AGAIN, LOST])

    def reach() -> None:
        for error in tries:
            raise error

    async def wait() -> bool:
        async with asyncio.timeout(DEADLINE):
            return await waiting(tmp_path, log, reach).over(LOST)

    assert asyncio.run(wait())
    assert {line["event"] for line in told} == {Event.INDEX_UNREACHABLE}
    assert [line["error"] for line in told] == [str(LOST), str(AGAIN), str(LOST)]
    assert [line["retry_in"] for line in told] == [0.02, 0.04, 0.08]


@pytest.mark.parametrize("tried", [False, True])
def test_whoever_asks_meanwhile_is_told_why_and_a_signal_ends_the_wait(
    tmp_path: Path, log: Log, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, *, tried: bool
) -> None:
    monkeypatch.setattr(service_waiting, "_FIRST_SECONDS", 0.01 if tried else 60.0)
    trying, ended = threading.Event(), threading.Event()

    def reach() -> None:
        trying.set()
        ended.wait(DEADLINE)

    async def meanwhile() -> bool:
        async with asyncio.timeout(DEADLINE):
            wait = asyncio.create_task(waiting(tmp_path, log, reach).over(LOST))
            await asyncio.sleep(0)
            if tried:
                await asyncio.to_thread(trying.wait, DEADLINE)
            assert "photos on server does not answer" in await refusal(tmp_path)
            os.kill(os.getpid(), signal.SIGTERM)
            return await wait

    try:
        assert asyncio.run(meanwhile()) is False
    finally:
        ended.set()
    assert [line["signal"] for line in told if line["event"] == Event.DAEMON_STOPPED] == ["SIGTERM"]


def test_a_daemon_that_was_told_to_end_does_not_wait(tmp_path: Path, log: Log, told: list[dict[str, Any]]) -> None:
    async def wait() -> bool:
        ending = asyncio.Event()
        ending.set()
        async with asyncio.timeout(DEADLINE):
            return await waiting(tmp_path, log, lambda: None, ending).over(LOST)

    assert asyncio.run(wait()) is False
    assert told == []
