import asyncio
from collections.abc import Coroutine
from pathlib import Path
from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Cause, FileSeen
from pictured.service.inbox import Inbox


def seen(number: int) -> FileSeen:
    return FileSeen(Path(f"/l/{number}.jpg"), Cause.CREATED)


def run(scenario: Coroutine[object, object, None]) -> None:
    async def within_a_deadline() -> None:
        async with asyncio.timeout(10):
            await scenario

    asyncio.run(within_a_deadline())


@given(st.integers(1, 8), st.lists(st.sampled_from(["report", "lose", "take"]), max_size=40))
def test_it_never_grows_beyond_its_room_and_never_loses_silently(room: int, deeds: list[str]) -> None:
    async def scenario() -> None:
        inbox, reported, taken = Inbox(room, asyncio.get_running_loop()), 0, 0
        lost = expected = False
        for deed in [*deeds, "take"]:
            match deed:
                case "report":
                    expected = expected or len(inbox) == room
                    inbox.report(seen(reported))
                    reported += 1
                case "lose":
                    expected = True
                    inbox.lose("because")
                case _:
                    batch, reason = inbox.take()
                    taken += len(batch)
                    assert (reason is not None) == expected
                    lost, expected = lost or expected, False
            assert len(inbox) <= room
        assert len(inbox) == 0
        assert lost or taken == reported

    run(scenario())


def test_what_comes_first_is_taken_first() -> None:
    async def scenario() -> None:
        inbox = Inbox(10, asyncio.get_running_loop())
        for number in range(3):
            inbox.report(seen(number))
        await inbox.arrived()
        assert inbox.take() == ([seen(0), seen(1), seen(2)], None)
        assert inbox.take() == ([], None)

    run(scenario())


def test_too_much_says_how_much_fits() -> None:
    async def scenario() -> None:
        inbox = Inbox(1, asyncio.get_running_loop())
        for number in range(3):
            inbox.report(seen(number))
        assert inbox.take() == ([seen(0)], "more than 1 changes wait to be looked at")

    run(scenario())


def test_a_loss_alone_wakes_the_loop() -> None:
    async def scenario() -> None:
        inbox = Inbox(1, asyncio.get_running_loop())
        inbox.lose("the queue overflowed")
        await inbox.arrived()
        assert inbox.take() == ([], "the queue overflowed")

    run(scenario())


def test_nothing_of_what_threads_report_gets_lost() -> None:
    async def scenario() -> None:
        inbox = Inbox(100_000, asyncio.get_running_loop())
        threads = [
            Thread(target=lambda first=first: [inbox.report(seen(first + n)) for n in range(500)])
            for first in (0, 500, 1000, 1500)
        ]
        for thread in threads:
            thread.start()
        found: list[FileSeen] = []
        while len(found) < 2000:
            await inbox.arrived()
            found += inbox.take()[0]
        assert sorted(each.path.name for each in found) == sorted(f"{n}.jpg" for n in range(2000))
        for thread in threads:
            thread.join()

    run(scenario())


def test_reports_after_the_loop_has_ended_do_no_harm() -> None:
    async def made() -> Inbox:
        return Inbox(10, asyncio.get_running_loop())

    asyncio.run(made()).report(seen(1))
