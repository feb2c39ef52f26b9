"""The daemon: one loop that owns the index and every decision. Threads and processes only bring it values.

watching threads -> inbox -> intake (settling) -> ready -> the line (one reader per worker) -> the log
scans ------------------------^                   timers bring back what has to be tried again
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pictured import __version__
from pictured.config.model import Config
from pictured.config.quiet import quiet_at
from pictured.errors import ConfigError
from pictured.events import Event
from pictured.flow import Cause, FileSeen
from pictured.service import pruning
from pictured.service.doing import run
from pictured.service.encoding import decoded
from pictured.service.exposing import monitoring
from pictured.service.health import Vitals, ailment, longest_turn
from pictured.service.hearing import hearing
from pictured.service.heeding import failed_among, heed, heeding
from pictured.service.inbox import Inbox
from pictured.service.intake import Intake
from pictured.service.lanes import Heard
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.metrics import Counted
from pictured.service.notifying import Supervisor
from pictured.service.orders import orders_of, sweep
from pictured.service.pausing import Pausing
from pictured.service.pipeline import Line, Retry
from pictured.service.recovering import recovered
from pictured.service.rendering import sweep_drafts
from pictured.service.reports import Line as Told
from pictured.service.reports import Reviewed, Undone, line_of
from pictured.service.resting import answering, known
from pictured.service.roots import Root, Roots
from pictured.service.ticking import tick
from pictured.service.timetable import Timetable
from pictured.service.workers import Workers
from pictured.store.schedule import Schedule as Ledger
from pictured.watching.observing import Observing

_CHECK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a daemon gets its orders from: the configuration file, and how it is read."""

    config: Path
    read: Callable[[], Config]


class Daemon:
    """A running daemon. `run` ends when `stop` was called and the steps that were begun are done."""

    def __init__(
        self,
        config: Config,
        place: Place,
        library: Library,
        workers: Workers,
        log: Log,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._config = config
        self._place = place
        self._library = library
        self._workers = workers
        log = self._log = Counted(log)
        self._supervisor = supervisor or Supervisor()
        inbox = Inbox(config.limits.queue, asyncio.get_running_loop())
        self._observing = Observing(inbox.report, inbox.lose)
        library.lanes.tell = self._heard
        self._line = Line(library, workers, log, orders_of(config))
        self._intake = Intake(inbox, config.settle, self._line, log)
        self._roots = Roots(library, self._observing, log, self._intake.found)
        self._timetable = Timetable(Ledger(library.db))
        self._retrying: dict[Path, asyncio.TimerHandle] = {}
        self._taking: set[asyncio.Task[Retry | None]] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._group = asyncio.TaskGroup()
        self._starting = True
        self._stopping = asyncio.Event()
        self._pausing = Pausing(log)
        self._began = time.monotonic()
        self._deaf: float | None = None
        self._advanced = self._began
        self.begun = asyncio.Event()

    @property
    def pending(self) -> int:
        """Files seen and not yet finished, and scans that may find more."""
        return (
            self._starting + self._intake.pending + len(self._taking) + len(self._line.held_up) + self._roots.scanning
        )

    async def run(self) -> None:
        """Watch and work until `stop`."""
        await recovered(self._library, self._log)
        sweep_drafts(self._library)
        sweep(self._library, self._line.orders)
        await self._roots.arrange(self._line.orders.folders)
        fresh = await self._roots.check()
        self._log.info(
            Event.DAEMON_STARTED,
            version=__version__,
            pid=os.getpid(),
            config=self._place.config,
            folders=len(self._roots.by_path),
            workers=self._workers.count,
        )
        for each in self._library.catalogue.failures(None):
            if each.retry_at is not None:
                self._retry(Retry(each.failure.path, max(0.0, each.retry_at - time.time())))
        self._timetable.arrange(self._config.schedule, {"rescan": self._rescan, "report": self._report})
        self._heed_hours()
        lasting: list[Coroutine[Any, Any, None]] = [
            self._intake.listen(self._roots, self._came, self._lost),
            self._intake.settle(),
            self._look_after(),
            heeding(self._line, self._workers, self._retry),
            *hearing(self._config, self._library, lambda: self._line.orders, self._retry),
            *monitoring(lambda: self._config.logging, self.status, self._log),
            self._library.searchable.tend(lambda error: self._log.warning(Event.SEARCH_UNSAVED, error=str(error))),
        ]
        lasting += [self._read() for _ in range(self._workers.count)]
        try:
            async with self._group:
                for task in lasting:
                    self._start(task)
                for root in fresh:
                    self._start(self._roots.scan(root, "start"))
                await asyncio.sleep(0)
                self._starting = False
                self.begun.set()
                await self._stopping.wait()
                for running in list(self._running):
                    running.cancel()
                if self._taking:
                    await asyncio.wait(self._taking)
        finally:
            for timer in self._retrying.values():
                timer.cancel()
            self._timetable.stop()
            await asyncio.to_thread(self._observing.stop)

    def stop(self, signal: str) -> None:
        """End after the steps that are under way. What is left is found again at the next start."""
        if not self._stopping.is_set():
            seconds = round(time.monotonic() - self._began, 1)
            self._log.info(Event.DAEMON_STOPPED, signal=signal, seconds=seconds, pending=self.pending)
            self._supervisor.stopping()
            self._stopping.set()

    async def reload(self) -> None:
        """Put a changed configuration in force.

        Raises:
            ConfigError: it has faults; the old one stays in force.
        """
        with self._supervisor.reloading():
            try:
                config = await asyncio.to_thread(self._place.read)
            except ConfigError as error:
                self._log.error(Event.CONFIG_REFUSED, config=self._place.config, error=str(error))
                raise
            await self._obey(config)

    async def _obey(self, config: Config) -> None:
        self._config = config
        self._line.orders = orders_of(config)
        self._intake.settling.quiet = config.settle
        sweep(self._library, self._line.orders)
        self._heed_hours()
        await self._roots.arrange(self._line.orders.folders)
        self._timetable.arrange(config.schedule, {"rescan": self._rescan, "report": self._report})
        self._log.info(Event.CONFIG_RELOADED, config=self._place.config)
        self._start(self._rescan())

    async def answer(self, request: Mapping[str, Any]) -> AsyncGenerator[Told]:
        """Answer a request that came over the socket."""
        match request.get("do"):
            case "status":
                yield self.status()
            case "reload":
                await self.reload()
                yield {"reloaded": str(self._place.config)}
            case "pause" | "resume" as wish:
                if wish == "pause":
                    self._pausing.pause()
                else:
                    self._pausing.resume()
                yield {"paused": self._pausing.resting}
            case "rescan":
                for path in request.get("accept") or ():
                    await self._roots.accept(Path(path))
                self._start(self._check("asked for", every=True))
                yield {"rescanning": [str(path) for path in self._roots.by_path]}
            case "retry":
                for path in (again := failed_among(self._library, request.get("paths"))):
                    self._retry(Retry(path, 0.0))
                yield {"retrying": [str(path) for path in again]}
            case _:
                await self._library.searchable.prepared()
                async with aclosing(run(decoded(request), self._library, self._workers, self._line.desk)) as reports:
                    async for report in reports:
                        if isinstance(report, Undone) and report.undone:
                            self._log.info(Event.COPY_UNDONE, target=report.target, id=report.id)
                        elif isinstance(report, pruning.Pruned):
                            pruning.tell(report, self._log)
                        elif isinstance(report, Reviewed):
                            heed(report, self._line, self._retry)
                        yield line_of(report)

    def status(self) -> dict[str, Any]:
        """What `status --json` shows of a running daemon."""
        rendering = self._line.rendering
        return {
            "running": True,
            "pid": os.getpid(),
            "version": __version__,
            "paused": self._pausing.resting,
            "quiet": self._pausing.quiet,
            "config": str(self._place.config),
            "uptime": round(time.monotonic() - self._began, 1),
            "pending": self.pending,
            "roots": [root.status(self._backlog(root)) for root in self._roots.by_path.values()],
            "destinations": answering(self._config, self._library),
            **known(self._library.db),
            "rendering": None if rendering is None else {"rule": rendering[0], "path": str(rendering[1])},
        }

    def ailment(self) -> str | None:
        """Say what only a new start can mend; None while the daemon is well."""
        now = time.monotonic()
        if self._observing.lives():
            self._deaf = None
        elif self._deaf is None:
            self._deaf = now
        vitals = Vitals(now, self._deaf, self._advanced if self._taking else None)
        return ailment(vitals, longest_turn(self._config.limits, len(self._line.orders.rules)))

    def summary(self) -> str:
        """Say in one line what the daemon does."""
        roots = self._roots.by_path.values()
        polled, offline = (sum(root.mode == mode for root in roots) for mode in ("poll", "offline"))
        rests = "resting; " if self._pausing.resting else ""
        return f"{rests}{self.pending} files wait; {len(roots)} folders, {polled} polled, {offline} offline"

    def _backlog(self, root: Root) -> int:
        waiting = chain(self._intake.paths(), self._line.unfinished)
        return sum(path.is_relative_to(root.path) for path in waiting)

    def _heard(self, heard: Heard) -> None:
        told = {"path": heard.folder, "seconds": round(heard.seconds, 1)}
        if heard.silent:
            self._log.warning(Event.DESTINATION_SILENT, **told)
            return
        self._log.info(Event.DESTINATION_ANSWERED, **told)
        for path in self._line.held_up:
            self._retry(Retry(path, 0.0))

    def _came(self, root: Root, folder: Path) -> None:
        root.came.add(folder)
        self._start(self._roots.scan(root, "a folder came", folder))

    def _lost(self) -> None:
        self._start(self._check("changes were lost", every=True))

    async def _read(self) -> None:
        """Send settled files down the line, one after another; there is one such task per worker."""
        while True:
            settled = await self._intake.ready.get()
            await self._pausing.over()
            await self._library.searchable.prepared()
            if not self._taking:
                self._advanced = time.monotonic()
            taking = self._group.create_task(self._line.take(settled))
            self._taking.add(taking)
            taking.add_done_callback(self._taken)
            # What is under way when the daemon ends is brought to its end.
            await self._library.lanes.past(taking)

    def _taken(self, taking: asyncio.Task[Retry | None]) -> None:
        self._taking.discard(taking)
        self._roots.heed(self.pending)
        self._advanced = time.monotonic()
        if not taking.cancelled() and taking.exception() is None and (retry := taking.result()) is not None:
            self._retry(retry)

    def _retry(self, retry: Retry) -> None:
        def again() -> None:
            self._retrying.pop(retry.path, None)
            self._intake.note(FileSeen(retry.path, Cause.RETRIED), self._roots, self._came)

        known = self._retrying.pop(retry.path, None)
        if known is not None:
            known.cancel()
        self._retrying[retry.path] = asyncio.get_running_loop().call_later(retry.seconds, again)

    async def _look_after(self) -> None:
        """See to folders that went, came back or are polled."""
        while True:
            await tick(min([_CHECK_SECONDS, *(root.interval for root in self._roots.by_path.values())]))
            self._heed_hours()
            self._timetable.look(time.time(), time.monotonic())
            await self._check("the folder came back")
            for root in self._polled():
                if time.time() - (root.scanned_at or 0) >= root.settings.poll_interval and not root.due:
                    self._start(self._roots.scan(root, "polled"))

    def _heed_hours(self) -> None:
        now = time.localtime()
        self._pausing.look(within=quiet_at(now.tm_hour * 60 + now.tm_min, self._config.schedule.quiet_hours))

    def _polled(self) -> list[Root]:
        return [root for root in self._roots.by_path.values() if root.mode == "poll"]

    async def _check(self, reason: str, *, every: bool = False) -> None:
        changed = await self._roots.check()
        for root in list(self._roots.by_path.values()):
            if not root.online:
                self._intake.settling.forget_below(root.path)
            elif every or root in changed:
                self._start(self._roots.scan(root, reason))

    async def _rescan(self) -> None:
        await self._check("scheduled", every=True)
        pruning.tell(await pruning.prune(self._library, self._config.limits.forget), self._log)

    async def _report(self) -> None:
        counts, placed = self._library.catalogue.count(), self._library.journal.count()
        offline = [str(root.path) for root in self._roots.by_path.values() if not root.online]
        told = {"pictures": counts.pictures, "placed": placed, "failed": counts.failed, "offline": offline}
        self._log.info(Event.REPORT_MADE, **told)

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
