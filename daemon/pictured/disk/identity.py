"""Which file system a folder lies on: told from another one that is mounted in its place.

`st_dev` does not tell: the next drive that is plugged in gets the number of the last one, and after a new start of the
system, or as a subvolume or a share, the same one has another.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from pathlib import Path

from pictured.disk.mounts import NETWORK, Mount, mounts

_LASTING = frozenset({"btrfs", "ext2", "ext3", "ext4", "zfs"})
_IN_MEMORY = frozenset({"ramfs", "tmpfs"})
_UDEV, _BY_UUID = Path("/run/udev/data"), Path("/dev/disk/by-uuid")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system, by all that could be learned of it without privileges; None is what could not.

    device   `st_dev`
    uuid     of the file system, by udev
    fsid     by statvfs(3), of file systems that make it of their UUID
    share    what is mounted, of a network file system
    memory   by statvfs(3), of a file system in memory: never the same again
    boot     which start of the system it was seen in, of one in memory
    """

    device: int
    uuid: str | None = None
    fsid: str | None = None
    share: str | None = None
    memory: str | None = None
    boot: str | None = None

    def __str__(self) -> str:
        """The volume as a person may know it."""
        if self.share is not None:
            return self.share
        if self.uuid is not None:
            return f"the one with the UUID {self.uuid}"
        told = self.fsid or self.memory
        return f"the one with the id {told}" if told else f"device {os.major(self.device)}:{os.minor(self.device)}"


class Likeness(Enum):
    """What two looks at a volume tell: it is the same, it is another, or nothing."""

    SAME = "same"
    OTHER = "other"
    UNTOLD = "untold"


def likeness(before: Volume, now: Volume) -> Likeness:
    """Compare two looks by the best that both know. Pure.

    What lay in memory is gone for good after a new start of the system, so nobody need wait for it: the same.
    """
    for one, other in ((before.uuid, now.uuid), (before.fsid, now.fsid), (before.share, now.share)):
        if one is not None and other is not None:
            return Likeness.SAME if one == other else Likeness.OTHER
    if before.memory is not None and now.memory is not None:
        within = before.boot is not None and before.boot == now.boot
        return Likeness.OTHER if within and before.memory != now.memory else Likeness.SAME
    return Likeness.SAME if before.device == now.device else Likeness.UNTOLD


def merged(before: Volume | None, now: Volume) -> Volume:
    """Give the last look at a volume, with what only the one before could learn of it."""
    if before is None:
        return now
    return replace(now, uuid=now.uuid or before.uuid, fsid=now.fsid or before.fsid, share=now.share or before.share)


def written(volume: Volume) -> str:
    """Give a volume as JSON, without its device."""
    told = {name: value for name, value in asdict(volume).items() if value is not None and name != "device"}
    return json.dumps(told, sort_keys=True)


def read(text: str, device: int) -> Volume:
    """Give a volume that was `written`; what a later version told of it is passed over."""
    names = {each.name for each in fields(Volume)} - {"device"}
    return Volume(device, **{name: str(value) for name, value in json.loads(text).items() if name in names})


def volume_of(folder: Path) -> Volume:
    """Look which volume a folder lies on. Raises OSError where it cannot be opened."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        device, told, mount = os.fstat(held).st_dev, os.fstatvfs(held).f_fsid, _mount(held)
    finally:
        os.close(held)
    if mount is None:
        return Volume(device)
    fsid = f"{told:x}" if told else None
    if mount.kind in _IN_MEMORY:
        return Volume(device, memory=fsid, boot=_boot())
    if mount.kind in NETWORK:
        return Volume(device, share=mount.source)
    return Volume(device, uuid=_uuid(device, mount), fsid=fsid if mount.kind in _LASTING else None)


def _mount(held: int) -> Mount | None:
    """The mount that an open folder is in, by its number: proc_pid_fdinfo(5)."""
    with suppress(OSError, ValueError, IndexError):
        told = Path(f"/proc/self/fdinfo/{held}").read_text(encoding="ascii")
        number = int(told.partition("mnt_id:")[2].split()[0])
        return next((mount for mount in mounts() if mount.number == number), None)
    return None


def _uuid(device: int, mount: Mount) -> str | None:
    """The UUID by what udev has noted of the block device; in a unit without devices, too, that can be read."""
    numbers = [device]
    with suppress(OSError):
        # The numbers of a subvolume are nobody's device.
        numbers.append(Path(mount.source).stat().st_rdev)
    for number in numbers:
        with suppress(OSError):
            noted = (_UDEV / f"b{os.major(number)}:{os.minor(number)}").read_text(encoding="utf-8", errors="replace")
            for line in noted.splitlines():
                if line.startswith("E:ID_FS_UUID="):
                    return line.partition("=")[2]
    with suppress(OSError):
        for link in sorted(_BY_UUID.iterdir()):
            with suppress(OSError):
                if link.stat().st_rdev in numbers:
                    return link.name
    return None


def _boot() -> str | None:
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return None
