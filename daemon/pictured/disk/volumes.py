"""Is a folder there, or is the drive that holds it not mounted."""

import os
from dataclasses import dataclass
from pathlib import Path

from pictured.disk.faults import fault
from pictured.disk.paths import shown


@dataclass(frozen=True, slots=True)
class Presence:
    """What was found at a folder's path.

    online   the folder is there and what it holds may be believed, an empty listing too
    device   `st_dev` of the folder, None where nothing could be asked
    reason   why it is offline and what to do, one sentence; empty where it is online
    """

    online: bool
    device: int | None
    reason: str = ""


def presence(path: Path, known_device: int | None, *, was_filled: bool) -> Presence:
    """Look whether the folder at `path` is there.

    `known_device` is the device it was last seen on and `was_filled` whether it held anything then. An empty folder on
    another device, where there were files, is the mount point of a drive that is not mounted: offline, so that nobody
    takes its files for deleted. Another device alone says nothing, for its number may change with every mount.
    """
    try:
        device = path.stat().st_dev
    except (FileNotFoundError, NotADirectoryError):
        return Presence(
            online=False, device=None, reason=f"{shown(path)} is not there; connect its drive or correct the path."
        )
    except OSError as error:
        return Presence(online=False, device=None, reason=str(fault(error, path)))
    if not path.is_dir():
        return Presence(
            online=False, device=device, reason=f"{shown(path)} is not a folder; name the folder that is meant."
        )
    try:
        with os.scandir(path) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        return Presence(online=False, device=device, reason=str(fault(error, path)))
    if empty and was_filled and known_device is not None and device != known_device:
        return Presence(
            online=False, device=device, reason=f"{shown(path)} is an empty mount point; mount the drive it stands for."
        )
    return Presence(online=True, device=device)
