"""Counts how one process touches the outside world, and lets it die at a chosen touch. The product has no hook for it.

Files are seen by an audit hook, the index by SQLite's trace callback; both are called just before the touch. Opening
a file for reading counts as well, because it lies between two writes: a copy dies there with its temporary empty.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

_PATHS = {
    "open": (0,),
    "os.chmod": (0,),
    "os.link": (0, 1),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (0, 1),
    "os.truncate": (0,),
    "os.utime": (0,),
    "tempfile.mkstemp": (0,),
}
_HELD = getattr(os, "O_PATH", 0)
_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "PRAGMA", "COMMIT", "END"}


class Depth(IntEnum):
    """What counts as a touch, from little to all.

    A transaction that is not committed leaves nothing behind, so dying at any of its statements is dying at its COMMIT.
    """

    FILES = 0
    COMMITS = 1
    STATEMENTS = 2


@dataclass(slots=True)
class Touches:
    """The touches below `root` since it was armed. At number `last`, the process tells the touch and dies."""

    root: Path
    depth: Depth
    last: int | None
    told: int
    count: int = 0
    armed: bool = False
    process: int = 0
    before: str = ""

    def install(self) -> None:
        """Begin to see touches. A process cannot take this back, and its forks do not count."""
        self.process = os.getpid()
        sys.addaudithook(self._audited)
        if self.depth > Depth.FILES:
            # The audit event of a new connection comes too early: it cannot be traced yet.
            vars(sqlite3)["connect"] = self._connected(sqlite3.connect)

    def _audited(self, event: str, args: tuple[object, ...]) -> None:
        if self.armed and event in _PATHS and not self._only_held(event, args):
            paths = [args[place] for place in _PATHS[event]]
            if any(self._is_ours(path) for path in paths):
                self._touch(f"{event} {', '.join(map(str, paths))}".replace(str(self.root), "."))

    def _connected(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        def connected(*args: object, **options: object) -> sqlite3.Connection:
            db = connect(*args, **options)
            self._trace(db)
            return db

        return connected

    def _trace(self, db: sqlite3.Connection) -> None:
        def traced(statement: str) -> None:
            word = statement.split(maxsplit=1)[0].upper()
            lasting = word in {"COMMIT", "END"} or not db.in_transaction
            if self.armed and word in _WRITES and (lasting or self.depth is Depth.STATEMENTS):
                self._touch(" ".join(statement.split())[:80])

        db.set_trace_callback(traced)

    @staticmethod
    def _only_held(event: str, args: tuple[object, ...]) -> bool:
        """Whether a folder is opened only to be named by its descriptor, which neither reads nor changes anything."""
        return event == "open" and isinstance(args[2], int) and bool(args[2] & _HELD)

    def _is_ours(self, path: object) -> bool:
        if isinstance(path, int):
            return path > 2
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        # A name alone is one in a folder that is held open.
        named = Path(os.fsdecode(path))
        return named.is_relative_to(self.root) or not named.is_absolute()

    def _touch(self, what: str) -> None:
        # Python tells twice of a file that is opened by an opener.
        if os.getpid() != self.process or what == self.before:
            return
        self.before = what
        self.count += 1
        if self.count == self.last:
            os.write(self.told, what.encode())
            os.kill(self.process, signal.SIGKILL)
