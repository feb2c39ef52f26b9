"""What a path is called among machines that share an index or the work.

Every machine has a `/home`, and the same share may be mounted at `/mnt/photos` here and at `/Volumes/Photos` there. So
what lies on a share is called by the share, `//photos/2019/...`, and all else, in a shared index, by the machine:
`//anna/home/...`. Without shares and without a machine's name, a path is called what it is.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_AMONG = b"//"


@dataclass(frozen=True, slots=True)
class Naming:
    """How this machine's paths are called.

    machine   the name of this machine; empty where its own paths need none
    mounts    pairs of a share's name and the folder at which this machine has it
    """

    machine: str = ""
    mounts: tuple[tuple[str, Path], ...] = ()

    def key(self, path: Path) -> bytes:
        """Give what an absolute path is called. One of another machine is called so already."""
        plain = os.fsencode(path)
        if plain.startswith(_AMONG):
            return plain
        # Of two shares, one mounted inside the other, the inner one counts.
        for share, folder in sorted(self.mounts, key=lambda mount: -len(os.fsencode(mount[1]))):
            at = os.fsencode(folder).rstrip(b"/")
            if plain == at or plain.startswith(at + b"/"):
                return _AMONG + os.fsencode(share) + plain[len(at) :]
        return _AMONG + os.fsencode(self.machine) + plain if self.machine else plain

    def path(self, key: bytes) -> Path:
        """Give the path of what is called so; of what cannot be seen from here, its name as it is."""
        at = self._place(key)
        return Path(os.fsdecode(key if at is None else at))

    def is_here(self, key: bytes) -> bool:
        """Tell whether what is called so can be seen from this machine."""
        return self._place(key) is not None

    def _place(self, key: bytes) -> bytes | None:
        if not key.startswith(_AMONG):
            return key
        name, slash, rest = key.removeprefix(_AMONG).partition(b"/")
        if self.machine and name == os.fsencode(self.machine):
            return slash + rest
        for share, folder in self.mounts:
            if name == os.fsencode(share):
                return os.fsencode(folder).rstrip(b"/") + slash + rest
        return None


def elsewhere(path: Path) -> str | None:
    """Give the machine or share that a path lies on, where it is one that cannot be seen from here; else None."""
    plain = os.fsencode(path)
    return os.fsdecode(plain.removeprefix(_AMONG).partition(b"/")[0]) if plain.startswith(_AMONG) else None
