"""From what is seen to what has settled: the daemon's side of watching, up to the queue that the line reads from."""

import asyncio
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from pictured.disk.anchoring import stamp_inside
from pictured.disk.reading import stamp_from
from pictured.errors import FileError, Refused
from pictured.events import Event
from pictured.flow import Cause, Failure, FileSeen, Gone, Settled
from pictured.service.inbox import Inbox
from pictured.service.logs import Log
from pictured.service.pipeline import Line
from pictured.service.roots import Root, Roots
from pictured.watching.ignoring import may_be_picture
from pictured.watching.settling import Settling

_READY = 2000
_BURST = 0.02

Came = Callable[[Root, Path], None]
"""What is done about a folder that was created or moved in: it has to be scanned."""


class Ready(asyncio.Queue[Settled]):
    """What has settled and waits for the line."""

    def _init(self, maxsize: int) -> None:  # noqa: ARG002  one of the methods that the standard queue lets be overridden
        self._queue: deque[Settled] = deque()

    @property
    def paths(self) -> Iterator[Path]:
        """The files, in their order."""
        return (settled.path for settled in self._queue)


class Intake:
    """Holds every file from its first event until it is settled. `ready` is what the line reads from."""

    def __init__(self, inbox: Inbox, quiet: float, line: Line, log: Log) -> None:
        self.ready = Ready(_READY)
        self.settling = Settling(quiet)
        self._inbox = inbox
        self._line = line
        self._log = log
        self._due = asyncio.Event()

    @property
    def pending(self) -> int:
        """How many files are seen and not taken by the line yet."""
        return len(self._inbox) + self.settling.pending + self.ready.qsize()

    def paths(self) -> Iterator[Path]:
        """The files that are seen, and not taken by the line yet."""
        return chain(self.settling.paths, self.ready.paths)

    async def listen(self, roots: Roots, came: Came, lost: Callable[[], None]) -> None:
        """Take what the watching threads report; `lost` is called where they could not report all. Does not end."""
        while True:
            await self._inbox.arrived()
            seen, reason = self._inbox.take()
            for each in seen:
                self.note(each, roots, came)
            if reason is not None:
                self._log.warning(Event.EVENTS_LOST, reason=reason)
                lost()
            # Events of one write come in bursts; a short pause takes them together.
            await asyncio.sleep(_BURST)

    def note(self, seen: FileSeen, roots: Roots, came: Came) -> None:
        """Begin the wait of a path that changed, or the scan of a folder that did."""
        folder = self._line.orders.folder_of(seen.path)
        root = roots.by_path.get(folder.path) if folder else None
        if root is None or roots.is_ignored(seen.path, root):
            return
        if seen.cause is Cause.RETRIED and not root.online:
            # The scan when it is back takes what failed; something else may have this name meanwhile.
            return
        root.event_at = time.time()
        self._due.set()
        try:
            found = seen.path.lstat()
        except OSError:
            self.settling.seen(seen.path, Cause.DELETED, None, time.monotonic())
            return
        if stat.S_ISDIR(found.st_mode):
            # What was refused under this name was no folder.
            self._line.library.catalogue.miss(seen.path, time.time())
            if seen.cause is not Cause.DELETED and seen.path != root.path:
                came(root, seen.path)
        elif may_be_picture(seen.path.name) and not (stat.S_ISLNK(found.st_mode) and seen.path.exists()):
            cause = Cause.CREATED if seen.cause is Cause.DELETED else seen.cause
            self.settling.seen(seen.path, cause, stamp_from(found), time.monotonic())

    async def found(self, seen: FileSeen) -> None:
        """Take what a scan found: at once where it has been quiet for long, or is indexed and only not handled."""
        if seen.cause is Cause.RETRIED and seen.stamp is not None:
            settled: Settled | None = Settled(seen.path, seen.stamp)
        else:
            settled = self.settling.seen(seen.path, seen.cause, seen.stamp, time.monotonic(), wall=time.time())
        if settled is not None:
            await self.ready.put(settled)
        else:
            self._due.set()

    async def settle(self) -> None:
        """Look at every path when its quiet time is over. Does not end."""
        while True:
            due = self.settling.next_due()
            wait = None if due is None else max(0.0, due - time.monotonic())
            with suppress(TimeoutError):
                # Not `wait_for`: before Python 3.12 it may pass over being cancelled, and whoever cancelled waits on.
                async with asyncio.timeout(wait):
                    await self._due.wait()
            self._due.clear()
            for path in self.settling.due(time.monotonic()):
                await self._judge(path)

    async def _judge(self, path: Path) -> None:
        try:
            stamp = stamp_inside(path)
        except Refused as error:
            self.settling.forget(path)
            self._refuse(path, error)
            return
        except FileError:
            stamp = None
        judged = self.settling.judge(path, stamp, time.monotonic())
        if isinstance(judged, Settled):
            await self.ready.put(judged)
        elif isinstance(judged, Gone):
            self._line.gone(path)

    def _refuse(self, path: Path, error: FileError) -> None:
        catalogue = self._line.library.catalogue
        if not path.is_dir():
            failure = Failure(path, "refused", str(error), retry=False)
            if path.name not in catalogue.unstamped(path.parent):
                self._log.warning(Event.FILE_FAILED, path=path, kind=failure.kind, error=failure.reason)
            catalogue.fail(path, None, failure, tries=1, retry_at=None)
