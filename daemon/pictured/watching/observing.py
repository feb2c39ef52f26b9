"""What the system reports of changes below the watched folders. The only import of watchdog.

An event says where to look and nothing else: paths may be gone again, of another kind, or (after a folder was moved
out of a watched one) not even ours any more.
"""

import logging
import os
import stat
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, EventEmitter, ObservedWatch

from pictured.disk.paths import shown
from pictured.flow import Cause, FileSeen
from pictured.watching.kernel import unwatched, watch_limit, watched_inodes
from pictured.watching.mounts import network_type
from pictured.watching.settings import Watch

_CAUSES: dict[type[FileSystemEvent], Cause] = {
    FileCreatedEvent: Cause.CREATED,
    FileModifiedEvent: Cause.MODIFIED,
    FileClosedEvent: Cause.CLOSED,
    FileMovedEvent: Cause.MOVED,
    FileDeletedEvent: Cause.DELETED,
    DirCreatedEvent: Cause.CREATED,
    DirMovedEvent: Cause.MOVED,
    DirDeletedEvent: Cause.DELETED,
}


_MOMENT = 0.5


@dataclass(frozen=True, slots=True)
class Watched:
    """How a folder is watched: by events, or (with the reason) only by the scans that the service makes of it.

    `degraded` tells that events were wanted, and that a person can see to it that there are some.
    """

    mode: Literal["events", "poll"]
    reason: str = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class _Root:
    """What a folder was when it was watched: its (device, inode), the losses until then, the watch if there is one."""

    identity: tuple[int, int] | None
    losses: int = 0
    observer: BaseObserver | None = None
    watch: ObservedWatch | None = None


class _Reports(FileSystemEventHandler):
    """Turns watchdog's events into `FileSeen`. An exception in here would end watchdog's thread, unseen by anybody."""

    def __init__(self, report: Callable[[FileSeen], None], lost: Callable[[str], None]) -> None:
        self._report = report
        self._lost = lost

    def on_any_event(self, event: FileSystemEvent) -> None:
        try:
            self._pass_on(event)
        except Exception as error:  # noqa: BLE001 - see the class
            with suppress(Exception):
                self._lost(f"an event could not be passed on: {error!r}")

    def _pass_on(self, event: FileSystemEvent) -> None:
        cause = _CAUSES.get(type(event))
        if cause is None:
            return
        if cause is not Cause.MOVED:
            self._report(FileSeen(Path(os.fsdecode(event.src_path)), cause))
            return
        if event.src_path:
            self._report(FileSeen(Path(os.fsdecode(event.src_path)), Cause.DELETED))
        if event.dest_path:
            self._report(FileSeen(Path(os.fsdecode(event.dest_path)), Cause.MOVED))


class Observing:
    """Reports changes below any number of folders.

    `report` gets every path that was created, modified, closed, moved or deleted; of a rename it gets both ends, the
    old one as deleted. Directories are reported too: one that was created or moved in must be scanned, for files that
    were in it before its watch was made. `lost` gets the reason when events were dropped. Then no folder that is
    watched by events is `alive` until it was watched again, which must come before its scan: watchdog renews its own
    watches only after it has told of the loss, and what happens in between is lost too. Both are called in watchdog's
    threads; they must return at once and call nothing of this object.

    The methods may take seconds on a large tree, and are to be called by one thread at a time.
    """

    def __init__(self, report: Callable[[FileSeen], None], lost: Callable[[str], None]) -> None:
        self._reports = _Reports(report, lost)
        self._lost = lost
        self._observer: BaseObserver | None = None
        self._roots: dict[Path, _Root] = {}
        self._losses = 0
        # watchdog tells of an overflow, and of watches that it could not renew after it, in its log and nowhere else.
        loggers = (logging.getLogger(f"watchdog.observers.{name}") for name in ("inotify_c", "inotify"))
        self._loggers = {logger: logger.level for logger in loggers}
        for logger in self._loggers:
            if not logger.isEnabledFor(logging.WARNING):
                logger.setLevel(logging.WARNING)
            logger.addFilter(self._heed)

    def watch(self, root: Path, mode: Watch = "auto") -> Watched:
        """Watch an absolute folder without symlinks and all below it, from when this returns; again if it was already.

        Never raises: a folder that cannot be watched by events is left to polling, and the reason is returned.
        `alive` tells when it is worth another try.
        """
        self.unwatch(root)
        identity, losses = _identity(root), self._losses
        self._roots[root] = _Root(identity)
        if mode == "poll":
            return Watched("poll", "as configured")
        if mode == "auto" and (kind := network_type(root)) is not None:
            return Watched("poll", f"a network file system ({kind}) does not tell of changes made elsewhere")
        if identity is None:
            return Watched("poll", "the folder is not there")
        # The warning carries the text of all watches, and is harmless: a new folder was found in two ways.
        warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
        try:
            with os.scandir(root):  # inotify would accept a folder without read permission, and never tell of anything
                pass
            observer = self._running()
            watch = observer.schedule(self._reports, os.fspath(root), recursive=True, event_filter=list(_CAUSES))
        except (OSError, RuntimeError) as error:  # macOS raises the second kind
            return Watched("poll", f"no events from the system: {_reason(error)}", degraded=True)
        self._roots[root] = _Root(identity, losses, observer, watch)
        if (reason := self._exhausted(observer)) is not None:
            self.unwatch(root)
            self._roots[root] = _Root(identity)
            return Watched("poll", f"no events from the system for every folder below: {reason}", degraded=True)
        return Watched("events")

    def gaps(self, root: Path, folders: Iterable[Path]) -> Watched | None:
        """Look whether folders that came into a watched one have a watch; leave it to polling where some have none.

        None is returned where all have one, or where that cannot be told.
        """
        known = self._roots.get(root)
        if sys.platform != "linux" or known is None or known.observer is None:
            return None
        try:
            without = unwatched(root, folders, watched_inodes())
            if without:
                # A folder that was made this very moment gets its watch in the next.
                time.sleep(_MOMENT)
                without = unwatched(root, without, watched_inodes())
        except OSError:
            return None
        if not without:
            return None
        self.watch(root, "poll")
        limit = watch_limit()
        reason = (
            f"the system has no watch left for {len(without)} of the folders in it, such as {shown(without[0])}; raise "
            f"fs.inotify.max_user_watches{'' if limit is None else f' (now {limit})'} and start pictured again"
        )
        return Watched("poll", reason, degraded=True)

    def unwatch(self, root: Path) -> None:
        """Stop watching a folder; nothing happens if it is not watched."""
        known = self._roots.pop(root, None)
        if known is not None and known.observer is self._observer is not None and known.watch is not None:
            for emitter in self._observer.emitters.copy():
                if emitter.watch == known.watch:
                    _silence(emitter)
            with suppress(KeyError, OSError):
                self._observer.unschedule(known.watch)

    def alive(self, root: Path) -> bool:
        """Say whether a folder is still the directory that it was when it was watched, and the watch still works.

        If not: `watch` it again and scan it. Asked for every half a minute or so, as an unmounted, renamed or
        re-created folder goes quiet without an event.
        """
        known = self._roots.get(root)
        if known is None or known.identity is None or _identity(root) != known.identity:
            return False
        if known.observer is None:
            return True
        if known.observer is not self._observer or known.losses != self._losses or not _lives(known.observer):
            return False
        return any(emitter.is_alive() for emitter in known.observer.emitters if emitter.watch == known.watch)

    def lives(self) -> bool:
        """Say whether the threads that report changes do their work, where there are any. Any thread may ask."""
        observer = self._observer
        return observer is None or _lives(observer)

    def stop(self) -> None:
        """End all watches, threads and the hook in the log. A stopped object cannot be used again."""
        for logger, level in self._loggers.items():
            logger.removeFilter(self._heed)
            logger.setLevel(level)
        self._roots.clear()
        self._end()

    def _running(self) -> BaseObserver:
        if self._observer is not None and not _lives(self._observer):
            self._end()
        if self._observer is None:
            observer = Observer()
            observer.start()
            self._observer = observer
        return self._observer

    def _exhausted(self, observer: BaseObserver) -> str | None:
        # watchdog passes over a folder below the root for which the system has no watch left, without a word. For a
        # root it raises, so one more is asked for and given back. Where "/" is watched itself, asking would spoil that.
        if sys.platform != "linux" or Path("/") in self._roots:
            return None
        try:
            probe = observer.schedule(FileSystemEventHandler(), "/", event_filter=[DirDeletedEvent])
        except OSError as error:
            return _reason(error)
        observer.unschedule(probe)
        return None

    def _end(self) -> None:
        observer, self._observer = self._observer, None
        if observer is None:
            return
        for emitter in observer.emitters.copy():
            _silence(emitter)
        observer.stop()
        observer.join()

    def _heed(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "overflow" not in text and not text.startswith("Unable to rebuild"):
            return True
        self._losses += 1
        with suppress(Exception):
            self._lost(text)
        return False


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        found = root.lstat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _lives(observer: BaseObserver) -> bool:
    # On Linux one more thread reads for all emitters. It has no public name.
    reader = getattr(observer, "_inotify_fd", None)
    return observer.is_alive() and (reader is None or reader.is_alive())


def _silence(emitter: EventEmitter) -> None:
    """Stop what reports for one root, so that its thread ends; stopping it again does nothing.

    Where folders changed places faster than watchdog looked, the two lists in its books do not agree, and it fails to
    take them apart before it tells its thread to end. That waits for ever then, and so would whoever waits for it.
    """
    books = getattr(emitter, "_inotify", None)  # on Linux; without a public name, and forgotten by `stop`
    try:
        emitter.stop()
    except (KeyError, OSError):
        if books is not None:
            books._move_event_grouper.close()  # noqa: SLF001  the public way there is the one that failed


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
