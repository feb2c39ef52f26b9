import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from pictured.config.schedule import Schedule as Settings
from pictured.config.schedule import moment
from pictured.service.library import Library
from pictured.service.timetable import Timetable, trigger_of
from pictured.store.schedule import Schedule

DAY = 86400


def fires(text: str, start: datetime, times: int) -> list[datetime]:
    trigger, found = trigger_of(moment(text)), []
    previous = None
    now = start
    for _ in range(times):
        previous = trigger.get_next_fire_time(previous, now)
        assert previous is not None
        found.append(previous)
        now = previous
    return found


def test_a_time_of_the_day_comes_every_day() -> None:
    found = fires("03:30", datetime(2026, 1, 5, tzinfo=UTC), 10)

    assert {(each.hour, each.minute) for each in found} == {(3, 30)}
    assert len({each.date() for each in found}) == 10


def test_a_day_of_the_week_comes_once_a_week() -> None:
    found = fires("sun 03:00", datetime(2026, 1, 5, tzinfo=UTC), 5)

    assert {each.strftime("%a") for each in found} == {"Sun"}
    assert found[-1].date() - found[0].date() == timedelta(weeks=4)


def test_an_interval_is_kept() -> None:
    start = datetime.now(UTC)

    first, second, third = fires("every 90min", start, 3)

    assert second - first == third - second == timedelta(minutes=90)


@pytest.fixture
def run(library: Library) -> Callable[..., dict[str, int]]:
    """Arrange a schedule, wait for the jobs that are expected, and count how often each ran."""

    def run(settings: Settings, *expected: str, again: int = 0) -> dict[str, int]:
        async def main() -> dict[str, int]:
            counts = {"rescan": 0, "report": 0}
            done = asyncio.Event()

            def task(name: str) -> Callable[[], Awaitable[None]]:
                async def work() -> None:
                    counts[name] += 1
                    if all(counts[each] for each in expected):
                        done.set()

                return work

            ledger, begun = Schedule(library.db), time.time() - 60
            timetable = Timetable(ledger)
            for _ in range(again + 1):
                timetable.arrange(settings, {name: task(name) for name in counts})
            if expected:
                async with asyncio.timeout(10):
                    await done.wait()
                    while not all((ledger.last_run(name) or 0) > begun for name in expected):  # noqa: ASYNC110
                        await asyncio.sleep(0)
            timetable.stop()
            return counts

        return asyncio.run(main())

    return run


def test_what_was_due_meanwhile_is_done_once_at_start(run: Callable[..., dict[str, int]], library: Library) -> None:
    Schedule(library.db).ran("rescan", time.time() - 10 * DAY)
    settings = Settings.model_validate({"rescan": "every 6h", "report": "03:00"})

    assert run(settings, "rescan") == {"rescan": 1, "report": 0}
    assert run(settings) == {"rescan": 0, "report": 0}


def test_a_time_of_the_day_is_made_up_for_too(run: Callable[..., dict[str, int]], library: Library) -> None:
    Schedule(library.db).ran("report", time.time() - 2 * DAY)

    assert run(Settings.model_validate({"report": "03:00"}), "report") == {"rescan": 0, "report": 1}


@pytest.mark.parametrize("last", [None, 60, 5 * 3600])
def test_what_was_not_due_is_not_done(run: Callable[..., dict[str, int]], library: Library, last: int | None) -> None:
    if last is not None:
        Schedule(library.db).ran("rescan", time.time() - last)

    assert run(Settings.model_validate({"rescan": "every 6h"})) == {"rescan": 0, "report": 0}


def test_nothing_is_made_up_for_where_that_is_not_wanted(run: Callable[..., dict[str, int]], library: Library) -> None:
    Schedule(library.db).ran("rescan", time.time() - 10 * DAY)

    assert run(Settings.model_validate({"catch_up": False})) == {"rescan": 0, "report": 0}


def test_arranging_again_replaces_all_jobs(library: Library) -> None:
    async def main() -> None:
        async def nothing() -> None:
            return

        timetable = Timetable(Schedule(library.db))
        tasks = {"rescan": nothing, "report": nothing}
        timetable.arrange(Settings.model_validate({"rescan": ["every 1h", "03:00"], "report": "04:00"}), tasks)
        timetable.arrange(Settings.model_validate({"rescan": ["every 2h"]}), tasks)
        assert len(timetable._scheduler.get_jobs()) == 1  # noqa: SLF001  nothing else tells of jobs that do not come
        timetable.stop()

    asyncio.run(main())


def test_a_clock_that_was_set_back_delays_no_job(library: Library) -> None:
    async def main() -> tuple[float | None, ...]:
        timetable = Timetable(Schedule(library.db))
        settings = Settings.model_validate({"rescan": "every 1h", "report": []})

        async def task() -> None: ...

        assert timetable.next_run() is None
        timetable.look(time.time(), time.monotonic())
        timetable.arrange(settings, {"rescan": task, "report": task})
        first = timetable.next_run()
        timetable.look(time.time() + 5.0, time.monotonic())
        second = timetable.next_run()
        timetable.look(time.time() - 600.0, time.monotonic())
        third = timetable.next_run()
        timetable.stop()
        return first, second, third

    first, second, third = asyncio.run(main())

    assert first == second
    assert third is not None
    assert first is not None
    assert third > first
