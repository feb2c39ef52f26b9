import asyncio
from typing import Any

from pictured.events import Event
from pictured.service.logs import Log
from pictured.service.pausing import Pausing

Told = list[dict[str, Any]]
PAUSED, RESUMED = {"event": Event.DAEMON_PAUSED}, {"event": Event.DAEMON_RESUMED}
QUIET = {**PAUSED, "reason": "quiet hours"}


def test_a_rest_that_was_asked_for_lasts_until_it_is_ended_and_is_told_once(log: Log, told: Told) -> None:
    pausing = Pausing(log)
    pausing.pause()
    pausing.pause()
    assert (pausing.resting, pausing.quiet) == (True, False)
    pausing.resume()
    pausing.resume()
    assert not pausing.resting
    assert told == [PAUSED, RESUMED]


def test_quiet_hours_come_and_go(log: Log, told: Told) -> None:
    pausing = Pausing(log)
    for within in (False, True, True, False):
        pausing.look(within=within)
        assert pausing.resting is pausing.quiet is within
    assert told == [QUIET, RESUMED]


def test_whoever_goes_on_in_quiet_hours_is_left_alone_until_the_next(log: Log, told: Told) -> None:
    pausing = Pausing(log)
    pausing.look(within=True)
    pausing.resume()
    pausing.look(within=True)
    assert not pausing.resting
    pausing.look(within=False)
    pausing.look(within=True)
    assert pausing.resting
    assert told == [QUIET, RESUMED, QUIET]


def test_a_rest_that_was_asked_for_outlasts_quiet_hours(log: Log, told: Told) -> None:
    pausing = Pausing(log)
    pausing.pause()
    pausing.look(within=True)
    pausing.look(within=False)
    assert pausing.resting
    assert told == [PAUSED]


def test_readers_wait_until_it_is_over(log: Log) -> None:
    async def main() -> list[str]:
        pausing, order = Pausing(log), []

        async def read() -> None:
            await pausing.over()
            order.append("read")

        pausing.pause()
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        order.append("rested")
        pausing.resume()
        await reading
        return order

    assert asyncio.run(main()) == ["rested", "read"]
