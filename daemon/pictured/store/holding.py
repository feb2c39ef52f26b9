"""One writer at a time: whoever holds the lock of the state folder may change the index."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pictured.disk.paths import shown
from pictured.errors import StoreError

_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Held:
    """The lock, held until it is released or the process ends, however it ends.

    A child made by `fork` shares it, and a holder that was killed leaves the lock to such a child.
    """

    descriptor: int

    def release(self) -> None:
        """Let another process hold the lock. The file stays: removing it would let two processes hold one each."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold(folder: Path) -> Held | None:
    """Take the lock of a state folder, made where it is missing, or give None at once if another holds it.

    Raises:
        StoreError: if the folder or the lock cannot be made or locked.
    """
    make_private(folder)
    file = folder / _LOCK
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(descriptor)
            raise
    except BlockingIOError:
        return None
    except OSError as error:
        raise StoreError(
            f"The lock {shown(file)} cannot be taken ({error.strerror}); check its permissions and its disk."
        ) from error
    return Held(descriptor)


def holder(folder: Path) -> int | None:
    """Give the process id that the last holder wrote, which is the present one's after `hold` gave None."""
    try:
        return int((folder / _LOCK).read_bytes())
    except (OSError, ValueError):
        return None


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into. One that is there already is left as it is.

    Raises:
        StoreError: if it cannot be made, or is no folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The state folder {shown(folder)} cannot be made ({error.strerror}); "
            "check its permissions, or name another one in PICTURED_STATE_DIR."
        ) from error
