"""When a file may be read: after it has looked the same for long enough. Pure; clock and stamps come in.

An event only starts or prolongs the wait. What counts is that two looks at the file, at least the quiet time apart,
found equal stamps and that no event came in between: a closed file may be opened again by its writer, and many ways
to put a file somewhere are reported by no "closed" at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from itertools import count
from pathlib import Path

from pictured.flow import Cause, Gone, Settled, Stamp

_AFTER_CLOSE = 2.0
_EVENTS = frozenset({Cause.CREATED, Cause.MODIFIED, Cause.CLOSED, Cause.MOVED, Cause.DELETED})
_COMPLETE = frozenset({Cause.CLOSED, Cause.MOVED})


@dataclass(slots=True)
class _Waiting:
    """`ready` is when the file may settle, `armed` the time of its one valid place in the queue (None: handed out)."""

    stamp: Stamp | None
    wait: float
    ready: float
    armed: float | None = None


class Settling:
    """The files that are not quiet yet. Times are seconds of one clock that never goes back.

    The caller's part: note every path by `seen`, sleep until `next_due`, look at each path of `due` with `lstat` and
    hand what was found to `judge`. A path from `due` comes again only after `judge` (or another `seen`), so each must
    be judged or forgotten.
    """

    def __init__(self, quiet: float) -> None:
        self.quiet = quiet
        self._waiting: dict[Path, _Waiting] = {}
        self._queue: list[tuple[float, int, Path]] = []
        self._serial: Iterator[int] = count()

    @property
    def pending(self) -> int:
        """The number of paths that are neither settled nor gone nor forgotten."""
        return len(self._waiting)

    @property
    def paths(self) -> Iterator[Path]:
        """Those paths."""
        return iter(self._waiting)

    def seen(
        self, path: Path, cause: Cause, stamp: Stamp | None, now: float, *, wall: float | None = None
    ) -> Settled | None:
        """Note that a path came to our notice.

        `wall` is the Unix time in seconds. Where it is given, a file that a scan or a retry found, that waits for
        nothing and whose `changed_ns` is older than the quiet time settles at once.
        """
        waiting = self._waiting.get(path)
        if cause in _EVENTS:
            wait = min(self.quiet, _AFTER_CLOSE) if cause in _COMPLETE else self.quiet
            base = stamp
            if base is None and waiting is not None and cause is not Cause.DELETED:
                base = waiting.stamp
            self._wait(path, _Waiting(base, wait, now + wait, waiting.armed if waiting else None), now)
        elif waiting is None:
            if stamp is not None and wall is not None and wall - stamp.changed_ns / 1e9 >= self.quiet:
                return Settled(path, stamp)
            self._wait(path, _Waiting(stamp, self.quiet, now + self.quiet), now)
        elif stamp is not None and stamp != waiting.stamp:
            self._wait(path, _Waiting(stamp, waiting.wait, now + waiting.wait, waiting.armed), now)
        return None

    def judge(self, path: Path, stamp: Stamp | None, now: float) -> Settled | Gone | None:
        """Decide by a look at the path: `stamp` is what `lstat` found at `now`, None where there is no file.

        None means: not yet, or the path was forgotten meanwhile.
        """
        waiting = self._waiting.get(path)
        if waiting is None:
            return None
        if stamp is None:
            del self._waiting[path]
            return Gone(path)
        if stamp != waiting.stamp:
            self._wait(path, _Waiting(stamp, waiting.wait, now + waiting.wait, waiting.armed), now)
            return None
        if now < waiting.ready:
            self._wait(path, waiting, now)
            return None
        del self._waiting[path]
        return Settled(path, stamp)

    def next_due(self) -> float | None:
        """When `due` will next have something, or None while nothing waits for a look."""
        while self._queue:
            when, _, path = self._queue[0]
            waiting = self._waiting.get(path)
            if waiting is None or waiting.armed != when:
                heappop(self._queue)
            elif waiting.stamp is not None and waiting.ready > when:
                waiting.armed = waiting.ready
                heapreplace(self._queue, (waiting.ready, next(self._serial), path))
            else:
                return when
        return None

    def due(self, now: float) -> list[Path]:
        """Hand out the paths to look at by `now`, longest waiting first."""
        paths = []
        while (when := self.next_due()) is not None and when <= now:
            path = heappop(self._queue)[2]
            self._waiting[path].armed = None
            paths.append(path)
        return paths

    def forget(self, path: Path) -> None:
        """Wait for this path no longer."""
        self._waiting.pop(path, None)

    def forget_below(self, folder: Path) -> None:
        """Wait no longer for anything at or below a folder, such as a drive that was unplugged."""
        for path in [path for path in self._waiting if path.is_relative_to(folder)]:
            del self._waiting[path]

    def _wait(self, path: Path, waiting: _Waiting, now: float) -> None:
        # A place in the queue that comes too early is moved by `next_due`; only one that comes too late needs another.
        # A stream of events for one file so costs no memory.
        self._waiting[path] = waiting
        when = now if waiting.stamp is None else waiting.ready
        if waiting.armed is None or when < waiting.armed:
            waiting.armed = when
            heappush(self._queue, (when, next(self._serial), path))
