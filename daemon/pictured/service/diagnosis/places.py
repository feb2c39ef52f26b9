"""The folders: are they there, may they be read or written, is there room, and how are their changes noticed."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pictured.disk.paths import shown
from pictured.disk.volumes import presence
from pictured.flow import Role
from pictured.service.diagnosis.finding import Finding, good, note, wrong
from pictured.watching.kernel import watch_limit
from pictured.watching.mounts import network_type
from pictured.watching.settings import FolderSettings

_LOW = 1_000_000_000
_EMPTY = 50_000_000
_MAC_ADVICE = (
    "allow {python} in System Settings, Privacy & Security, Full Disk Access; an update of Python needs that again"
)


def watched(folders: Sequence[FolderSettings]) -> Iterator[Finding]:
    """Look at the watched folders, and at whether the system can watch all that is in them."""
    directories = 0
    for folder in folders:
        if folder.role is Role.IGNORE:
            continue
        found, count = _watched(folder)
        yield found
        directories += count
    limit = watch_limit()
    if limit is None or not directories:
        return
    text = f"{directories} folders are to be watched, and the system lets a user watch {limit}"
    advice = "raise fs.inotify.max_user_watches, or set `watch: poll` for a large folder"
    if directories > limit:
        yield wrong("watches", text, advice)
    elif directories > limit * 0.8:
        yield note("watches", text, advice)
    else:
        yield good("watches", text)


def written(folders: Sequence[Path]) -> Iterator[Finding]:
    """Look at the folders that results are written to."""
    for folder in folders:
        yield _written("destination", folder)


def kept(state: Path) -> Iterator[Finding]:
    """Look at the folder of the index."""
    yield _written("state", state)
    kind = network_type(_standing(state))
    if kind is not None:
        yield wrong(
            "state",
            f"{shown(state)} lies on a network file system ({kind}), which cannot hold an index safely",
            "name a folder on a local disk in PICTURED_STATE_DIR",
        )
    if state.is_dir() and state.stat().st_mode & 0o077:
        yield note("state", f"{shown(state)} can be entered by others", f"run: chmod 700 {shown(state)}")


def _watched(folder: FolderSettings) -> tuple[Finding, int]:
    subject, path = "folder", folder.path
    found = presence(path, None, was_filled=False)
    if not found.online:
        return wrong(subject, found.reason, _right_of_way(path)), 0
    kind = network_type(path)
    if folder.watch == "poll" or (kind is not None and folder.watch == "auto"):
        why = "as configured" if kind is None else f"because it is on a network file system ({kind})"
        return good(subject, f"{shown(path)} is there and is compared every {folder.poll_interval:g} s, {why}"), 0
    count, barred = _directories(path)
    if barred is not None:
        return note(
            subject, f"{shown(barred)} may not be read, so what is in it stays unseen", _right_of_way(barred)
        ), 0
    if kind is not None:
        return note(
            subject,
            f"{shown(path)} is on a network file system ({kind}), which tells nothing of changes made elsewhere",
            "leave out `watch: events`",
        ), count
    return good(subject, f"{shown(path)} is there, with {count - 1} folders in it"), count


def _directories(root: Path) -> tuple[int, Path | None]:
    """Count the directories at and below a folder; also give one that may not be read."""
    count, barred, waiting = 0, None, [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                waiting += [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            continue
        except OSError:
            barred = barred or folder
        count += 1
    return count, barred


def _written(subject: str, folder: Path) -> Finding:
    standing = _standing(folder)
    if not standing.is_dir():
        return wrong(subject, f"{shown(standing)} is not a folder", "correct the path, or move that file away")
    if not os.access(standing, os.W_OK | os.X_OK):
        return wrong(subject, f"{shown(standing)} may not be written", _right_of_way(standing))
    try:
        free = shutil.disk_usage(standing).free
    except OSError as error:
        return wrong(subject, f"{shown(standing)} does not answer: {error.strerror}", "look after its drive")
    if os.statvfs(standing).f_flag & os.ST_RDONLY:
        return wrong(subject, f"{shown(standing)} is mounted read-only", "mount it for writing")
    text = f"{shown(folder)} can be written, with {free / 1e9:.1f} GB free"
    if free < _EMPTY:
        return wrong(subject, text, "make room; until then nothing can be placed there")
    return note(subject, text, "make room soon") if free < _LOW else good(subject, text)


def _standing(path: Path) -> Path:
    """The path itself, or the nearest above it that is there: where it would be made."""
    return next((each for each in (path, *path.parents) if each.exists()), Path("/"))


def _right_of_way(path: Path) -> str:
    if sys.platform == "darwin" and path.exists():
        return _MAC_ADVICE.format(python=os.path.realpath(sys.executable))
    if path.exists():
        return f"give the account that runs pictured the right to it, for instance: setfacl -m u:NAME:rwX {shown(path)}"
    return "connect its drive, or correct the path in the configuration"
