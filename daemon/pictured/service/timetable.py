"""What is due when, by APScheduler: rescans and reports. The only import of apscheduler.

Times of the day may fall into the hour that a change of the clocks skips or repeats, so every job may be done twice.
A job that was due while pictured did not run is done at start, once, if the schedule says so.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from pictured.config.schedule import At, Every, Schedule
from pictured.store.schedule import Schedule as Ledger

Task = Callable[[], Awaitable[None]]

_SET_BACK = 60.0


class Timetable:
    """The timed jobs of a running daemon."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.start()
        self._arranged: tuple[Schedule, Mapping[str, Task]] | None = None
        self._ahead = time.time() - time.monotonic()

    def look(self, wall: float, steady: float) -> None:
        """Notice that the clock was set, or that the machine slept. `steady` is a clock that never goes back.

        Timers of jobs run by the steady clock: without a look, what is due by the other one would wait on.
        """
        before, self._ahead = self._ahead, wall - steady
        if self._arranged is not None and self._ahead < before - _SET_BACK:
            self.arrange(*self._arranged)
        self._scheduler.wakeup()

    def next_run(self) -> float | None:
        """When the next job is due, in Unix seconds; None where there is none."""
        due = [job.next_run_time.timestamp() for job in self._scheduler.get_jobs()]
        return min(due, default=None)

    def arrange(self, schedule: Schedule, tasks: Mapping[str, Task]) -> None:
        """Replace all jobs: `tasks` names what to do for `rescan` and `report`."""
        self._arranged = schedule, tasks
        self._scheduler.remove_all_jobs()
        for name, moments in (("rescan", schedule.rescan), ("report", schedule.report)):
            for moment in moments:
                trigger = trigger_of(moment)
                overdue = schedule.catch_up and self._overdue(name, trigger)
                first = {"next_run_time": datetime.now(UTC)} if overdue else {}
                self._scheduler.add_job(self._run, trigger, args=(name, tasks[name]), **first)

    def stop(self) -> None:
        """End all timers; a job that runs is not waited for."""
        self._scheduler.shutdown(wait=False)

    async def _run(self, name: str, task: Task) -> None:
        await task()
        self._ledger.ran(name, time.time())

    def _overdue(self, name: str, trigger: BaseTrigger) -> bool:
        last = self._ledger.last_run(name)
        if last is None:
            return False
        before = datetime.fromtimestamp(last, UTC)
        due = trigger.get_next_fire_time(before, before)
        return due is not None and due < datetime.now(UTC)


def trigger_of(moment: Every | At) -> BaseTrigger:
    """The trigger of one configured time."""
    if isinstance(moment, Every):
        return IntervalTrigger(seconds=int(moment.seconds))
    return CronTrigger(day_of_week=moment.day or "*", hour=moment.hour, minute=moment.minute)
