"""What paths are called in the index, and back again."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pictured.disk.naming import Naming

EVERYTHING = (b"/", b"0")
"""The range of all keys, also of those of other machines."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one machine's paths: the system's own bytes, before them the machine or the share, if it has names.

    The key of a folder ends with a slash, so that everything at or below it is one range of keys. A share that is
    mounted below a folder is another range.
    """

    naming: Naming

    def of(self, path: Path) -> bytes:
        """Give the key of a file."""
        return self.naming.key(path)

    def path(self, key: bytes) -> Path:
        """Give the path of a key of a file or a folder; of what cannot be seen from here, the key itself."""
        return self.naming.path(key)

    def optional(self, path: Path | None) -> bytes | None:
        """Do as `of`, where there may be no path."""
        return None if path is None else self.of(path)

    def optional_path(self, key: bytes | None) -> Path | None:
        """Do as `path`, where there may be no path."""
        return None if key is None else self.path(key)

    def folder(self, folder: Path) -> bytes:
        """Give the key of a folder."""
        return self.of(folder).rstrip(b"/") + b"/"

    def file(self, path: Path) -> tuple[bytes, bytes]:
        """Give the key of the folder of a file, and its name."""
        head, _, name = self.of(path).rpartition(b"/")
        return head + b"/", name

    @property
    def own(self) -> "Keys":
        """The keys for what each machine knows by itself, also of shares."""
        return Keys(Naming(self.naming.machine))

    def is_here(self, key: bytes) -> bool:
        """Tell whether what has this key can be seen from this machine."""
        return self.naming.is_here(key)

    def below(self, *folders: Path) -> list[tuple[bytes, bytes]]:
        """Give the half-open ranges of the keys at or below any of some folders, ascending, none within another."""
        return [subtree(folder) for folder in apart(each for folder in folders for each in self._beginnings(folder))]

    def _beginnings(self, folder: Path) -> list[bytes]:
        mounted = [at for _, at in self.naming.mounts if at.is_relative_to(folder)]
        return [self.folder(each) for each in (folder, *mounted)]


def subtree(folder: bytes) -> tuple[bytes, bytes]:
    """Give the half-open range of the keys that begin with a folder's key."""
    # The key ends with a slash, and the byte after a slash is "0".
    return folder, folder[:-1] + b"0"


def apart(folders: Iterable[bytes]) -> list[bytes]:
    """Give keys of folders, sorted, without those that lie at or below another one."""
    kept: list[bytes] = []
    for folder in sorted(folders):
        if not kept or not folder.startswith(kept[-1]):
            kept.append(folder)
    return kept
