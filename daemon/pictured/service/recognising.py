"""Whether what is mounted at a watched folder's path is that folder still, or another drive in its place."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shlex import quote

from pictured.disk.identity import Likeness, Volume, likeness, merged, volume_of
from pictured.disk.paths import shown
from pictured.disk.volumes import Presence, presence
from pictured.errors import Unanswered
from pictured.service.library import Library
from pictured.store.catalogue import Catalogue
from pictured.store.roots import Evidence

_LOOKED_AT = 100
_MOST = 0.9
_COARSE = 2_000_000_000

Look = Callable[..., Presence]


@dataclass(frozen=True, slots=True)
class Sight:
    """A look at a folder: whether it is there, on which volume, and what part of the files that are looked for is.

    `part` is from 0 to 1, and None where none was looked for.
    """

    presence: Presence
    volume: Volume | None = None
    part: float | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was decided: `presence` as it counts now, on which volume, and what to tell if that is a new one."""

    presence: Presence
    volume: Volume | None = None
    note: str = ""


Ask = Callable[[Callable[[], Sight]], Awaitable[Sight]]
"""Has a look done in a thread; where that does not come back, it says so itself."""


async def recognised(catalogue: Catalogue, path: Path, ask: Ask, look: Look = presence) -> Recognised:
    """Look at a watched folder, and at some of its files where its volume is not the one that is known.

    What `ask` raises is passed on.
    """
    known = catalogue.root(path)
    before, device = (known.volume, known.device) if known is not None else (None, None)
    plain = partial(_seen, path, partial(look, path, device, was_filled=catalogue.is_filled(path)))
    sight = await ask(plain)
    alike = Likeness.SAME
    if sight.volume is not None and before is not None:
        alike = likeness(before, sight.volume)
    if alike is not Likeness.SAME:
        sight = await ask(partial(plain, evidence=catalogue.evidence(path, _LOOKED_AT)))
    return decided(path, before, alike, sight)


async def away(library: Library, folders: Sequence[Path]) -> dict[Path, str]:
    """Give the roots at, above or below some folders that have nothing, or another volume, in their place; and why.

    A root that was simply removed is not away.
    """
    found: dict[Path, str] = {}
    for root in library.catalogue.roots():
        concerned = any(root.path.is_relative_to(each) or each.is_relative_to(root.path) for each in folders)
        if not concerned or root.volume is None:
            continue
        try:
            now = await recognised(library.catalogue, root.path, library.lanes.of(root.path).do)
        except Unanswered as error:
            found[root.path] = str(error)
            continue
        if now.presence.online and now.volume is not None and root.offline_since is not None:
            library.catalogue.see_root(root.path, now.volume.device, time.time(), now.volume)
        elif not now.presence.online and now.presence.device is not None:
            library.catalogue.mark_offline(root.path, time.time())
            found[root.path] = now.presence.reason
    return found


def decided(path: Path, before: Volume | None, alike: Likeness, sight: Sight) -> Recognised:
    """Decide by the volume, and where it is not the known one by what lies on it. Pure.

    The folder's own files on another volume are a copy of it that was put in its place. Of a volume that cannot be
    told from others, one known file is enough.
    """
    if not sight.presence.online or sight.volume is None:
        return Recognised(sight.presence)
    if alike is Likeness.SAME or before is None:
        return Recognised(sight.presence, merged(before, sight.volume))
    part = 1.0 if sight.part is None else sight.part
    if part >= _MOST or (alike is Likeness.UNTOLD and part > 0):
        note = f"it lies on another volume now ({sight.volume}) and holds what is known of it"
        return Recognised(sight.presence, sight.volume, note if alike is Likeness.OTHER else "")
    reason = (
        f"another volume ({sight.volume}) is mounted at {shown(path)} than before ({before}), with other files; mount "
        f"the one before, or have this one taken for the folder: pictured rescan --accept {quote(shown(path))}"
    )
    return Recognised(replace(sight.presence, online=False, reason=reason), sight.volume)


def _seen(path: Path, look: Callable[[], Presence], evidence: Sequence[Evidence] | None = None) -> Sight:
    found = look()
    if not found.online:
        return Sight(found)
    try:
        volume = volume_of(path)
    except OSError:
        # It went away between the two looks; the next one tells.
        return Sight(found)
    if evidence is None:
        return Sight(found, volume)
    return Sight(found, volume, sum(map(_is_there, evidence)) / len(evidence) if evidence else 1.0)


def _is_there(each: Evidence) -> bool:
    """Whether a file is there as it is known, by what copying keeps; on FAT, times are full pairs of seconds."""
    try:
        found = each.path.lstat()
    except OSError:
        return False
    return found.st_size == each.size and abs(found.st_mtime_ns - each.mtime_ns) < _COARSE
