"""The watched folders: are they there, how are they watched, and what differs from the index."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from pictured.disk.faults import fault
from pictured.disk.identity import volume_of
from pictured.disk.paths import shown
from pictured.disk.volumes import Presence, presence
from pictured.errors import UsageError
from pictured.events import Event
from pictured.flow import Cause, FileSeen, Role
from pictured.service.comparing import compared
from pictured.service.headway import Headway
from pictured.service.lanes import begun
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.recognising import Look, Recognised, Sight, recognised
from pictured.store.listings import Known
from pictured.watching.ignoring import ignored
from pictured.watching.observing import Observing, Watched
from pictured.watching.settings import FolderSettings

Took = Callable[[FileSeen], Awaitable[None]]
"""What is done with a file that a scan found; `Cause.RETRIED` for one that is indexed but was not handled."""


@dataclass(slots=True)
class Root:
    """A watched folder and its state. Times are Unix seconds.

    reason   why it is polled or offline
    came     folders that came into it since the last look, whose watches are still to be looked for
    due      what is being compared of it, and why it is to be compared once more
    asked    a look that has no answer yet, because the drive or the share hangs
    returned it was offline, and what failed meanwhile is still to be tried again
    headway  how far the scan is that runs, or whose files are still being read
    """

    settings: FolderSettings
    mode: str = "none"
    online: bool = False
    scanned_at: float | None = None
    event_at: float | None = None
    reason: str = ""
    came: set[Path] = field(default_factory=set)
    due: dict[Path, str | None] = field(default_factory=dict)
    asked: asyncio.Future[Sight] | None = None
    returned: bool = False
    headway: Headway | None = None

    @property
    def path(self) -> Path:
        """The folder's real path."""
        return self.settings.path

    @property
    def interval(self) -> float:
        """Seconds that it may go without a look; one that is to be polled also while it is offline."""
        polled = self.mode == "poll" or self.settings.watch == "poll"
        return self.settings.poll_interval if polled else inf

    def status(self, backlog: int = 0) -> dict[str, Any]:
        """The root's line in `status --json`, where so many files of it are not finished."""
        return {
            "path": str(self.path),
            "role": self.settings.role.value,
            "mode": self.mode,
            "online": self.online,
            "reason": self.reason or None,
            "scanning": bool(self.due),
            "last_scan": self.scanned_at,
            "last_event": self.event_at,
            "backlog": backlog,
            "scan": self.headway.told(backlog, time.monotonic()) if self.headway is not None else None,
        }


class Roots:
    """All watched folders. `took` is called for every file that a scan finds new, changed or not handled.

    A folder that does not answer within `patience` seconds is offline until it does. `look` is how one is looked at.
    """

    def __init__(
        self,
        library: Library,
        observing: Observing,
        log: Log,
        took: Took,
        *,
        look: Look = presence,
        patience: float = 10.0,
    ) -> None:
        self._library = library
        self._observing = observing
        self._log = log
        self._took = took
        self._look = look
        self._patience = patience
        self._watching = asyncio.Lock()
        self.by_path: dict[Path, Root] = {}
        self._ignored: tuple[Path, ...] = ()

    @property
    def scanning(self) -> int:
        """How many scans run or wait."""
        return sum(len(root.due) for root in self.by_path.values())

    async def arrange(self, folders: tuple[FolderSettings, ...]) -> None:
        """Watch these folders and no others."""
        wanted = {folder.path: folder for folder in folders if folder.role is not Role.IGNORE}
        self._ignored = tuple(folder.path for folder in folders if folder.role is Role.IGNORE)
        for path in self.by_path.keys() - wanted.keys():
            del self.by_path[path]
            await asyncio.to_thread(self._observing.unwatch, path)
        for path, settings in wanted.items():
            known = self.by_path.get(path)
            if known is None or known.settings != settings:
                self.by_path[path] = Root(settings)

    async def check(self) -> list[Root]:
        """Look whether every folder is there and its watch alive; give those that have to be scanned for it."""
        async with self._watching:
            return [root for root in list(self.by_path.values()) if await self._check(root)]

    async def scan(self, root: Root, reason: str, folder: Path | None = None) -> None:
        """Compare a root, or a folder in it, with the index. Nothing is believed of a root that is offline.

        Where that goes on already, this returns at once, and it is done once more at the end.
        """
        folder, due = folder or root.path, root.due
        goes_on = folder in due
        due[folder] = reason
        if goes_on:
            return
        try:
            while (why := due[folder]) is not None:
                due[folder] = None
                if root.online:
                    await self._scan(root, why, folder)
        finally:
            del due[folder]

    def heed(self, pending: int) -> None:
        """Note how many files wait; where none does, all that the last scans found is read."""
        for root in self.by_path.values() if not pending else ():
            root.headway = root.headway if root.due else None

    def is_ignored(self, path: Path, root: Root) -> bool:
        """Whether a path is left alone."""
        if any(path.is_relative_to(folder) for folder in (*self._ignored, self._library.home)):
            return True
        return path != root.path and ignored(path.relative_to(root.path), root.settings.ignore)

    async def accept(self, path: Path) -> None:
        """Have the volume that is mounted at a watched folder, or a known destination, taken for it from now on.

        Raises:
            UsageError: it is neither, or it is not there.
        """
        watched, catalogue = path in self.by_path, self._library.catalogue
        if not watched and catalogue.root(path) is None:
            raise UsageError(f"{shown(path)} is none of the folders that are in use; `pictured status` lists them")
        looking = begun(partial(volume_of, path))
        await asyncio.wait({looking}, timeout=self._patience)
        if not looking.done():
            raise UsageError(_silent(path))
        try:
            volume = looking.result()
        except OSError as error:
            raise UsageError(str(fault(error, path))) from error
        catalogue.see_root(path, volume.device, time.time(), volume if watched else None)

    async def _check(self, root: Root) -> bool:
        catalogue, path = self._library.catalogue, root.path
        recognised = await self._recognised(root)
        found = recognised.presence
        if not found.online:
            # One that was away may be replaced by another drive, which is for a person to hear.
            if root.reason != found.reason or root.mode != "offline":
                self._log.warning(Event.ROOT_OFFLINE, path=path, reason=found.reason)
                catalogue.mark_offline(path, time.time())
            root.online, root.mode, root.reason = False, "offline", found.reason
            return False
        known = catalogue.root(path)
        # A job may have found it offline between two looks.
        settled = root.online and not recognised.note and known is not None and known.offline_since is None
        if settled and await asyncio.to_thread(self._observing.alive, path):
            return await self._incomplete(root)
        if root.mode == "offline":
            self._log.info(Event.ROOT_ONLINE, path=path)
            root.returned = True
        if recognised.note:
            self._log.warning(Event.ROOT_MOVED, path=path, reason=recognised.note)
        root.came.clear()
        # What looks at a drive that hung and was mounted anew may wait for ever.
        root.due = {}
        self._note(root, await asyncio.to_thread(self._observing.watch, path, root.settings.watch))
        root.online = True
        if found.device is not None:
            catalogue.see_root(path, found.device, time.time(), recognised.volume)
        return True

    async def _recognised(self, root: Root) -> Recognised:
        async def ask(look: Callable[[], Sight]) -> Sight:
            # The thread cannot be ended; there is never more than one for a folder.
            if root.asked is None:
                root.asked = begun(look)
            done, _ = await asyncio.wait({root.asked}, timeout=self._patience)
            if not done:
                return Sight(Presence(online=False, device=None, reason=_silent(root.path)))
            asked, root.asked = root.asked, None
            return asked.result()

        return await recognised(self._library.catalogue, root.path, ask, self._look)

    async def _incomplete(self, root: Root) -> bool:
        """Whether folders in a root go unwatched; it is polled from now on, then."""
        came, root.came = root.came, set()
        watched = await asyncio.to_thread(self._observing.gaps, root.path, came) if came else None
        if watched is not None:
            self._note(root, watched)
        return watched is not None

    async def _stands(self, root: Root, folder: Path) -> bool:
        """Whether a folder is still there. One that went while it was looked at is no failure: programs make such."""
        return folder == root.path or await asyncio.to_thread(os.path.isdir, folder)

    def _note(self, root: Root, watched: Watched) -> None:
        if watched.mode != root.mode:
            tell = self._log.warning if watched.degraded else self._log.info
            tell(
                Event.ROOT_WATCHED,
                path=root.path,
                role=root.settings.role.value,
                mode=watched.mode,
                reason=watched.reason or None,
            )
        root.mode, root.reason = watched.mode, watched.reason

    async def _scan(self, root: Root, reason: str, folder: Path) -> None:
        began, seen, changed, missing = time.monotonic(), 0, 0, 0
        whole = folder == root.path
        headway = Headway()
        if whole:
            self._log.info(Event.SCAN_STARTED, path=folder, reason=reason)
            root.headway = headway
        # A glob with a slash counts from the root; in a scan of a folder below, `is_ignored` heeds it.
        ignore = [glob for glob in root.settings.ignore if whole or "/" not in glob.rstrip("/")]
        exclude = (*self._ignored, self._library.home)
        async for found in compared(self._library.catalogue, folder, ignore, exclude):
            if found.changed or found.unhandled:
                headway.count([folder], [ignore], exclude)
            again = [(path.name, known.stamp) for path, known in found.failing if root.returned and _may_do(known)]
            at_once = len(found.unchanged) - len(found.unhandled) + len(found.failing) - len(again) + len(found.odd)
            headway.seen += at_once
            if found.unreachable is not None and await self._stands(root, found.folder):
                self._log.warning(Event.FILE_FAILED, path=found.folder, kind="unreadable", error=found.unreachable)
            for odd in (odd for odd in found.odd if odd.path not in found.noted):
                self._log.warning(Event.FILE_FAILED, path=odd.path, kind=odd.kind, error=odd.reason)
            for name, stamp in (*found.unhandled, *again):
                await self._took(FileSeen(found.folder / name, Cause.RETRIED, stamp))
                headway.seen += 1
            for each in found.changed:
                if whole or not self.is_ignored(each.path, root):
                    await self._took(each)
                headway.seen += 1
            seen += len(found.changed) + len(found.unchanged) + len(found.failing) + len(found.odd)
            changed += len(found.changed)
            missing += len(found.missing)
        if whole:
            root.returned = False
            root.headway = headway if headway.counting is not None else None
            root.scanned_at = time.time()
            self._library.catalogue.mark_scanned(folder, root.scanned_at)
            self._log.info(
                Event.SCAN_FINISHED,
                path=folder,
                seen=seen,
                changed=changed,
                missing=missing,
                seconds=round(time.monotonic() - began, 3),
            )


def _silent(path: Path) -> str:
    return f"{shown(path)} does not answer; look after its drive or its network share."


def _may_do(known: Known) -> bool:
    return known.failure is not None and known.failure.retry
