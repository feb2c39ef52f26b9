import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pictured.errors import PicturedError, Unreachable
from pictured.events import Event
from pictured.service.control import ask
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.waiting import Waits, waited

LOST = Unreachable("The database photos on server does not answer; see that it runs.")


def test_it_is_waited_longer_each_time_until_all_went_well_for_a_minute() -> None:
    waits = Waits()
    assert [waits.following(float(now)) for now in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert waits.following(30.0) == 15.0
    assert waits.following(30.0 + 15.0 + 61.0) == 0.5


def test_the_wait_is_told_and_comes_to_its_end(tmp_path: Path, log: Log, told: list[dict[str, Any]]) -> None:
    assert asyncio.run(waited(LOST, Waits(seconds=0.01, ended=1e12), tmp_path, log, Supervisor()))
    (line,) = told
    assert (line["event"], line["error"], line["retry_in"]) == (Event.INDEX_UNREACHABLE, str(LOST), 0.02)


def test_whoever_asks_meanwhile_is_told_why_and_a_signal_ends_the_wait(tmp_path: Path, log: Log) -> None:
    async def meanwhile() -> bool:
        waiting = asyncio.create_task(waited(LOST, Waits(seconds=10.0, ended=1e12), tmp_path, log, Supervisor()))
        await asyncio.sleep(0)
        with pytest.raises(PicturedError, match="photos on server does not answer"):
            async for _ in ask(tmp_path, {"do": "status"}):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            return await waiting

    assert asyncio.run(meanwhile()) is False
